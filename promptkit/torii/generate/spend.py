"""The transactions: what was paid, as finance systems and card statements tell it."""

from typing import Any, NamedTuple

from promptkit.torii.generate.departments import TEAMS
from promptkit.torii.generate.draw import Calendar, Draw, converted
from promptkit.torii.generate.plan import Plan, Rows, Software

_TEAMS = tuple(TEAMS)
_MONTHS = 30
"""How far back spend goes."""

_SOURCES = ("netsuite", "netsuite", "ramp", "expensify", "upload")
_STATUSES = ("mapped",) * 44 + ("unknown",) * 3 + ("recommend_map",) * 2 + ("archived",)
_DAYS = _MONTHS * 365 // 12
_EDGES = ((0, 0), (-12, 0), (-12, 1))
"""Months and days from `as_of` to each application's first payments: today, and both sides of a year ago."""


class Payment(NamedTuple):
    """What a duplicate shares with its original, and what tells them apart."""

    id: int
    day: int
    amount: int
    source: str


def transaction_rows(draw: Draw, plan: Plan) -> Rows:
    """Rows of `transactions`, ids from 1, one application after the other.

    Every fiftieth repeats the one before it, if that is mapped, from a second source and is marked as its duplicate.
    """
    number = 0
    for app, share in _shares(plan.portfolio, plan.counts.transactions):
        original: Payment | None = None
        for position in range(share):
            number += 1
            if original and number % 50 == 0:
                again = original._replace(id=number, source="ramp" if original.source == "upload" else "upload")
                yield _row(draw, plan.calendar, app, again, "mapped", original.id)
                original = None
                continue
            payment = _payment(draw, plan.calendar, app, number, position, share)
            status = "mapped" if position < len(_EDGES) else draw.pick(_STATUSES)
            yield _row(draw, plan.calendar, app, payment, status, None)
            original = payment if status == "mapped" else None


def _shares(portfolio: list[Software], count: int) -> list[tuple[Software, int]]:
    """How many of `count` transactions each paid application has; the most used has the most, each has the edges."""
    paid = [app for app in portfolio if app.is_paid]
    left = count - len(_EDGES) * len(paid)
    total = sum(1 / (rank + 8) for rank in range(len(paid)))
    shares = [len(_EDGES) + int(left / (rank + 8) / total) for rank in range(len(paid))]
    shares[0] += count - sum(shares)
    return list(zip(paid, shares, strict=True))


def _payment(draw: Draw, calendar: Calendar, app: Software, number: int, position: int, share: int) -> Payment:
    if position < len(_EDGES):
        months, days = _EDGES[position]
        day = calendar.months_after(0, months) + days
    else:
        day = -1 - draw.below(_DAYS)
    amount = app.annual * _MONTHS // 12 // share * draw.between(60, 140) // 100
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
