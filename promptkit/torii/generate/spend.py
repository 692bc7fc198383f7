"""The transactions: what was paid, as finance systems and card statements tell it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from promptkit.torii.generate.draw import Calendar, Draw, converted
from promptkit.torii.generate.people import TEAMS
from promptkit.torii.generate.software import Software

_MONTHS = 30
"""How far back spend goes."""

_SOURCES = ("netsuite", "netsuite", "ramp", "expensify", "upload")
_STATUSES = ("mapped",) * 44 + ("unknown",) * 3 + ("recommend_map",) * 2 + ("archived",)
_DAYS = _MONTHS * 365 // 12


class Payment(NamedTuple):
    """What a duplicate shares with its original, and what it is told apart by."""

    id: int
    day: int
    amount: int
    source: str


def transaction_rows(draw: Draw, calendar: Calendar, portfolio: list[Software], count: int) -> Iterator[dict[str, Any]]:
    """`count` rows of `transactions`, ids from 1, one application after the other.

    Every fiftieth, if it is mapped, repeats the one before it from a second source and is marked as its duplicate.
    """
    number = 0
    for app, share in _shares(portfolio, count):
        before: Payment | None = None
        for position in range(share):
            number += 1
            status = draw.pick(_STATUSES)
            is_duplicate = before is not None and number % 50 == 0
            payment = (
                Payment(number, before.day, before.amount, "upload" if before.source != "upload" else "ramp")
                if before is not None and is_duplicate
                else _payment(draw, app, number, position, share)
            )
            status = "mapped" if is_duplicate or position < 2 else status
            yield _row(draw, calendar, app, payment, status, before.id if before and is_duplicate else None)
            before = payment if status == "mapped" and not is_duplicate else None


def _shares(portfolio: list[Software], count: int) -> list[tuple[Software, int]]:
    """How many of `count` transactions each paid application has: the most used has the most, each at least two."""
    paid = [app for app in portfolio if app.is_paid]
    left = count - 2 * len(paid)
    total = sum(1 / (rank + 8) for rank in range(len(paid)))
    shares = [2 + int(left / (rank + 8) / total) for rank in range(len(paid))]
    shares[0] += count - sum(shares)
    return list(zip(paid, shares, strict=True))


def _payment(draw: Draw, app: Software, number: int, position: int, share: int) -> Payment:
    # The first is today and the second a year ago: the edges of "the last 12 months".
    day = (0, -365)[position] if position < 2 else -int(draw.random() * draw.random() * _DAYS) - 1
    usual = app.annual * _MONTHS // 12 // share
    amount = usual * draw.between(60, 140) // 100
    if number % 97 == 0:
        amount = -amount // 4  # a refund
    return Payment(number, day, amount, draw.pick(_SOURCES))


def _row(
    draw: Draw, calendar: Calendar, app: Software, payment: Payment, status: str, original: int | None
) -> dict[str, Any]:
    is_mapped = status == "mapped"
    is_upload = payment.source == "upload"
    team = draw.pick(app.used_by) if app.used_by else draw.pick(_TEAM_NAMES)
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
    return f"{(app.vendor or app.name).upper()} {draw.pick(('INV', 'SUBSCR', '*PAYMENT', 'RENEWAL'))} {payment.id % 9973:04}"


_TEAM_NAMES = tuple(TEAMS)
