"""The action tools of the local Torii. They really write, so that a leak is visible, and leave an audit event."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from promptkit.text import sanitized
from promptkit.torii.api_error import ToriiError, forbidden, not_found, unknown, unprocessable
from promptkit.torii.query import Request, require_row
from promptkit.torii.roles import ROLES

Action = Callable[[Request], dict[str, Any]]

_APP = ("state", "category", "description", "tags", "url", "vendor", "primaryOwner", "isHidden")
_CONTRACT = ("name", "idApp", "status", "owner", "currency", "startDate", "endDate", "autoRenewal", "description")
_TABLES = {"app": "apps", "user": "users", "contract": "contracts"}
_NUMBERS = {"number", "currency", "user", "usersDropdown"}


def run_workflow(request: Request) -> dict[str, Any]:
    """POST /workflows/{id}/trigger: adds a run with one action."""
    require_row(request, "workflows", "idWorkflow")
    (last,) = request.tenant.execute("SELECT coalesce(max(idWorkflowExecution), 0) FROM action_executions").fetchone()
    _insert(
        request,
        "action_executions",
        {
            "idOrg": 1,
            "idWorkflow": request.arguments["idWorkflow"],
            "idWorkflowExecution": last + 1,
            "idAction": 1,
            "actionType": "manualTrigger",
            "runtimeInfo": "{}",
            "isRun": 1,
            "isCompleted": 0,
            "continueOnError": 0,
            "isIgnored": 0,
            "details": "{}",
            "creationTime": request.now,
            "updateTime": request.now,
        },
    )
    _audit(request, "workflows", "workflow_triggered_manually")
    return {"idWorkflowExecution": last + 1}


def update_user(request: Request) -> dict[str, Any]:
    """PUT /users/{idUser}: sets the lifecycle status."""
    values = {"lifecycleStatus": request.arguments["lifecycleStatus"]}
    _update(request, "users", "idUser", values)
    _audit(request, "users", "update_user_lifecycle_status")
    return {"user": {"id": request.arguments["idUser"], **values}}


def update_app(request: Request) -> dict[str, Any]:
    """PUT /apps/{idApp}: sets the fields that are given, and custom ones by their key."""
    _require_owned(request)
    values = {name: request.arguments[name] for name in _APP if name in request.arguments}
    _update(request, "apps", "idApp", values | _custom(request, "app"))
    _audit(request, "apps", "update_app_details")
    return {"app": {"id": request.arguments["idApp"], **values}}


def add_app(request: Request) -> dict[str, Any]:
    """POST /apps: adds a product from Torii's catalogue to the tenant."""
    id_ = request.arguments["idApp"]
    require_row(request, "products", "idApp")
    if request.tenant.execute("SELECT 1 FROM apps WHERE id = ?", [id_]).fetchone():
        raise ToriiError(409, "Conflict", f"App {id_} already exists")
    request.tenant.execute(
        "INSERT INTO apps (id, name, state, category, url, imageUrl, vendor, tags, isCustom, addedBy, creationTime,"
        " isHidden, sources) SELECT id, name, 'discovered', category, url, imageUrl, vendor, '', 0, ?, ?, 0, '[]'"
        " FROM products WHERE id = ?",
        [request.identity.user_id, request.now, id_],
    )
    _audit(request, "apps", "add_app")
    return {"app": {"id": id_}}


def create_app(request: Request) -> dict[str, Any]:
    """POST /apps/custom: adds an app that is not in Torii's catalogue."""
    given = {name: request.arguments.get(name) for name in ("name", "category", "url", "description")}
    fixed = {"state": "discovered", "tags": "", "isCustom": 1, "isHidden": 0, "sources": "[]"}
    id_ = _insert(request, "apps", given | fixed | {"addedBy": request.identity.user_id, "creationTime": request.now})
    _audit(request, "apps", "create_app")
    return {"app": {"id": id_, "name": given["name"]}}


def create_contract(request: Request) -> dict[str, Any]:
    """POST /contracts."""
    fixed = {"status": "active", "createdBy": request.identity.user_id, "creationTime": request.now, "source": "api"}
    id_ = _insert(request, "contracts", {**fixed, "previousContracts": "[]", **_contract(request)})
    _set_deadline(request, id_)
    _audit(request, "contracts", "create_contract")
    return {"contract": {"id": id_, "name": request.arguments["name"]}}


def update_contract(request: Request) -> dict[str, Any]:
    """PUT /contracts/{idContract}: sets the fields that are given, and custom ones by their key."""
    _update(request, "contracts", "idContract", _contract(request))
    _set_deadline(request, request.arguments["idContract"])
    _audit(request, "contracts", "update_contract")
    return {"contract": {"id": request.arguments["idContract"]}}


