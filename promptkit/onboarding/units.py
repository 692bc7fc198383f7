"""Whether amounts of money come in the smallest unit, as far as the data can show it.

Three things show a factor of 100: a fraction, which no amount in cents has; an amount that differs from its own
conversion into the same currency; and a seat of a licence that would cost next to nothing, or a fortune.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from statistics import median
from typing import Any

from iso4217 import Currency

from promptkit.answering.rows import Row
from promptkit.onboarding.finding import CheckStatus, Finding
from promptkit.onboarding.whole_lists import ListRead, unread
from promptkit.text import sanitized

_EXPONENTS = {currency.code: currency.exponent for currency in Currency}
_CENTS = 2
_SEAT_A_YEAR = (12, 10_000)
"""What the middle one of many seats costs in a year, at least and at most, in a currency worth about a dollar."""
_LIKE_A_DOLLAR = {"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD"}
_ENOUGH = 5
_FIX = "do not use sums of money: every view divides by 100; ask Torii which unit this server gives"


def number(value: object) -> Decimal | None:
    """A number as it came; None if it is none."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def unit(tool: str, read: ListRead, currency: str = "") -> Finding:
    """What the amounts of a tool show; `currency` is the one that they are converted into, if known."""
    check = f"unit of amounts in {tool}"
    amounts = [one for one in _amounts(read.rows) if number(one.get("value")) is not None]
    if not amounts:
        return unread(check, read, "no amount came")
    if wrong := next(filter(None, (_fraction(amounts), _conversion(amounts, currency))), ""):
        return Finding(check, CheckStatus.FAIL, wrong, _FIX)
    if other := sorted({code for one in amounts if _EXPONENTS.get(code := str(one.get("currency")), _CENTS) != _CENTS}):
        seen = f"amounts in {', '.join(other)}, whose smallest unit is no hundredth, so every view may show them wrong"
        return Finding(check, CheckStatus.WARN, seen, "compare one with Torii itself before you use such amounts")
    seen = (
        f"{len(amounts)} amounts without a fraction, as cents are; whole amounts in a larger unit would look the same"
    )
    return Finding(check, CheckStatus.OK, seen)


def seats(read: ListRead) -> Finding:
    """Whether the price of a seat is one, read as cents."""
    check = "unit of prices of licences"
    prices = [value / 100 for value in _prices(read.rows)]
    if len(prices) < _ENOUGH:
        return unread(check, read, f"{len(prices)} prices of licences to judge by, which is too few")
    middle, (low, high) = median(prices), _SEAT_A_YEAR
    seen = f"read as cents, the middle one of {len(prices)} licences costs {middle:,.2f} a year for a seat"
    if low <= middle <= high:
        return Finding(check, CheckStatus.OK, seen)
    return Finding(check, CheckStatus.FAIL, f"{seen}, which looks wrong by a factor of 100", _FIX)


def org_currency(apps: Sequence[Row]) -> str:
    """The currency that the organisation's amounts are converted into, as its licences say; empty if none says so."""
    twins = (one.get("pricePerLicenseInOrgCurrency") for one in _types(apps))
    return next((str(twin["currency"]) for twin in twins if isinstance(twin, dict) and twin.get("currency")), "")


def shown_amount(amount: Mapping[str, Any]) -> str:
    """An amount as every view shows it."""
    return f"{(number(amount.get('value')) or 0) / 100:,.2f} {sanitized(amount.get('currency'), 3)}"


def _amounts(rows: Sequence[Row]) -> Iterator[Mapping[str, Any]]:
    return (row["amount"] for row in rows if isinstance(row.get("amount"), dict))


def _fraction(amounts: Sequence[Mapping[str, Any]]) -> str:
    broken = next((one for one in amounts if (number(one["value"]) or 0) % 1), None)
    return f"not in cents: one is {number(broken['value'])}, and cents have no fraction" if broken else ""


def _conversion(amounts: Sequence[Mapping[str, Any]], currency: str) -> str:
    """An amount in the currency of the conversion is its own conversion."""
    for one in amounts:
        value, converted = number(one["value"]), number(one.get("convertedValue"))
        is_same = currency and one.get("currency") == currency
        if is_same and value and converted is not None and not 0.5 <= converted / value <= 2:
            return f"one is {value}, and {converted} after conversion from {currency} into {currency}"
    return ""


def _prices(apps: Sequence[Row]) -> Iterator[Decimal]:
    for one in _types(apps):
        price = one.get("pricePerLicense")
        if (
            isinstance(price, dict)
            and price.get("currency") in _LIKE_A_DOLLAR
            and (value := number(price.get("value")))
        ):
            yield value


def _types(apps: Sequence[Row]) -> Iterator[Mapping[str, Any]]:
    """The types of licences of all apps."""
    for app in apps:
        licenses = app.get("licenses")
        types = licenses.get("types") if isinstance(licenses, dict) else None
        yield from (one for one in (types if isinstance(types, list) else []) if isinstance(one, dict))
