"""Reads what a mapping and the figures rest on: the mapped fields, whole lists, the unit of amounts, and two examples.

What only a person can judge ends as a question: the example stands there as Torii's own screen should show it.
"""

from __future__ import annotations

from collections.abc import Sequence

from promptkit.connection.open_session import OpenedSession
from promptkit.connection.session import Session
from promptkit.library.store import Library
from promptkit.model import OrganizationalView
from promptkit.onboarding.at_once import at_once
from promptkit.onboarding.finding import CheckStatus, Finding
from promptkit.onboarding.mapping import FieldChangeKind, field_changes, read_values
from promptkit.onboarding.units import number, org_currency, seats, shown_amount, unit
from promptkit.onboarding.whole_lists import LISTS, ListRead, counted_twice, read_list, unread, whole
from promptkit.text import sanitized

_BROKEN = {FieldChangeKind.GONE, FieldChangeKind.UNREAD}
_COMPARE = "open it in Torii and compare; if it differs, do not use the figures"
_FEW = {"size": 100}


async def proofs(library: Library, opened: OpenedSession, views: Sequence[OrganizationalView]) -> list[Finding]:
    """Every finding about the views that a profile maps, and about the server's figures."""
    mapped = [_mapped(library, opened, view) for view in views]
    lists = [_whole(opened.session, tool) for tool in LISTS]
    return [finding for found in await at_once(*mapped, *lists, _figures(opened.session)) for finding in found]


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


async def _whole(session: Session, tool: str) -> list[Finding]:
    return [await whole(session, tool)]


async def _figures(session: Session) -> list[Finding]:
    """What amounts and numbers of users look like."""
    contracts, transactions, apps, priced = await at_once(
        read_list(session, "list_contracts", {"fields": "id,name,amount,currency,endDate", **_FEW}),
        read_list(session, "list_transactions", {"fields": "id,amount", **_FEW}),
        read_list(session, "list_apps", {"fields": "id,name,activeUsersCount", **_FEW}),
        read_list(session, "list_apps", {"fields": "id", "includeLicenses": True, **_FEW}),
    )
    currency = org_currency(priced.rows)
    return [
        unit("list_contracts", contracts),
        unit("list_transactions", transactions, currency),
        seats(priced),
        await counted_twice(session, apps.rows),
        _contract(contracts),
        _app(apps),
    ]


def _contract(read: ListRead) -> Finding:
    check = "example of a contract"
    for row in read.rows:
        amount = row.get("amount")
        if isinstance(amount, dict) and number(amount.get("value")) and row.get("endDate"):
            name, day = sanitized(row.get("name"), 80), sanitized(row["endDate"], 10)
            seen = f"{name} ends {day}, {shown_amount(amount)}"
            return Finding(check, CheckStatus.UNKNOWN, seen, _COMPARE, f"{seen}: is that what Torii shows?")
    return unread(check, read, "no contract with an amount and an end came")


def _app(read: ListRead) -> Finding:
    check = "example of an app"
    for row in read.rows:
        if row.get("activeUsersCount"):
            seen = f"{sanitized(row.get('name'), 80)} has {sanitized(row['activeUsersCount'], 20)} active users"
            return Finding(check, CheckStatus.UNKNOWN, seen, _COMPARE, f"{seen}: is that what Torii shows?")
    return unread(check, read, "no app with a number of users came")
