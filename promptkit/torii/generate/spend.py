"""The transactions: what was paid, as finance systems and card statements record it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from promptkit.torii.generate.departments import TEAMS
from promptkit.torii.generate.draw import Calendar, Draw, converted
from promptkit.torii.generate.outline import Plan, Rows, Software

_TEAMS = tuple(TEAMS)
_MONTHS = 30
"""How far back spend goes."""

_SOURCES = ("netsuite", "netsuite", "ramp", "expensify", "upload")
_STATUSES = ("mapped",) * 44 + ("unknown",) * 3 + ("recommend_map",) * 2 + ("archived",)
_DAYS = _MONTHS * 365 // 12
_EDGES = ((0, 0), (-12, 0), (-12, 1))
"""Months and days from `as_of` to the first payments of `_EDGE_APPS` applications: today, both sides of a year ago."""

_EDGE_APPS = 4
_ENDING = ("needToClose", "closed")
_ALWAYS_MAPPED = len(_EDGES)
"""The first payments of an application are recognised, and there are at least this many."""


class Payment(NamedTuple):
    """What a duplicate shares with its original, and what distinguishes them."""

    id: int
    day: int
    amount: int
    source: str


def transaction_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `transactions`, ids from 1, one application after the other.

    Every fiftieth repeats the one before it, if that is mapped, from a second source and is marked as its duplicate.
    """
    number = 0
    for app, days in _days(draw, plan):
        original: Payment | None = None
        for position, day in enumerate(days):
            number += 1
            if original and number % 50 == 0:
                again = original._replace(id=number, source="ramp" if original.source == "upload" else "upload")
                yield _row(draw, plan.calendar, app, again, "mapped", original.id)
                original = None
                continue
            payment = _payment(draw, app, number, day, len(days))
            status = draw.pick(_STATUSES) if position >= _ALWAYS_MAPPED else "mapped"
            yield _row(draw, plan.calendar, app, payment, status, None)
            original = payment if status == "mapped" else None


def _days(draw: Draw, plan: Plan) -> Iterator[tuple[Software, list[int]]]:
    """The days of each paid application's payments: the most used has the most, one to be closed has a recent one."""
    paid = [app for app in plan.portfolio if app.is_paid]
    left = plan.counts.transactions - _ALWAYS_MAPPED * len(paid)
    total = sum(1 / (rank + 8) for rank in range(len(paid)))
    shares = [_ALWAYS_MAPPED + int(left / (rank + 8) / total) for rank in range(len(paid))]
    shares[0] += plan.counts.transactions - sum(shares)
    edges = [plan.calendar.months_after(0, months) + days for months, days in _EDGES]
    for rank, (app, share) in enumerate(zip(paid, shares, strict=True)):
        first = edges if rank < _EDGE_APPS else [-draw.between(1, 30)] if app.state in _ENDING else []
        yield app, first + [-1 - draw.below(_DAYS) for _ in range(share - len(first))]


def _payment(draw: Draw, app: Software, number: int, day: int, payments: int) -> Payment:
    amount = app.annual * _MONTHS // 12 // payments * draw.between(60, 140) // 100
    if number % 97 == 0:
        amount = -amount // 4  # a refund
    return Payment(number, day, amount, draw.pick(_SOURCES))


def _row(
    draw: Draw, calendar: Calendar, app: Software, payment: Payment, status: str, original: int | None
) -> dict[str, Any]:
    is_mapped = status == "mapped"
    is_upload = payment.source == "upload"
    team = draw.pick(app.used_by) if app.used_by else draw.pick(_TEAMS)
    return {
        "id": payment.id,
        "idApp": app.id if is_mapped else None,
        "idAppAccount": app.id * 10 if is_mapped else None,
        "appAccountName": "main" if is_mapped else None,
        "transactionDate": calendar.day(payment.day),
        "origTransactionDate": calendar.day(payment.day - 2) if is_upload else calendar.day(payment.day),
        "amount": payment.amount,
        "currency": app.currency,
        "convertedValue": converted(payment.amount, app.currency),
        "source": payment.source,
        "description": _description(draw, app, payment),
        "mappingStatus": status,
        "mappingLogic": draw.pick(("vendorName", "rule", "manual")) if is_mapped else None,
        "department": draw.pick((team, team, team, *TEAMS[team], None)),
        "domain": app.url.removeprefix("https://").split("/")[0] if is_mapped else None,
        "externalAccountId": f"card-{payment.id % 37}" if payment.source in ("ramp", "expensify") else None,
        "externalAccountName": f"Corporate card {payment.id % 37}" if payment.source in ("ramp", "expensify") else None,
        "idUpload": payment.day // 31 + 100 if is_upload else None,
        "fileName": f"statement_{calendar.day(payment.day)[:7]}.csv" if is_upload else None,
        "extraInfo": None,
        "reportedBy": 3 if payment.source == "expensify" else None,
        "idExternalTransaction": f"{payment.source}-{payment.id}",
        "duplicateOf": original,
    }


def _description(draw: Draw, app: Software, payment: Payment) -> str:
    kind = draw.pick(("INV", "SUBSCR", "*PAYMENT", "RENEWAL"))
    return f"{(app.vendor or app.name).upper()} {kind} {payment.id % 9973:04}"
