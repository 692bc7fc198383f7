"""The read tools of the local Torii: a request in, the API's envelope out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from promptkit.text import sanitized
from promptkit.torii.api_error import not_found, unknown, unprocessable
from promptkit.torii.filters import Clause
from promptkit.torii.licenses import add_licenses
from promptkit.torii.listing import (
    APP_USERS,
    APPS,
    AUDIT,
    CONTRACTS,
    EXECUTIONS,
    TRANSACTIONS,
    USER_APPS,
    USERS,
    Listing,
)
from promptkit.torii.query import Request, require_row, run_list, run_one

Read = Callable[[Request], dict[str, Any]]

_GONE = "(lifecycleStatus = 'offboarded' OR isDeletedInIdentitySources)"
# Each view of users as a condition.
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
_MAPPING_STATUSES = ("mapped", "unknown", "recommend_map")
# Torii documents only the first, which is the default; the second is our guess.
_WORKFLOW_TYPES = ("regular", "offboarding")


def _page(
    key: str, request: Request, listing: Listing, base: Sequence[Clause] = (), size: int = 1000
) -> dict[str, Any]:
    sized = request.asking({"size": size, **request.arguments})
    page = run_list(sized, listing, base)
    return {key: page.pop("rows"), **page}


def _equal(request: Request, columns: Mapping[str, str]) -> list[Clause]:
    """A condition for each given argument; `columns` says which column it is about."""
    given = request.arguments
    return [Clause(f"{column} = ?", (given[name],)) for name, column in columns.items() if name in given]


def list_apps(request: Request) -> dict[str, Any]:
    """GET /apps."""
    if not request.arguments.get("includeLicenses"):
        return _page("apps", request, APPS)
    asked = request.arguments.get("fields", "") or ",".join(APPS.default_fields)
    # Licences are found by the id, even if it is not asked for.
    with_id = {**request.arguments, "fields": f"{asked},id"}
    body = _page("apps", request.asking(with_id), APPS)
    add_licenses(request, body["apps"])
    return body


def get_app(request: Request) -> dict[str, Any]:
    """GET /apps/{idApp}."""
    app = run_one(request, APPS, "idApp", _equal(request, {"idApp": "apps.id"}))
    if request.arguments.get("includeLicenses"):
        app["id"] = request.arguments["idApp"]
        add_licenses(request, [app])
    return {"app": app}


def get_similar_apps(request: Request) -> dict[str, Any]:
    """GET /apps/similar: the tenant's other apps of the same category, unpaged."""
    _require_app(request)
    id_ = request.arguments["idApp"]
    same = "NOT isHidden AND apps.id <> ? AND category = (SELECT category FROM apps WHERE id = ?)"
    asked = {"fields": "id,name,state,category"}
    page = run_list(request.asking(asked), APPS, [Clause(same, (id_, id_))])
    return {"apps": page["rows"]}


def list_users(request: Request) -> dict[str, Any]:
    """GET /users."""
    base = [Clause(_VIEWS[request.arguments.get("view", "allUsers")])]
    base += _equal(request, {"email": "email", "firstName": "firstName", "lastName": "lastName"})
    if ids := request.arguments.get("idUsers"):
        base.append(Clause("users.id IN (SELECT value FROM json_each(?))", (json.dumps(_ids(ids)),)))
    return _page("users", request, USERS, base)


def _ids(given: str | list[Any]) -> list[int]:
    texts = given.split(",") if isinstance(given, str) else given
    try:
        ids = [int(text) for text in texts]
    except (TypeError, ValueError):
        raise unprocessable("idUsers must be ids of users") from None
    if len(ids) > 50:
        raise unprocessable("idUsers takes at most 50 ids")
    return ids


def get_user(request: Request) -> dict[str, Any]:
    """GET /users/{idUser}."""
    return {"user": run_one(request, USERS, "idUser", _equal(request, {"idUser": "users.id"}))}


def list_application_users(request: Request) -> dict[str, Any]:
    """GET /apps/{idApp}/users."""
    require_row(request, "apps", "idApp")
    base = _equal(request, {"idApp": "app_users.idApp", "status": "app_users.status"})
    return _page("users", request, APP_USERS, base)


def list_user_applications(request: Request) -> dict[str, Any]:
    """GET /users/{idUser}/apps: unpaged, with the field names of API 1.0."""
    require_row(request, "users", "idUser")
    columns = {
        "idUser": "app_users.idUser",
        "isUserRemovedFromApp": "app_users.isUserRemovedFromApp",
        "state": "a.state",
    }
    page = run_list(request, USER_APPS, _equal(request, columns))
    return {"apps": page["rows"]}


def get_user_application(request: Request) -> dict[str, Any]:
    """GET /users/{idUser}/apps/{idApp}."""
    require_row(request, "users", "idUser")
    _require_app(request)
    _require_use(request)
    ids = _equal(request, {"idUser": "app_users.idUser", "idApp": "app_users.idApp"})
    return {"app": run_one(request, USER_APPS, "idApp", ids)}


