"""List requests to Torii's REST API 1.1 as SQL: fields, filters, sort and cursors over a tenant."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from typing import Any, Literal

from promptkit.torii.aggregate import aggregate
from promptkit.torii.api_error import bad_request, forbidden, not_found, unknown, unprocessable
from promptkit.torii.filters import Clause, contains_text, equal_clause, filter_clause, joined, parsed
from promptkit.torii.listing import ApiField, Listing
from promptkit.torii.roles import ADMIN, ROLES, Identity

MAX_SIZE = 1000
Direction = Literal["asc", "desc"]


@dataclass(frozen=True)
class Request:
    """One call of a tool: the tenant, the arguments, the caller, and the tenant's time (ISO 8601, UTC).

    `renamed` has the new names of the list fields that a fault renames, by their old names.
    """

    tenant: sqlite3.Connection
    arguments: Mapping[str, Any]
    now: str
    identity: Identity = ADMIN
    renamed: Mapping[str, str] = dataclass_field(default_factory=dict)

    def asking(self, arguments: Mapping[str, Any]) -> Request:
        """The same request with other arguments."""
        return replace(self, arguments=arguments)

    @property
    def today(self) -> date:
        """The tenant's day."""
        return date.fromisoformat(self.now[:10])


@dataclass(frozen=True)
class _Term:
    """One term in an order."""

    sql: str
    direction: Direction


def run_list(request: Request, listing: Listing, base: Sequence[Clause] = ()) -> dict[str, Any]:
    """One page of a list.

    Args:
        request: its arguments fields, filters, baseFilters, q, qFields, sort, size, cursor and aggs are followed.
        listing: the list.
        base: the tool's own conditions.

    Returns:
        rows, count, total and nextCursor; aggregations if they were asked for.

    Raises:
        ToriiError: an argument names an unknown field or operator, the cursor is invalid or stale, or the role may not
            see something that is asked for.
    """
    arguments = request.arguments
    fields = _visible(request, listing)
    names = _named(arguments.get("fields"), listing, fields, request)
    where = joined([*_scope(request, listing), *base, *_narrowing(request, listing, fields)])
    order = _order(arguments.get("sort"), listing, fields)
    size = arguments.get("size", MAX_SIZE)
    is_first = "cursor" not in arguments
    page = where if is_first else joined([where, _after(request, listing, where, order)])
    rows = _rows(request, listing, fields, names, page, order, size + 1)
    body = {
        "rows": [row for row, _ in rows[:size]],
        "count": min(len(rows), size),
        # If the first page is the only one, there is nothing more to count.
        "total": len(rows) if is_first and len(rows) <= size else _total(request, listing, where),
        "nextCursor": _cursor(rows[size - 1][1]) if len(rows) > size else None,
    }
    if given := parsed(arguments.get("aggs"), "aggs"):
        body["aggregations"] = aggregate(request.tenant, listing.source, fields, where, given)
    return body


def run_one(request: Request, listing: Listing, key: str, base: Sequence[Clause]) -> dict[str, Any]:
    """The one row for which `base` holds, with the fields asked for, or every field.

    Raises:
        ToriiError: 404, naming `key`, if there is none; and as for `run_list`.
    """
    fields = _visible(request, listing)
    asked = request.arguments.get("fields")
    names = _named(asked, listing, fields, request) if asked else list(fields)
    where = joined([*_scope(request, listing), *base])
    rows = _rows(request, listing, fields, names, where, [], 1)
    if not rows:
        raise not_found(f"There is no {key} {request.arguments[key]}")
    return rows[0][0]


def require_row(request: Request, table: str, key: str) -> None:
    """Look up the id in the argument `key`.

    Raises:
        ToriiError: 404, the table has no such row.
    """
    id_ = request.arguments[key]
    if request.tenant.execute(f"SELECT 1 FROM {table} WHERE id = ?", [id_]).fetchone() is None:  # noqa: S608
        raise not_found(f"There is no {key} {id_}")


def _visible(request: Request, listing: Listing) -> dict[str, ApiField]:
    """The list's fields as the role sees them: people it may not see are only ids, and hidden money is left out."""
    hidden = ROLES[request.identity.role].hides
    fields = listing.known(request.tenant)
    if "person" in hidden:
        fields |= {name: _id_only(field) for name, field in fields.items() if field.kind == "person"}
        fields.pop("appOwners", None)
    visible = {name: field for name, field in fields.items() if not (field.kind == "money" and "money" in hidden)}
    return {request.renamed.get(name, name): field for name, field in visible.items()}


def _id_only(field: ApiField) -> ApiField:
    return ApiField(field.sql, "object", f"iif({field.sql} IS NULL, NULL, json_object('id', {field.sql}))")


def _scope(request: Request, listing: Listing) -> list[Clause]:
    if not (ROLES[request.identity.role].owned_only and listing.owned_by):
        return []
    user = request.identity.user_id
    owned = "SELECT id FROM apps WHERE primaryOwner = ? UNION SELECT idApp FROM app_owners WHERE idUser = ?"
    return [Clause(f"{listing.owned_by} IN ({owned})", (user, user))]