def _contract(request: Request) -> dict[str, Any]:
    given = request.arguments
    if "idApp" in given:
        require_row(request, "apps", "idApp")
    values = {name: given[name] for name in _CONTRACT if name in given}
    for name in values.keys() & {"startDate", "endDate"}:
        _require_date(name, values[name])
    if "amount" in given:
        values |= _amount(given["amount"])
    return values | _custom(request, "contract")


def _amount(given: int | str | Mapping[str, Any]) -> dict[str, Any]:
    """Minor units as a number, as text, or as {value, currency}."""
    if isinstance(given, Mapping):
        return _amount(given["value"]) | ({"currency": given["currency"]} if "currency" in given else {})
    try:
        return {"amount": int(given)}
    except ValueError:
        raise unprocessable(f"amount must be a whole number of minor units, not {sanitized(given)}") from None


def _require_date(name: str, value: str) -> None:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise unprocessable(f"{name} must be a date such as 2026-11-02, not {sanitized(value)}") from None


def _set_deadline(request: Request, id_: int) -> None:
    """Recalculate the cancellation deadline: the end date minus the notice period, if there is one."""
    deadline = "date(endDate, '-' || cancellationNoticePeriod || ' days')"
    request.tenant.execute(f"UPDATE contracts SET cancellationDeadline = {deadline} WHERE id = ?", [id_])  # noqa: S608


def delete_contract(request: Request) -> dict[str, Any]:
    """DELETE /contracts/{idContract}."""
    require_row(request, "contracts", "idContract")
    request.tenant.execute("DELETE FROM contracts WHERE id = ?", [request.arguments["idContract"]])
    _audit(request, "contracts", "delete_contract")
    return {"contract": {"id": request.arguments["idContract"], "isDeleted": True}}


def update_user_application(request: Request) -> dict[str, Any]:
    """PUT /users/{idUser}/apps/{idApp}: sets whether a person was removed from an app."""
    ids = (request.arguments["idUser"], request.arguments["idApp"])
    removed = request.arguments["isUserRemovedFromApp"]
    changed = request.tenant.execute(
        "UPDATE app_users SET isUserRemovedFromApp = ? WHERE idUser = ? AND idApp = ?", [removed, *ids]
    )
    if not changed.rowcount:
        raise not_found(f"User {ids[0]} is not in app {ids[1]}")
    _audit(request, "apps", "update_app_user")
    return {"app": {"id": ids[1], "isUserRemovedFromApp": removed}}


def update_transaction(request: Request) -> dict[str, Any]:
    """PUT /transactions/{idTransaction}: maps it to an app, or sets its mapping status."""
    if "idApp" in request.arguments:
        require_row(request, "apps", "idApp")
    values = {name: request.arguments[name] for name in ("idApp", "mappingStatus") if name in request.arguments}
    _update(request, "transactions", "idTransaction", values)
    _audit(request, "transactions", "update_transaction")
    return {"transaction": {"id": request.arguments["idTransaction"], **values}}


def _create_field(entity: str) -> Action:
    def create(request: Request) -> dict[str, Any]:
        name, type_ = request.arguments["name"], request.arguments["type"]
        (last,) = request.tenant.execute("SELECT max(id) FROM fields").fetchone()
        words = re.findall(r"[A-Za-z0-9]+", name)[:8]
        key = f"c_{''.join(words[:1]).lower()}{''.join(word.title() for word in words[1:])}_{last + 1}"[:60]
        # The key has only letters, digits and underscores.
        sql_type = "INTEGER" if type_ in _NUMBERS | {"bool"} else "TEXT"
        request.tenant.execute(f'ALTER TABLE {_TABLES[entity]} ADD COLUMN "{key}" {sql_type}')
        row = {
            "entity": entity,
            "systemKey": key,
            "name": name,
            "type": type_,
            "isCustom": 1,
            "isShown": 1,
            "isDeleted": 0,
        }
        options = [{"value": option, "label": option} for option in request.arguments.get("options", [])]
        id_ = _insert(request, "fields", row | {"options": json.dumps(options)})
        _audit(request, _TABLES[entity], f"create_{entity}_field")
        return {"field": {"id": id_, "systemKey": key, "name": name, "type": type_}}

    return create


def delete_field(request: Request) -> dict[str, Any]:
    """DELETE /fields/{idField}: deletes a custom field; from then on, asking for it is an error."""
    id_ = request.arguments["idField"]
    deleted = request.tenant.execute(
        "UPDATE fields SET isDeleted = 1 WHERE id = ? AND isCustom AND NOT isDeleted", [id_]
    )
    if not deleted.rowcount:
        raise not_found(f"There is no custom field {id_}")
    _audit(request, "orgs", "delete_field")
    return {"field": {"id": id_, "isDeleted": True}}


def request_access_to_app(request: Request) -> dict[str, Any]:
    """POST /accessRequests: stored only as its audit event."""
    require_row(request, "apps", "idApp")
    return {"accessRequest": {"id": _audit(request, "access", "create_access_request"), "status": "pending"}}


