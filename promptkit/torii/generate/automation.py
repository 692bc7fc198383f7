"""Workflows, what their actions did, and the log of what members did in Torii."""

import json
from collections.abc import Iterator
from typing import Any

from promptkit.torii.generate.draw import Calendar, Draw
from promptkit.torii.generate.people import People, Person
from promptkit.torii.generate.size import Counts
from promptkit.torii.generate.software import Software

_NOW = 9 * 60
"""The tenant's clock stands at 09:00 of `as_of`, in minutes."""

WORKFLOWS: list[tuple[str, str, str, int | None]] = [
    ("Offboard leaver", "User left", "regular", 1),
    ("Onboard engineer", "User joins", "regular", 2),
    ("Reclaim idle licences", "License not in use", "regular", 3),
    ("Review new applications", "New app discovered", "regular", 6),
    ("Exactly a week ago", "App event", "regular", 7),  # its last run starts on the edge of the week
    ("Remind contract owners", "Contract meets criteria", "regular", 8),
    ("Ask owners of unused applications", "Application meets criteria", "regular", 30),
    ("Closed application alert", "Closed app in use", "regular", 12),
    ("Quarterly access check", "User meets criteria", "regular", 75),
    ("Edited yesterday, never ran", "User meets criteria", "regular", None),  # "edited" in the audit log is not "ran"
    ("Offboarding of contractors", "User left", "offboarding", 4),  # the list shows type regular unless asked
    ("Paused notice mail", "Contract meets criteria", "regular", 20),
]
"""Name, trigger, type, and how many days ago the last run was; None is never."""

_ACTIONS = ("sendEmail", "sendSlackMessage", "removeUserFromApp", "createTicket", "updateUserField", "waitForApproval")
_ERRORS = ("authenticationError", "rateLimit", "userNotFound", "timeout", "appDisconnected")

_AUDIT = [
    ("contracts", "create_contract"), ("contracts", "update_contract"), ("contracts", "delete_contract"),
    ("apps", "update_app_details"), ("apps", "get_apps_as_csv"), ("users", "update_user_lifecycle_status"),
    ("workflows", "update_workflow"), ("workflows", "workflow_triggered_manually"), ("roles", "update_role"),
    ("licenses", "bulk_update_licenses_price"), ("authentication", "login"), ("authentication", "login"),
    ("integrations", "connect_integration"), ("access", "create_public_api_key"), ("transactions", "update_transaction"),
    ("appCatalog", "try_match_apps"),
]  # fmt: skip


def workflow_rows(draw: Draw, calendar: Calendar, counts: Counts) -> Iterator[dict[str, Any]]:
    """`counts.workflows` rows of `workflows`, ids from 1."""
    for number in range(1, counts.workflows + 1):
        name, trigger, kind, _ = _workflow(number)
        yield {
            "id": number,
            "name": name,
            "type": kind,
            "version": draw.between(1, 9),
            "isActive": int(not name.startswith("Paused")),
            "trigger": trigger,
            "createdBy": draw.pick((1, 4)),
            "creationTime": calendar.moment(-draw.between(400, 900), draw.below(1440)),
            "updateTime": calendar.moment(-1 if name.startswith("Edited") else -draw.between(1, 300), draw.below(1440)),
        }


def execution_rows(
    draw: Draw, calendar: Calendar, counts: Counts, portfolio: list[Software], people: People
) -> Iterator[dict[str, Any]]:
    """At least `counts.executions` rows of `action_executions`, oldest run last; several actions to a run."""
    number, run = 0, 0
    while number < counts.executions:
        run += 1
        workflow = 1 + run % counts.workflows
        last = _workflow(workflow)[3]
        if last is None:
            continue
        age = last if run <= counts.workflows else last + int(draw.random() * 300)
        app, person = draw.pick(portfolio), draw.pick(people.everyone)
        minute = _NOW if age == 7 else draw.below(1380)
        is_open = run <= counts.workflows and workflow in (1, 3)
        for action in range(draw.between(2, 5)):
            number += 1
            row = _execution(draw, calendar, number, (workflow, run, action), (age, minute + action), is_open)
            yield row | {"idApp": app.id, "idUser": person.id, "runtimeInfo": _runtime_info(person)}
            if row["isRun"] or (row["errorTime"] and not row["continueOnError"]):
                break