def _named(text: str | None, listing: Listing, fields: Mapping[str, ApiField], request: Request) -> list[str]:
    if not text:
        return [name for name in listing.default_fields if name in fields]
    names = list(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    missing = [name for name in names if name not in fields]
    if withheld := [name for name in missing if name in listing.fields and name not in request.renamed]:
        raise forbidden(f"The role {request.identity.role} does not see: {', '.join(withheld)}")
    if missing:
        raise unknown("fields", missing, fields)
    return names


def _narrowing(request: Request, listing: Listing, fields: Mapping[str, ApiField]) -> list[Clause]:
    arguments = request.arguments
    clauses = []
    if given := arguments.get("filters"):
        clauses.append(filter_clause(given, fields, request.today))
    plain = _base_filters(arguments.get("baseFilters"))
    if text := arguments.get("q") or plain.pop("q", None):
        clauses.append(_search(str(text), arguments.get("qFields"), listing, fields))
    if plain:
        clauses.append(equal_clause(plain, fields, request.today))
    return clauses


def _base_filters(given: Any) -> dict[str, Any]:  # noqa: ANN401
    plain = parsed(given, "baseFilters") if given else {}
    if not isinstance(plain, dict):
        raise unprocessable("baseFilters must be a mapping of field names to values")
    return dict(plain)


def _search(text: str, named: str | None, listing: Listing, fields: Mapping[str, ApiField]) -> Clause:
    names = [name.strip() for name in named.split(",")] if named else listing.searched
    texts = [name for name, field in fields.items() if field.kind == "text"]
    if missing := [name for name in names if name not in texts]:
        raise unknown("fields to search", missing, texts)
    return joined((contains_text(fields[name].sql, text) for name in names), "OR")


def _order(sort: str | None, listing: Listing, fields: Mapping[str, ApiField]) -> list[_Term]:
    if not sort:
        return [_Term(_sql(name, fields), direction) for name, direction in listing.order]
    terms = [_sorted_by(part, fields) for part in sort.split(",")]
    # The last term makes the order unique. In the direction of the term before it, one index is enough for both.
    unique, _ = listing.order[-1]
    return [*terms, _Term(_sql(unique, fields), terms[-1].direction)]


def _sorted_by(part: str, fields: Mapping[str, ApiField]) -> _Term:
    name, _, direction = part.strip().partition(":")
    if name not in fields:
        raise unknown("sort field", [name], fields)
    if direction not in {"", "asc", "desc"}:
        raise unknown("sort direction", [direction], ("asc", "desc"))
    return _Term(fields[name].sql, "desc" if direction == "desc" else "asc")


def _sql(name: str, fields: Mapping[str, ApiField]) -> str:
    return fields[name].sql if name in fields else name


def _rows(
    request: Request,
    listing: Listing,
    fields: Mapping[str, ApiField],
    names: Sequence[str],
    where: Clause,
    order: Sequence[_Term],
    limit: int,
) -> list[tuple[dict[str, Any], list[Any]]]:
    """The objects on a page, each with its place in the order."""
    columns = [fields[name].shown or fields[name].sql for name in names]
    selected = ", ".join([*columns, *(term.sql for term in order)])
    ordered = "ORDER BY " + ", ".join(f"{term.sql} {term.direction}" for term in order) if order else ""
    query = f"SELECT {selected} FROM {listing.source} WHERE {where.sql} {ordered} LIMIT ?"  # noqa: S608
    kinds = [fields[name] for name in names]
    objects = []
    for row in request.tenant.execute(query, [*where.values, limit]):
        values = (_value(field, value) for field, value in zip(kinds, row, strict=False))
        objects.append((dict(zip(names, values, strict=True)), list(row[len(names) :])))
    return objects


def _value(field: ApiField, value: Any) -> Any:  # noqa: ANN401
    if value is None:
        return None
    if field.kind == "flag":
        return bool(value)
    return json.loads(value) if field.kind in {"list", "money", "person", "object"} else value


def _total(request: Request, listing: Listing, where: Clause) -> int:
    query = f"SELECT count(*) FROM {listing.source} WHERE {where.sql}"  # noqa: S608
    (total,) = request.tenant.execute(query, where.values).fetchone()
    return int(total)


def _cursor(place: Sequence[Any]) -> str:
    return base64.b64encode(json.dumps(place).encode()).decode()


def _after(request: Request, listing: Listing, where: Clause, order: Sequence[_Term]) -> Clause:
    """The rows after the one at the cursor.

    Raises:
        ToriiError: 400, it is not a cursor for this order, or the row is no longer at its place.
    """
    place = _place(request.arguments["cursor"], len(order))
    there = joined(Clause(f"{term.sql} IS ?", (value,)) for term, value in zip(order, place, strict=True))
    at_cursor = joined([where, there])
    query = f"SELECT 1 FROM {listing.source} WHERE {at_cursor.sql} LIMIT 1"  # noqa: S608
    if request.tenant.execute(query, at_cursor.values).fetchone() is None:
        raise bad_request("The cursor is stale: the list has changed since")
    return _beyond(order, place)


def _place(cursor: str, length: int) -> list[Any]:
    try:
        place = json.loads(base64.b64decode(cursor, validate=True))
    except (ValueError, binascii.Error, RecursionError):
        place = None
    is_ours = isinstance(place, list) and all(isinstance(one, str | int | float | None) for one in place)
    if not is_ours or len(place) != length:
        raise bad_request("Invalid cursor")
    return list(place)


def _beyond(order: Sequence[_Term], place: Sequence[Any]) -> Clause:
    (term, *terms), (value, *values) = order, place
    further = _further(term, value)
    if not terms:
        return further
    same = joined([Clause(f"{term.sql} IS ?", (value,)), _beyond(terms, values)])
    either = joined([further, same], "OR")
    if term.direction == "desc" or value is None:
        return either
    # The same condition again, weaker, in a form for which SQLite can use an index.
    return joined([Clause(f"{term.sql} >= ?", (value,)), either])


def _further(term: _Term, value: Any) -> Clause:  # noqa: ANN401
    # SQLite puts NULL first, or last in a descending order.
    if term.direction == "asc":
        return Clause(f"{term.sql} > ?", (value,)) if value is not None else Clause(f"{term.sql} IS NOT NULL")
    return Clause(f"{term.sql} < ? OR {term.sql} IS NULL", (value,)) if value is not None else Clause("0")
