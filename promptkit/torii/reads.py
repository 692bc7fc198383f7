"""The read tools of the local Torii: arguments in, the API's envelope out."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from promptkit.torii.query import Condition, Listing, ToriiError, as_object, run_list

Arguments = Mapping[str, Any]
Read = Callable[[sqlite3.Connection, Arguments], dict[str, Any]]

APPS = Listing("api_apps", ("id", "name", "primaryOwner"), ("name",), "id")
USERS = Listing(
    "api_users", ("id", "firstName", "lastName", "email", "lifecycleStatus"), ("firstName", "lastName", "email"), "id"
)
# Torii promises no order of contracts without `sort`; one that follows nothing keeps us from relying on it.
CONTRACTS = Listing("api_contracts", ("id", "name", "idApp", "owner"), ("name",), "id % 7, id DESC")
APP_USERS = Listing("api_app_users", ("idUser", "email", "fullName", "status"), ("fullName", "email"), "idUser")
TRANSACTIONS = Listing(
    "api_transactions",
    ("id", "idApp", "transactionDate", "amount", "source", "description", "mappingStatus"),
    ("description",),
    "transactionDate DESC, id DESC",
)
EXECUTIONS = Listing(
    "action_executions",
    tuple(
        [
            "id",
            "idOrg",
            "idApp",
            "idWorkflow",
            "idWorkflowExecution",
            "idAction",
            "actionType",
            "runtimeInfo",
            "isRun",
            "runTime",
            "isCompleted",
            "completionTime",
            "continueOnError",
            "isIgnored",
            "ignoredTime",
            "details",
            "executionErrorType",
            "errorTime",
            "creationTime",
            "updateTime",
        ]
    ),
    (),
    "creationTime DESC, id DESC",
)
AUDIT = Listing(
    "api_audit",
    ("performedBy", "performedByEmail", "creationTime", "type", "requestDetails", "properties"),
    (),
    "creationTime DESC, id DESC",
)
_GONE = "(lifecycleStatus = 'offboarded' OR isDeletedInIdentitySources)"
# A view of users as conditions: who it keeps of people, employees, non-human and external users.
_VIEWS = {
    "currentEmployees": f"isEmployee AND NOT {_GONE}",
    "pastEmployees": f"isEmployee AND {_GONE}",
    "allEmployees": "isEmployee",
    "currentUsers": f"NOT isNonHuman AND NOT {_GONE}",
    "pastUsers": f"NOT isNonHuman AND {_GONE}",
    "allUsers": "NOT isNonHuman",
    "currentNonHumanUsers": f"isNonHuman AND NOT {_GONE}",
    "pastNonHumanUsers": f"isNonHuman AND {_GONE}",
    "allNonHumanUsers": "isNonHuman",
    "externalUsers": "isExternal",
}


def _envelope(key: str, page: dict[str, Any]) -> dict[str, Any]:
    return {key: page["rows"], **{name: page[name] for name in ("count", "total", "nextCursor")}}


def list_apps(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /apps."""
    return _envelope("apps", run_list(connection, APPS, arguments, Condition([], [])))


