"""SARIF 2.1.0 for code scanning: one run, with a result for each alert."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, Literal, assert_never
from urllib.parse import quote

from promptkit.policy.verdict import Verdict
from promptkit.reports.rows import Alert, Place, Report, Row
from promptkit.reports.text import plain

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# Code scanning services accept no more from one run.
_MAX_RESULTS = 5000


def write(report: Report) -> str:
    """The report as SARIF, with the first 5,000 results; `findings` says how many there are."""
    results = list(_results(report))
    run: dict[str, Any] = {
        "tool": {"driver": _driver(report, results)},
        "results": results[:_MAX_RESULTS],
        "properties": {"verdict": report.verdict, "summary": report.summary, "findings": len(results)},
    }
    if report.replayed:
        run["properties"]["replayed"] = plain(report.replayed)
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _driver(report: Report, results: Iterable[dict[str, Any]]) -> dict[str, Any]:
    rules: list[dict[str, Any]] = [
        {"id": rule, "shortDescription": {"text": text}} for rule, text in report.rules.items()
    ]
    rules += [{"id": rule} for rule in sorted({result["ruleId"] for result in results} - set(report.rules))]
    return {"name": report.tool, "version": version("torii-promptkit"), "rules": rules}


def _results(report: Report) -> Iterator[dict[str, Any]]:
    # Checks come first, so that no limit cuts them off, and are errors: if one fails, the rows prove nothing.
    for check in report.checks:
        yield from (_result(alert, "error", check) for alert in check.alerts)
    for row in report.rows:
        yield from (_result(alert, _level(row.verdict), row) for alert in row.alerts)
    for row in report.rows:
        yield from (_result(slip, "note", row) for slip in row.slips)


def _result(alert: Alert, level: str, row: Row) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": plain(alert.rule),
        "level": level,
        "message": {"text": _without_links(". ".join(filter(None, [alert.message, *alert.around.splitlines()])))},
    }
    if alert.place:
        result["locations"] = [_location(alert.place, alert.around)]
    if labels := {**row.scores, **({"replayed": row.replayed} if row.replayed else {})}:
        result["properties"] = {name: plain(value) for name, value in labels.items()}
    return result


def _without_links(message: str) -> str:
    # Plain text in SARIF can have links after all: `[text](target)` is one (2.1.0, section 3.11.6).
    return plain(message).replace("](", "] (")


def _level(verdict: Verdict) -> Literal["error", "warning"]:
    """An alert on a clean row is an assertion about an answer that fails, which is as certain as a violation."""
    match verdict:
        case Verdict.VIOLATION | Verdict.CLEAN:
            return "error"
        case Verdict.ATTEMPTED | Verdict.INCONCLUSIVE:
            return "warning"
        case _:
            assert_never(verdict)


def _location(place: Place, around: str) -> dict[str, Any]:
    # A path whose bytes are not text has lone surrogates, which UTF-8 cannot encode.
    uri = quote(place.path.replace("\\", "/"), safe="/!", errors="backslashreplace")
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if place.line is not None:
        snippet = {"snippet": {"text": "\n".join(map(plain, around.splitlines()))}} if around else {}
        physical["region"] = {"startLine": place.line, **snippet}
    location: dict[str, Any] = {"physicalLocation": physical}
    if place.name:
        location["logicalLocations"] = [{"fullyQualifiedName": plain(place.name)}]
    return location
