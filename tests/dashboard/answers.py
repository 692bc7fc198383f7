"""An answer as `view_answer` gives it, to write dashboards of."""

SOURCE = "https://api.toriihq.com/mcp"


def answer(**more):
    """A whole answer of one table; `more` replaces members."""
    return {
        "name": "apps",
        "title": "Which apps do we have?",
        "stamp": "[apps@1.0.0 01234567]",
        "status": "complete",
        "arguments": {"min_users": 7},
        "remarks": [],
        "tables": [{"heading": "Apps", "columns": [{"name": "app", "type": "string"}], "rows": [["Zoom"], [None]]}],
        "totals": [{"name": "apps", "type": "integer", "unit": "apps", "value": 2}],
        "evidence": {"As of": "2026-11-01 (UTC)", "Gaps": "none", "Source": SOURCE},
    } | more


def partial(**more):
    """An answer that lacks something."""
    return (
        answer(status="partial", totals=[], evidence={"As of": "2026-11-02 (UTC)", "Gaps": "403", "Source": SOURCE})
        | more
    )
