"""List requests of Torii's REST API 1.1 as SQL: fields, filters, sort and cursors over the views of api.sql."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptkit.errors import shown

# Objects and lists in the API; JSON text in the views.
JSON_FIELDS = frozenset(
    [
        "primaryOwner",
        "appOwners",
        "owner",
        "sources",
        "expenses",
        "activeContractsTotalValue",
        "amount",
        "yearlyCost",
        "annualCost",
        "licenses",
        "additionalEmails",
        "previousContracts",
        "runtimeInfo",
        "requestDetails",
        "properties",
        "options",
    ]
)
_MONEY = frozenset({"expenses", "activeContractsTotalValue", "amount", "yearlyCost", "annualCost"})
_COMPARE = {"equals": "=", "notEquals": "<>", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_DAYS = {"dayOnOrAfter": ">=", "dayOnOrBefore": "<=", "dayAfter": ">", "dayBefore": "<"}
_IN = {"anyOf": "IN", "noneOf": "NOT IN"}


class ToriiError(Exception):
    """An answer of the API that is not a result: HTTP status, its name, and what is wrong."""

    def __init__(self, status: int, error: str, message: str) -> None:
        super().__init__(message)
        self.body = {"statusCode": status, "error": error, "message": message}


def unprocessable(message: str) -> ToriiError:
    """The answer to a parameter or value that the API does not take."""
    return ToriiError(422, "Unprocessable Entity", message)


@dataclass(frozen=True)
class Listing:
    """One list of the API: the view it reads, and what it gives and searches when nothing is asked for."""

    view: str
    default_fields: Sequence[str]
    searched: Sequence[str]
    order: str

    def columns(self, connection: sqlite3.Connection) -> list[str]:
        """Every field the list knows, in the order of the view."""
        return [str(row[1]) for row in connection.execute(f"PRAGMA table_info({self.view})")]


@dataclass
class Condition:
    """SQL that narrows a list, with its values."""

    sql: list[str]
    values: list[Any]

    def add(self, sql: str, *values: Any) -> None:  # noqa: ANN401
        """Narrow by one more condition."""
        self.sql.append(sql)
        self.values += values

    @property
    def where(self) -> str:
        """The clause, empty when nothing narrows."""
        return f" WHERE {' AND '.join(self.sql)}" if self.sql else ""


def run_list(
    connection: sqlite3.Connection, listing: Listing, arguments: Mapping[str, Any], base: Condition
) -> dict[str, Any]:
    """One page of a list.

    Args:
        connection: the tenant, with the views of api.sql.
        listing: what is listed.
        arguments: fields, filters, q, sort, size, cursor, as the API takes them.
        base: conditions that the tool itself sets.

    Returns:
        rows, count, total and nextCursor.

    Raises:
        ToriiError: an argument names a field or operator that there is not, or the cursor is not ours.
    """
    columns = listing.columns(connection)
    fields = _fields(arguments.get("fields"), listing, columns)
    narrowed = Condition(list(base.sql), list(base.values))
    for wanted in _filters(arguments.get("filters")):
        _add_filter(narrowed, wanted, columns)
    if text := arguments.get("q"):
        either = " OR ".join(f"instr(lower({name}), lower(?)) > 0" for name in listing.searched)
        narrowed.add(f"({either})", *[text] * len(listing.searched))
    counted = connection.execute(f"SELECT count(*) FROM {listing.view}{narrowed.where}", narrowed.values)  # noqa: S608
    total = counted.fetchone()[0]
    size = int(arguments.get("size", 1000))
    start = _decode(arguments.get("cursor"), total)
    quoted = ", ".join(f'"{name}"' for name in fields)
    order = _order(arguments.get("sort"), listing, columns)
    query = f"SELECT {quoted} FROM {listing.view}{narrowed.where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    found = connection.execute(query, [*narrowed.values, size, start]).fetchall()
    rows = [as_object(fields, row) for row in found]
    end = start + len(rows)
    return {
        "rows": rows,
        "count": len(rows),
        "total": total,
        "nextCursor": _encode(end, total) if end < total else None,
    }


def as_object(fields: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    """A row of a view as the API's object."""
    return {name: _value(name, value) for name, value in zip(fields, row, strict=True)}


def _value(name: str, value: Any) -> Any:  # noqa: ANN401
    if name in JSON_FIELDS and isinstance(value, str):
        return json.loads(value)
    is_flag = name in {"autoRenewal", "continueOnError"} or (name.startswith("is") and name[2:3].isupper())
    return bool(value) if is_flag and value is not None else value


def _fields(text: str | None, listing: Listing, columns: Sequence[str]) -> list[str]:
    if not text:
        return list(listing.default_fields)
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if unknown := [name for name in names if name not in columns]:
        raise unprocessable(f"Unknown fields: {', '.join(map(shown, unknown))}")
    return names


def _filters(given: Any) -> list[Any]:  # noqa: ANN401
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            raise unprocessable("filters is not JSON") from None
    if not isinstance(given, list | None):
        raise unprocessable("filters must be a list of {key, op, value}")
    return given or []


def _add_filter(condition: Condition, wanted: Any, columns: Sequence[str]) -> None:  # noqa: ANN401
    if not isinstance(wanted, dict) or wanted.get("key") not in columns:
        raise unprocessable(f"Unknown filter: {shown(wanted)}")
    key, op, value = wanted["key"], wanted.get("op"), wanted.get("value")
    sql = f"\"{key}\" ->> '$.value'" if key in _MONEY else f'"{key}"'
    if op in _COMPARE and isinstance(value, str | int | float):
        condition.add(f"{sql} {_COMPARE[op]} ?", value)
    elif op in _DAYS and isinstance(value, str):
        condition.add(f"substr({sql}, 1, 10) {_DAYS[op]} ?", value[:10])
    elif op in _IN and isinstance(value, list):
        condition.add(f"{sql} {_IN[op]} ({', '.join('?' * len(value))})", *value)
    elif op in {"contains", "notContains"} and isinstance(value, str):
        condition.add(f"instr(lower({sql}), lower(?)) {'>' if op == 'contains' else '='} 0", value)
    elif op in {"isSet", "isNotSet", "exists", "notExists"}:
        condition.add(f"{sql} IS {'NOT ' if op in {'isSet', 'exists'} else ''}NULL")
    else:
        raise unprocessable(f"Unknown operator or value: {shown(wanted)}")


def _order(sort: str | None, listing: Listing, columns: Sequence[str]) -> str:
    if not sort:
        return listing.order
    parts = []
    for part in sort.split(","):
        name, _, direction = part.strip().partition(":")
        if name not in columns or direction not in {"", "asc", "desc"}:
            raise unprocessable(f"Unknown sort: {shown(part)}")
        parts.append(f'"{name}" {direction or "asc"}')
    return ", ".join([*parts, listing.order])


def _encode(start: int, total: int) -> str:
    return base64.b64encode(json.dumps([start, total]).encode()).decode()


def _decode(cursor: str | None, total: int) -> int:
    if cursor is None:
        return 0
    try:
        start, then = json.loads(base64.b64decode(cursor, validate=True))
    except (ValueError, TypeError, binascii.Error):
        raise ToriiError(400, "Bad Request", "Invalid cursor") from None
    if then != total:
        raise ToriiError(400, "Bad Request", "The cursor is stale: the list has changed since")
    return int(start)