def upload_file(request: Request) -> dict[str, Any]:
    """POST /files: stored only as its audit event, which has the content."""
    return {"file": {"id": _audit(request, "files", "upload_file"), "name": request.arguments["name"]}}


def parse_contract(request: Request) -> dict[str, Any]:
    """POST /contracts/parse: a contract to review from an uploaded file."""
    id_file = request.arguments["idFile"]
    query = "SELECT properties ->> 'name' FROM audit WHERE id = ? AND type = 'upload_file'"
    uploaded = request.tenant.execute(query, [id_file]).fetchone()
    if uploaded is None:
        raise not_found(f"There is no idFile {id_file}")
    row = {
        "name": uploaded[0],
        "status": "inReview",
        "createdBy": request.identity.user_id,
        "creationTime": request.now,
    }
    id_ = _insert(request, "contracts", row | {"source": "parsed", "previousContracts": "[]"})
    _audit(request, "contracts", "parse_contract")
    return {"contract": {"id": id_, "name": uploaded[0], "status": "inReview"}}


def sync_app(request: Request) -> dict[str, Any]:
    """POST /apps/{idApp}/sync: a second sync is a conflict, since the clock stands still and the first never ends."""
    require_row(request, "apps", "idApp")
    query = "SELECT 1 FROM audit WHERE type = 'sync_app' AND creationTime = ? AND properties ->> 'idApp' = ?"
    if request.tenant.execute(query, [request.now, request.arguments["idApp"]]).fetchone():
        raise ToriiError(409, "Conflict", "A sync of this app is running")
    return {"sync": {"id": _audit(request, "integrations", "sync_app"), "status": "running"}}


def create_user_anonymization_request(request: Request) -> dict[str, Any]:
    """POST /users/anonymize: removes a person's name and address."""
    id_ = request.arguments["idUser"]
    gone = {"firstName": None, "lastName": None, "photoUrl": None, "email": f"anonymized-{id_}@removed.example"}
    _update(request, "users", "idUser", gone | {"additionalEmails": "[]"})
    return {"anonymizationRequest": {"id": _audit(request, "anonymizeUser", "create_anonymization_request")}}


def _custom(request: Request, entity: str) -> dict[str, Any]:
    """The argument `customFields` as columns; lists are kept as JSON text."""
    given = request.arguments.get("customFields", {})
    query = "SELECT systemKey FROM fields WHERE entity = ? AND isCustom AND isShown AND NOT isDeleted"
    known = {key for (key,) in request.tenant.execute(query, [entity])}
    if missing := sorted(set(given) - known):
        raise unknown("fields", missing, sorted(known))
    return {key: json.dumps(value) if isinstance(value, list | dict) else value for key, value in given.items()}


def _require_owned(request: Request) -> None:
    user, id_ = request.identity.user_id, request.arguments["idApp"]
    joined = "apps LEFT JOIN app_owners o ON o.idApp = apps.id"
    query = f"SELECT 1 FROM {joined} WHERE apps.id = ? AND ? IN (primaryOwner, idUser)"  # noqa: S608
    if ROLES[request.identity.role].owned_only and request.tenant.execute(query, [id_, user]).fetchone() is None:
        raise forbidden(f"This user does not own app {id_}")


def _update(request: Request, table: str, key: str, values: Mapping[str, Any]) -> None:
    require_row(request, table, key)
    if not values:
        raise unprocessable("No change was given")
    changes = ", ".join(f'"{name}" = ?' for name in values)
    statement = f"UPDATE {table} SET {changes} WHERE id = ?"  # noqa: S608  (names from this file and from `fields`)
    request.tenant.execute(statement, [*values.values(), request.arguments[key]])


def _insert(request: Request, table: str, row: Mapping[str, Any]) -> int:
    columns, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    created = request.tenant.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", list(row.values()))  # noqa: S608
    return int(created.lastrowid or 0)


def _audit(request: Request, entity: str, kind: str) -> int:
    """Write the audit event of this call, and give its id."""
    event = {"performedBy": request.identity.user_id, "entity": entity, "type": kind, "creationTime": request.now}
    details = {"requestDetails": json.dumps({"path": "/mcp", "method": "POST", "remoteAddress": "127.0.0.1"})}
    return _insert(request, "audit", event | details | {"properties": json.dumps(dict(request.arguments))})


ACTIONS: Mapping[str, Action] = {
    **{
        action.__name__: action
        for action in (
            run_workflow,
            update_user,
            update_app,
            add_app,
            create_app,
            create_contract,
            update_contract,
            delete_contract,
            update_user_application,
            update_transaction,
            delete_field,
            request_access_to_app,
            upload_file,
            parse_contract,
            sync_app,
            create_user_anonymization_request,
        )
    },
    **{f"create_{entity}_field": _create_field(entity) for entity in _TABLES},
}
"""Every action tool by name."""
