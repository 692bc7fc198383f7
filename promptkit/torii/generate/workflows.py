"""The workflows, and what the actions of their runs did."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any, NamedTuple

from promptkit.torii.generate.draw import Calendar, Draw
from promptkit.torii.generate.outline import Plan, Rows


class Workflow(NamedTuple):
    """One workflow; its last run began at `minute` of the day `days_ago`; None means never."""

    name: str
    trigger: str
    days_ago: int | None
    minute: int
    type: str = "regular"


WORKFLOWS = [
    Workflow("Offboard leaver", "User left", 0, 500),  # today, 40 minutes before the clock's 09:00
    Workflow("Onboard engineer", "User joins", 2, 610),
    Workflow("Reclaim idle licences", "License not in use", 3, 30),
    Workflow("Review new applications", "New app discovered", 6, 1410),
    Workflow("Check application events", "App event", 7, 540),  # to the minute a week ago
    Workflow("Mark critical applications", "Application meets criteria", 7, 539),  # began before the week, ended in it
    Workflow("Remind contract owners", "Contract meets criteria", 8, 540),
    Workflow("Closed application alert", "Closed app in use", 12, 90),
    Workflow("Quarterly access check", "User meets criteria", 75, 1200),
    Workflow("Welcome mail", "User joins", None, 0),  # edited yesterday, as the audit log says, but never ran
    Workflow("Offboard contractors", "User left", 4, 700, "offboarding"),  # the list shows type regular unless asked
    Workflow("Paused notice mail", "Contract meets criteria", 1, 800),  # ran, and has been switched off since
]
"""A tenant with more workflows has these again, with a number."""

NEVER_RAN = 10
"""The id of the workflow that was edited and never ran."""

_STUCK = (1, 3)
"""Ids of the workflows whose last run waits in its second action."""

_ACTIONS = ("sendEmail", "sendSlackMessage", "removeUserFromApp", "createTicket", "updateUserField", "waitForApproval")
_ERRORS = ("authenticationError", "rateLimit", "userNotFound", "timeout", "appDisconnected")
_OUTCOMES = ("done",) * 9 + ("failed",) * 2 + ("ignored",)


class Execution(NamedTuple):
    """One run of a workflow."""

    id: int
    workflow: int
    days_ago: int
    minute: int
    is_stuck: bool


def workflow_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `workflows`, ids from 1."""
    for number in range(1, plan.counts.workflows + 1):
        workflow = _workflow(number)
        edited = -1 if workflow.days_ago is None else -draw.between(9, 300)
        yield {
            "id": number,
            "name": workflow.name,
            "type": workflow.type,
            "version": draw.between(1, 9),
            "isActive": int(not workflow.name.startswith("Paused")),
            "trigger": workflow.trigger,
            "createdBy": draw.pick((1, 4)),
            "creationTime": plan.calendar.moment(-draw.between(400, 900), draw.below(1440)),
            "updateTime": plan.calendar.moment(edited, draw.below(1440)),
        }


def execution_rows(draw: Draw, plan: Plan) -> Rows:
    """At least as many rows as planned of `action_executions`, ids from 1: several actions to a run."""
    number = 0
    for run in _runs(draw, plan.counts.workflows):
        if number >= plan.counts.executions:
            return
        app, person = draw.pick(plan.portfolio), draw.pick(plan.people)
        target = {"idApp": app.id, "idUser": person.id}
        info = json.dumps({"user": {"id": person.id, "email": person.email}})
        for action in range(draw.between(2, 5)):
            number += 1
            row = _execution(draw, plan.calendar, run, action)
            yield {"id": number, "idOrg": 1, **target, "runtimeInfo": info, **row}
            if row["isRun"] or (row["errorTime"] and not row["continueOnError"]):
                break


def _runs(draw: Draw, workflows: int) -> Iterator[Execution]:
    """Endlessly: the last run of each workflow that ever ran, then earlier ones."""
    for number in count(1):
        workflow = 1 + number % workflows
        _, _, days_ago, minute, _ = _workflow(workflow)
        if days_ago is None:
            continue
        if number <= workflows:
            yield Execution(number, workflow, days_ago, minute, workflow in _STUCK)
        else:
            yield Execution(number, workflow, days_ago + draw.between(1, 300), draw.below(1430), False)


def _workflow(number: int) -> Workflow:
    again, place = divmod(number - 1, len(WORKFLOWS))
    workflow = WORKFLOWS[place]
    return workflow._replace(name=f"{workflow.name} {again + 1}") if again else workflow


def _execution(draw: Draw, calendar: Calendar, run: Execution, action: int) -> dict[str, Any]:
    outcome = "running" if run.is_stuck and action == 1 else draw.pick(_OUTCOMES)
    # The first action of a run always succeeds, so that every run shows something.
    outcome = "done" if action == 0 else outcome
    started = calendar.moment(-run.days_ago, run.minute + action)
    ended = calendar.moment(-run.days_ago, run.minute + action + 1)
    return {
        "idWorkflow": run.workflow,
        "idWorkflowExecution": run.id,
        "idAction": run.workflow * 10 + action,
        "actionType": _ACTIONS[(run.workflow + action) % len(_ACTIONS)],
        "isRun": int(outcome == "running"),
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
        "updateTime": started if outcome == "running" else ended,
    }
