"""Reads what a mapping and the figures rest on: the mapped fields, whole lists, the unit of amounts, and two examples.

What only a person can judge ends as a question: the example stands there as Torii's own screen should show it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from promptkit.answering.rows import Row, rows_of
from promptkit.connection.open_session import OpenedSession
from promptkit.connection.session import Session
from promptkit.library.store import Library
from promptkit.model import OrganizationalView, ToolCall
from promptkit.onboarding.finding import CheckStatus, Finding
from promptkit.onboarding.mapping import FieldChangeKind, field_changes, read_values
from promptkit.text import sanitized

_LISTS = ("list_apps", "list_users", "list_contracts")
_PAGE = 1000
_MONEY = {"list_contracts": "id,name,amount,currency,endDate", "list_transactions": "id,amount"}
_BROKEN = {FieldChangeKind.GONE, FieldChangeKind.UNREAD}
_COMPARE = "open it in Torii and compare; if it differs, do not use the figures"


async def proofs(
    library: Library, opened: OpenedSession, views: Sequence[OrganizationalView]
) -> AsyncIterator[Finding]:
    """Every finding about the views that a profile maps, and about the server's figures."""
    for view in views:
        for finding in await _mapped(library, opened, view):
            yield finding
    for tool in _LISTS:
        yield await _whole(opened.session, tool)
    for tool, fields in _MONEY.items():
        yield _unit(tool, await _rows(opened.session, tool, {"fields": fields, "size": 100}))
    yield _contract(await _rows(opened.session, "list_contracts", {"fields": _MONEY["list_contracts"], "size": 100}))
    yield _app(await _rows(opened.session, "list_apps", {"fields": "id,name,activeUsersCount", "size": 100}))


async def _mapped(library: Library, opened: OpenedSession, view: OrganizationalView) -> list[Finding]:
    check = f"field {view.entity}.{view.field}"
    values = await read_values(library, opened, view.entity, view.field)
    changes = [
        Finding(
            check,
            CheckStatus.FAIL if change.kind in _BROKEN else CheckStatus.WARN,
            f"{change.kind}: {sanitized(change.seen, 300)}",
            change.next,
        )
        for change in field_changes(view, values)
    ]
    if not (changes or values.rows):
        return [Finding(check, CheckStatus.FAIL, "no row holds a value", "map a field that people fill in")]
    seen = f"{len(values.rows)} values in {values.total - values.empty:,} of {values.total:,} rows"
    return changes or [Finding(check, CheckStatus.OK, seen)]


async def _read(session: Session, tool: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
    return (await session.call(ToolCall(name=tool, arguments=arguments))).data


async def _rows(session: Session, tool: str, arguments: dict[str, Any]) -> Sequence[Row]:
    return rows_of(await _read(session, tool, arguments) or {})


async def _whole(session: Session, tool: str) -> Finding:
    """Whether a list can be read to its end. A hidden limit shows when the other end of the list holds other rows."""
    check = f"whole {tool}"
    again = "do not use figures from it; ask the server's admin for its limit, and try again"
    pages = [
        await _read(session, tool, {"fields": "id", "size": _PAGE, "sort": f"id:{order}"}) for order in ("asc", "desc")
    ]
    first, last = ([row.get("id") for row in rows_of(page or {})] for page in pages)
    if None in pages or not (first and last):
        seen = "no rows came, so nobody knows whether rows are missing"
        return Finding(check, CheckStatus.UNKNOWN, seen, "compare with Torii itself: a role can hide rows")
    for page, rows in zip(pages, (first, last), strict=True):
        total = (page or {}).get("total")
        if not (page or {}).get("nextCursor") and total is not None and total != len(rows):
            seen = f"it ends after {len(rows):,} of {total} rows, and offers no next page"
            return Finding(check, CheckStatus.FAIL, seen, again)
    if any((page or {}).get("nextCursor") for page in pages):
        return Finding(check, CheckStatus.OK, f"pages of {len(first):,} rows, with a next page")
    if set(first) != set(last):
        seen = f"a hidden limit: {len(first):,} rows from one end and {len(last):,} other ones from the other"
        return Finding(check, CheckStatus.FAIL, seen, again)
    if first == last and len(first) > 1:
        seen = f"{len(first):,} rows; it ignores the order asked for, so a hidden limit would not show"
        return Finding(check, CheckStatus.UNKNOWN, seen, "compare the number with Torii's own screen")
    return Finding(check, CheckStatus.OK, f"all {len(first):,} rows, the same from both ends")


def _unit(tool: str, rows: Sequence[Row]) -> Finding:
    """Whether amounts are in the smallest unit, where they can show it.

    An amount with a fraction is in major units. Whole amounts in major units look like cents, and a currency such as
    JPY has no smaller unit: the example of a contract is there for a person to tell.
    """
    check = f"unit of amounts in {tool}"
    fix = "do not use sums of money: every view divides by 100; ask Torii which unit this server gives"
    amounts = [row["amount"] for row in rows if isinstance(row.get("amount"), dict)]
    if not amounts:
        return Finding(check, CheckStatus.UNKNOWN, "no amount came", "compare with Torii itself: a role can hide them")
    values = [_number(amount.get("value")) for amount in amounts]
    if any(value is not None and value % 1 for value in values):
        example = next(value for value in values if value is not None and value % 1)
        return Finding(check, CheckStatus.FAIL, f"not in cents: one is {example}, and cents have no fraction", fix)
    return Finding(check, CheckStatus.OK, f"{len(amounts)} amounts without a fraction, as cents are")


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _contract(rows: Sequence[Row]) -> Finding:
    check = "example of a contract"
    for row in rows:
        amount = row.get("amount")
        value = _number(amount.get("value")) if isinstance(amount, dict) else None
        if value and row.get("endDate"):
            name, day = sanitized(row.get("name"), 80), sanitized(row["endDate"], 10)
            seen = f"{name} ends {day}, {value / 100:,.2f} {sanitized(row.get('currency'), 3)}"
            return Finding(check, CheckStatus.UNKNOWN, seen, _COMPARE, f"{seen}: is that what Torii shows?")
    return Finding(check, CheckStatus.UNKNOWN, "no contract with an amount and an end came", "look in Torii for one")


def _app(rows: Sequence[Row]) -> Finding:
    check = "example of an app"
    for row in rows:
        if row.get("activeUsersCount"):
            seen = f"{sanitized(row.get('name'), 80)} has {sanitized(row['activeUsersCount'], 20)} active users"
            return Finding(check, CheckStatus.UNKNOWN, seen, _COMPARE, f"{seen}: is that what Torii shows?")
    return Finding(check, CheckStatus.UNKNOWN, "no app with a number of users came", "look in Torii for one")