def _require_app(request: Request) -> None:
    """Look up the app in the argument idApp, among those that the role sees."""
    only_id = request.asking({**request.arguments, "fields": "id"})
    run_one(only_id, APPS, "idApp", _equal(request, {"idApp": "apps.id"}))


def _require_use(request: Request) -> None:
    ids = [request.arguments["idUser"], request.arguments["idApp"]]
    if request.tenant.execute("SELECT 1 FROM app_users WHERE idUser = ? AND idApp = ?", ids).fetchone() is None:
        raise not_found(f"User {ids[0]} does not use app {ids[1]}")


def list_contracts(request: Request) -> dict[str, Any]:
    """GET /contracts."""
    return _page("contracts", request, CONTRACTS)


def get_contract(request: Request) -> dict[str, Any]:
    """GET /contracts/{idContract}."""
    return {"contract": run_one(request, CONTRACTS, "idContract", _equal(request, {"idContract": "contracts.id"}))}


def list_transactions(request: Request) -> dict[str, Any]:
    """GET /transactions: recognised ones unless `mappingStatus` asks for others; never archived or duplicate ones."""
    kinds = [kind.strip() for kind in request.arguments.get("mappingStatus", "mapped").split(",")]
    if missing := [kind for kind in kinds if kind not in _MAPPING_STATUSES]:
        raise unknown("mappingStatus", missing, _MAPPING_STATUSES)
    marks = ", ".join("?" * len(kinds))
    base = [Clause("duplicateOf IS NULL"), Clause(f"mappingStatus IN ({marks})", tuple(kinds))]
    base += _equal(request, {"idApp": "transactions.idApp", "source": "transactions.source"})
    return _page("transactions", request, TRANSACTIONS, base)


def list_workflows(request: Request) -> dict[str, Any]:
    """GET /workflows: regular ones unless `type` asks for others.

    Which types Torii has besides, and what it answers to one that it has not, is not public. An error is our choice.
    """
    kind = request.arguments.get("type", "regular")
    if kind not in _WORKFLOW_TYPES:
        raise unknown("type", [kind], _WORKFLOW_TYPES)
    rows = _workflows(request, "type = ?", kind)
    return {"workflows": rows, "count": len(rows), "total": len(rows), "nextCursor": None}


def get_workflow(request: Request) -> dict[str, Any]:
    """GET /workflows/{idWorkflow}."""
    require_row(request, "workflows", "idWorkflow")
    return {"workflow": _workflows(request, "id = ?", request.arguments["idWorkflow"])[0]}


def _workflows(request: Request, condition: str, value: str | int) -> list[dict[str, Any]]:
    names = ("id", "name", "type", "version", "isActive", "trigger")
    query = f"SELECT {', '.join(names)} FROM workflows WHERE {condition} ORDER BY id"  # noqa: S608
    rows = (dict(zip(names, row, strict=True)) for row in request.tenant.execute(query, [value]))
    return [row | {"isActive": bool(row["isActive"])} for row in rows]


def get_action_execution_logs(request: Request) -> dict[str, Any]:
    """GET /workflows/actionExecutions: one row per action, newest first."""
    ids = _equal(request, {"idActionApp": "action_executions.idApp", "idActionUser": "action_executions.idUser"})
    return _page("response", request, EXECUTIONS, ids, size=50)


def get_audit_logs(request: Request) -> dict[str, Any]:
    """GET /audit: without a total, as in Torii; `sort` is asc or desc, by creationTime."""
    given = request.arguments
    base = _equal(request, {"entity": "audit.entity"})
    for name, compare in (("startTime", ">"), ("endTime", "<=")):
        if name in given:
            base.append(Clause(f"audit.creationTime {compare} ?", (_time(name, given[name]),)))
    sorted_ = {**given, "sort": f"creationTime:{given.get('sort', 'desc')}"}
    page = _page("audit", request.asking(sorted_), AUDIT, base, size=50)
    return {name: value for name, value in page.items() if name != "total"}


def _time(name: str, text: str) -> str:
    """A time as it was given, if it is ISO 8601, which Torii documents. An error for any other is our choice."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        form = "a day or time such as 2026-11-02 or 2026-11-02T09:00:00Z"
        raise unprocessable(f"{name} must be {form}, not {sanitized(text)}") from None
    return text


READS: Mapping[str, Read] = {
    read.__name__: read
    for read in (
        list_apps,
        get_app,
        get_similar_apps,
        list_users,
        get_user,
        list_application_users,
        list_user_applications,
        get_user_application,
        list_contracts,
        get_contract,
        list_transactions,
        list_workflows,
        get_workflow,
        get_action_execution_logs,
        get_audit_logs,
    )
}