def audit_rows(
    draw: Draw, calendar: Calendar, counts: Counts, portfolio: list[Software], people: People
) -> Iterator[dict[str, Any]]:
    """`counts.audit` rows of `audit`; the newest is an edit of the workflow that never ran."""
    for number in range(counts.audit):
        entity, kind = ("workflows", "update_workflow") if number == 0 else draw.pick(_AUDIT)
        target = (
            {"idWorkflow": 10, "name": WORKFLOWS[9][0]} if number == 0 else _target(draw, entity, portfolio, people)
        )
        yield {
            "id": counts.audit - number,
            "performedBy": None if kind == "connect_integration" else draw.pick((1, 1, 1, 3, 4, 4, 2)),
            "entity": entity,
            "type": kind,
            "creationTime": calendar.moment(-1 - number * 120 // counts.audit, 1439 - number % 1440),
            "requestDetails": json.dumps(_request(draw, entity)),
            "properties": json.dumps(target),
        }


def _workflow(number: int) -> tuple[str, str, str, int | None]:
    name, trigger, kind, last = WORKFLOWS[(number - 1) % len(WORKFLOWS)]
    again = (number - 1) // len(WORKFLOWS)
    return (f"{name} {again + 1}" if again else name), trigger, kind, last


def _execution(
    draw: Draw, calendar: Calendar, number: int, which: tuple[int, int, int], when: tuple[int, int], is_open: bool
) -> dict[str, Any]:
    workflow, run, action = which
    started, ended = calendar.moment(-when[0], when[1]), calendar.moment(-when[0], when[1] + 1)
    is_running = is_open and action == 1
    outcome = "running" if is_running else draw.pick(("done",) * 9 + ("failed", "failed", "ignored"))
    return {
        "id": number,
        "idOrg": 1,
        "idWorkflow": workflow,
        "idWorkflowExecution": run,
        "idAction": workflow * 10 + action,
        "actionType": _ACTIONS[(workflow + action) % len(_ACTIONS)],
        "isRun": int(is_running),
        "runTime": started,
        "isCompleted": int(outcome == "done"),
        "completionTime": ended if outcome == "done" else None,
        "continueOnError": int(draw.chance(0.5)),
        "isIgnored": int(outcome == "ignored"),
        "ignoredTime": ended if outcome == "ignored" else None,
        "details": json.dumps({"step": action + 1}),
        "executionErrorType": draw.pick(_ERRORS) if outcome == "failed" else None,
        "errorTime": ended if outcome == "failed" else None,
        "creationTime": started,
        "updateTime": ended if not is_running else started,
    }


def _runtime_info(person: Person) -> str:
    return json.dumps({"user": {"id": person.id, "email": person.email}})


def _target(draw: Draw, entity: str, portfolio: list[Software], people: People) -> dict[str, Any]:
    if entity in ("apps", "licenses", "appCatalog"):
        app = draw.pick(portfolio)
        return {"idApp": app.id, "name": app.name}
    if entity == "contracts":
        return {"idContract": draw.between(1, 50), "changed": ["endDate"]}
    if entity == "workflows":
        return {"idWorkflow": draw.between(1, len(WORKFLOWS))}
    return {"idUser": draw.pick(people.everyone).id}


def _request(draw: Draw, entity: str) -> dict[str, str]:
    return {
        "path": f"/{entity}",
        "method": draw.pick(("PUT", "POST", "GET")),
        "remoteAddress": f"192.0.2.{draw.between(1, 250)}",
    }
