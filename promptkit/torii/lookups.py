"""The read tools that do not list a tenant's objects: product catalogue, fields, roles and organization."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from promptkit.torii.query import Request
from promptkit.torii.reads import READS, Read
from promptkit.torii.roles import ROLES

_FILTERS = {"number": "number", "currency": "number", "datePicker": "date", "bool": "boolean"}
_SCOPES = {"app": "apps", "user": "users", "contract": "contracts", "transaction": "expenses"}


def search_apps(request: Request) -> dict[str, Any]:
    """GET /apps/search: Torii's product catalogue, not the tenant."""
    names = ("id", "name", "category", "imageUrl", "url")
    rows = _rows(
        request,
        names,
        "FROM products WHERE instr(lower(name), lower(?)) ORDER BY id LIMIT ?",
        [request.arguments["q"], request.arguments.get("limit", 5)],
    )
    return {"apps": [row | {"isHidden": False} for row in rows]}


def match_apps(request: Request) -> dict[str, Any]:
    """POST /apps/match: looks up names; `idApp` is missing if nothing matched."""
    query = "SELECT lower(name), id, name, url FROM products"
    known = {key: {"idApp": id_, "name": name, "url": url} for key, id_, name, url in request.tenant.execute(query)}
    asked = [app["name"] for app in request.arguments["apps"]]
    return {"apps": [known.get(name.lower(), {}) | {"searchedBy": name} for name in asked]}


def _fields_of(entity: str) -> Read:
    def read(request: Request) -> dict[str, Any]:
        names = ("id", "name", "systemKey", "type", "options")
        tail = "FROM fields WHERE entity = ? AND isShown AND NOT isDeleted ORDER BY id"
        rows = _rows(request, names, tail, [entity])
        return {"fields": [row | {"options": json.loads(row["options"])} for row in rows if _is_seen(request, row)]}

    return read


def _metadata_of(entity: str) -> Read:
    def read(request: Request) -> dict[str, Any]:
        names = ("id", "systemKey", "name", "type", "isCustom", "isShown", "isDeleted", "idSourceApp")
        tail = "FROM fields WHERE entity = ? AND (instr(lower(name), lower(?)) OR instr(lower(systemKey), lower(?)))"
        text = request.arguments.get("q", "")
        rows = [
            row for row in _rows(request, names, f"{tail} ORDER BY id", [entity, text, text]) if _is_seen(request, row)
        ]
        return {
            "predefinedFields": [_predefined(row, entity) for row in rows if not row["isCustom"]],
            "customFields": [_custom(row) for row in rows if row["isCustom"]],
        }

    return read


def _is_seen(request: Request, row: Mapping[str, Any]) -> bool:
    return row["type"] != "currency" or "money" not in ROLES[request.identity.role].hides


def _predefined(row: Mapping[str, Any], entity: str) -> dict[str, Any]:
    return {
        "name": row["name"],
        "systemKey": row["systemKey"],
        "type": row["type"],
        "filterType": _FILTERS.get(row["type"], "text"),
        "filterSystemKey": row["systemKey"],
        "relatedFields": [],
        "scopes": [f"{_SCOPES[entity]}:read"],
        "feature": None,
    }


def _custom(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "idField": row["id"],
        "systemKey": row["systemKey"],
        "isShown": bool(row["isShown"]),
        "idOrg": 1,
        "sourceIdApp": row["idSourceApp"],
        "name": row["name"],
        "type": row["type"],
        "isDeleted": bool(row["isDeleted"]),
        "relatedFields": [],
    }


def list_roles(request: Request) -> dict[str, Any]:
    """GET /roles."""
    names = ("id", "systemKey", "name", "description", "isAdmin")
    counts = dict(request.tenant.execute("SELECT idRole, count(*) FROM users WHERE idRole IS NOT NULL GROUP BY idRole"))
    rows = _rows(request, names, "FROM roles ORDER BY id", [])
    return {"roles": [row | {"isAdmin": bool(row["isAdmin"]), "usersCount": counts.get(row["id"], 0)} for row in rows]}


def get_organization(request: Request) -> dict[str, Any]:
    """GET /orgs/my."""
    return {"org": _rows(request, ("id", "companyName", "domain", "creationTime"), "FROM org", [])[0]}


def _rows(request: Request, names: Sequence[str], tail: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    query = f"SELECT {', '.join(names)} {tail}"
    return [dict(zip(names, row, strict=True)) for row in request.tenant.execute(query, values)]


ALL_READS: Mapping[str, Read] = {
    **READS,
    "search_apps": search_apps,
    "match_apps": match_apps,
    "get_app_fields": _fields_of("app"),
    "list_app_metadata": _metadata_of("app"),
    "get_user_fields": _fields_of("user"),
    "list_user_metadata": _metadata_of("user"),
    "get_contract_fields": _fields_of("contract"),
    "list_contract_metadata": _metadata_of("contract"),
    "list_transaction_metadata": _metadata_of("transaction"),
    "list_roles": list_roles,
    "get_organization": get_organization,
}
"""Every read tool by name."""