def list_users(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /users."""
    base = Condition([_VIEWS[arguments.get("view", "allUsers")]], [])
    return _envelope("users", run_list(connection, USERS, arguments, base))


def list_application_users(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /apps/{idApp}/users."""
    base = Condition(["idApp = ?"], [arguments["idApp"]])
    if status := arguments.get("status"):
        base.add("status = ?", status)
    return _envelope("users", run_list(connection, APP_USERS, arguments, base))


def list_contracts(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /contracts."""
    return _envelope("contracts", run_list(connection, CONTRACTS, arguments, Condition([], [])))


def list_transactions(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /transactions: recognised ones unless `mappingStatus` asks for others."""
    kinds = arguments.get("mappingStatus", "mapped").split(",")
    base = Condition([f"mappingStatus IN ({', '.join('?' * len(kinds))})"], kinds)
    for name in ("idApp", "source"):
        if name in arguments:
            base.add(f"{name} = ?", arguments[name])
    return _envelope("transactions", run_list(connection, TRANSACTIONS, arguments, base))


def list_workflows(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /workflows."""
    names = ("id", "name", "type", "version", "isActive", "trigger")
    rows = connection.execute(
        "SELECT id, name, type, version, isActive, trigger FROM workflows WHERE type = ? ORDER BY id",
        [arguments.get("type", "regular")],
    ).fetchall()
    return {
        "workflows": [as_object(names, row) for row in rows],
        "count": len(rows),
        "total": len(rows),
        "nextCursor": None,
    }


def get_action_execution_logs(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /workflows/actionExecutions: one row an action, newest first."""
    base = Condition([], [])
    for name, column in (("idActionApp", "idApp"), ("idActionUser", "idUser")):
        if name in arguments:
            base.add(f"{column} = ?", arguments[name])
    return _envelope("response", run_list(connection, EXECUTIONS, {"size": 50} | dict(arguments), base))


def get_audit_logs(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /audit: without a total, as Torii has none there."""
    base = Condition([], [])
    for name, sql in (("entity", "entity = ?"), ("startTime", "creationTime > ?"), ("endTime", "creationTime <= ?")):
        if name in arguments:
            base.add(sql, arguments[name])
    page = _envelope("audit", run_list(connection, AUDIT, {"size": 50} | dict(arguments), base))
    return {name: value for name, value in page.items() if name != "total"}


def search_apps(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /apps/search: Torii's product catalogue, not the tenant."""
    names = ("id", "name", "category", "imageUrl", "url")
    rows = connection.execute(
        "SELECT id, name, category, imageUrl, url FROM products WHERE instr(lower(name), lower(?)) > 0"
        " ORDER BY id LIMIT ?",
        [arguments["q"], arguments.get("limit", 5)],
    )
    return {"apps": [as_object(names, row) | {"isHidden": False} for row in rows]}


def match_apps(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """POST /apps/match: looks names up; `idApp` is missing where nothing matched."""
    return {"apps": [_match(connection, str(app["name"])) for app in arguments["apps"]]}


def _match(connection: sqlite3.Connection, name: str) -> dict[str, Any]:
    row = connection.execute("SELECT id, name, url FROM products WHERE lower(name) = lower(?)", [name]).fetchone()
    found = {"idApp": row[0], "name": row[1], "url": row[2]} if row else {}
    return found | {"searchedBy": name}


def _fields_of(entity: str) -> Read:
    def read(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
        names = ("id", "name", "systemKey", "type", "options")
        rows = connection.execute(
            "SELECT id, name, systemKey, type, options FROM fields WHERE entity = ? AND isShown AND NOT isDeleted"
            " ORDER BY id",
            [entity],
        )
        return {"fields": [as_object(names, row) for row in rows]}

    return read


def list_roles(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /roles."""
    names = ("id", "systemKey", "name", "description", "isAdmin", "usersCount")
    rows = connection.execute(
        "SELECT id, systemKey, name, description, isAdmin,"
        " (SELECT count(*) FROM users WHERE idRole = roles.id) FROM roles"
    )
    return {"roles": [as_object(names, row) for row in rows]}


def get_organization(connection: sqlite3.Connection, arguments: Arguments) -> dict[str, Any]:
    """GET /orgs/my."""
    names = ("id", "companyName", "domain", "creationTime")
    row = connection.execute("SELECT id, companyName, domain, creationTime FROM org").fetchone()
    if row is None:
        raise ToriiError(404, "Not Found", "No organization")
    return {"org": as_object(names, row)}


READS: Mapping[str, Read] = {
    "list_apps": list_apps,
    "search_apps": search_apps,
    "match_apps": match_apps,
    "get_app_fields": _fields_of("app"),
    "list_users": list_users,
    "get_user_fields": _fields_of("user"),
    "list_application_users": list_application_users,
    "list_contracts": list_contracts,
    "get_contract_fields": _fields_of("contract"),
    "list_transactions": list_transactions,
    "list_workflows": list_workflows,
    "get_action_execution_logs": get_action_execution_logs,
    "get_audit_logs": get_audit_logs,
    "list_roles": list_roles,
    "get_organization": get_organization,
}
