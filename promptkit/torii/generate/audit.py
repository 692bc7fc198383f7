"""The audit log: what members did in Torii, not what happened in the applications."""

import json
from typing import Any

from promptkit.torii.generate.draw import Draw
from promptkit.torii.generate.outline import Plan, Rows
from promptkit.torii.generate.workflows import NEVER_RAN, WORKFLOWS

_EVENTS = [
    ("contracts", "create_contract"),
    ("contracts", "update_contract"),
    ("contracts", "delete_contract"),
    ("apps", "update_app_details"),
    ("apps", "get_apps_as_csv"),
    ("users", "update_user_lifecycle_status"),
    ("workflows", "update_workflow"),
    ("workflows", "workflow_triggered_manually"),
    ("roles", "update_role"),
    ("licenses", "bulk_update_licenses_price"),
    ("authentication", "login"),
    ("authentication", "login"),
    ("integrations", "connect_integration"),
    ("access", "create_public_api_key"),
    ("transactions", "update_transaction"),
    ("appCatalog", "try_match_apps"),
]
"""Entity and type."""

_DAYS = 120
"""How far back the log goes."""


def audit_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `audit`; the newest, with the highest id, edits the workflow that never ran."""
    newest = {"idWorkflow": NEVER_RAN, "name": WORKFLOWS[NEVER_RAN - 1].name}
    for number in range(plan.counts.audit):
        entity, kind = draw.pick(_EVENTS) if number else ("workflows", "update_workflow")
        target = _target(draw, entity, plan) if number else newest
        yield {
            "id": plan.counts.audit - number,
            "performedBy": None if entity == "integrations" else draw.pick((1, 1, 1, 2, 3, 4, 4)),
            "entity": entity,
            "type": kind,
            "creationTime": plan.calendar.moment(-1 - number * _DAYS // plan.counts.audit, 1439 - number % 1440),
            "requestDetails": json.dumps(_request(draw, entity)),
            "properties": json.dumps(target),
        }


def _target(draw: Draw, entity: str, plan: Plan) -> dict[str, Any]:
    if entity in ("apps", "licenses", "appCatalog"):
        app = draw.pick(plan.portfolio)
        return {"idApp": app.id, "name": app.name}
    if entity == "contracts":
        return {"idContract": draw.between(1, plan.counts.contracts), "changed": ["endDate"]}
    if entity == "workflows":
        return {"idWorkflow": draw.between(1, len(WORKFLOWS))}
    return {"idUser": draw.pick(plan.people).id}


def _request(draw: Draw, entity: str) -> dict[str, str]:
    method, address = draw.pick(("PUT", "POST", "GET")), f"192.0.2.{draw.between(1, 250)}"
    return {"path": f"/{entity}", "method": method, "remoteAddress": address}
