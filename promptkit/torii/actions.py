"""The action tools of the local Torii. They really write, so that a leak shows, and leave an audit event."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from promptkit.torii.query import ToriiError
from promptkit.torii.reads import Arguments

Action = Callable[[sqlite3.Connection, Arguments, str], dict[str, Any]]
ADMIN = 1  # The user that acts where nobody signed in.


def run_workflow(connection: sqlite3.Connection, arguments: Arguments, now: str) -> dict[str, Any]:
    """POST /workflows/{id}/trigger: adds a run with one action."""
    _require(connection, "workflows", arguments["idWorkflow"])
    (last,) = connection.execute("SELECT coalesce(max(idWorkflowExecution), 0) FROM action_executions").fetchone()
    connection.execute(
        "INSERT INTO action_executions (idOrg, idWorkflow, idWorkflowExecution, idAction, actionType, runtimeInfo,"
        " isRun, isCompleted, continueOnError, isIgnored, details, creationTime, updateTime)"
        " VALUES (1, ?, ?, 1, 'manualTrigger', '{}', 1, 0, 0, 0, '{}', ?, ?)",
        [arguments["idWorkflow"], last + 1, now, now],
    )
    _audit(connection, "workflows", "workflow_triggered_manually", arguments, now)
    return {"idWorkflowExecution": last + 1}


def update_user(connection: sqlite3.Connection, arguments: Arguments, now: str) -> dict[str, Any]:
    """PUT /users/{idUser}: sets the lifecycle status."""
    _require(connection, "users", arguments["idUser"])
    values = [arguments["lifecycleStatus"], arguments["idUser"]]
    connection.execute("UPDATE users SET lifecycleStatus = ? WHERE id = ?", values)
    _audit(connection, "users", "update_user_lifecycle_status", arguments, now)
    return {"user": {"id": arguments["idUser"], "lifecycleStatus": arguments["lifecycleStatus"]}}


def create_contract(connection: sqlite3.Connection, arguments: Arguments, now: str) -> dict[str, Any]:
    """POST /contracts."""
    _require(connection, "apps", arguments["idApp"])
    columns = ("name", "idApp", "amount", "currency", "startDate", "endDate")
    created = connection.execute(
        "INSERT INTO contracts (name, idApp, amount, currency, startDate, endDate, status, creationTime, source,"
        " previousContracts) VALUES (?, ?, ?, ?, ?, ?, 'active', ?, 'api', '[]')",
        [*(arguments.get(column) for column in columns), now],
    )
    _audit(connection, "contracts", "create_contract", arguments, now)
    return {"contract": {"id": created.lastrowid, "name": arguments["name"]}}


def _require(connection: sqlite3.Connection, table: str, id_: int) -> None:
    if connection.execute(f"SELECT 1 FROM {table} WHERE id = ?", [id_]).fetchone() is None:  # noqa: S608
        raise ToriiError(404, "Not Found", f"No such id in {table}: {id_}")


def _audit(connection: sqlite3.Connection, entity: str, kind: str, arguments: Arguments, now: str) -> None:
    connection.execute(
        "INSERT INTO audit (performedBy, entity, type, creationTime, requestDetails, properties)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [ADMIN, entity, kind, now, json.dumps({"path": "/mcp", "method": "POST"}), json.dumps(dict(arguments))],
    )


ACTIONS: Mapping[str, Action] = {
    "run_workflow": run_workflow,
    "update_user": update_user,
    "create_contract": create_contract,
}
