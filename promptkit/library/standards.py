"""Names that a standard fixes: time zones and currencies. A wrong one is refused with the one that was meant."""

from __future__ import annotations

from difflib import get_close_matches
from zoneinfo import available_timezones

from iso4217 import Currency

from promptkit.errors import PromptkitError, nearest
from promptkit.text import sanitized

# ISO 4217 keeps these for tests and for no currency.
_NO_MONEY = {"XTS", "XXX"}
_CODES = {currency.code: currency.currency_name for currency in Currency if currency.code not in _NO_MONEY}
_CLOSE = 0.75


def time_zone(text: str) -> str:
    """The time zone of that name.

    Raises:
        PromptkitError: there is none.
    """
    zones = sorted(available_timezones())
    if text in zones:
        return text
    folded = text.casefold().replace(" ", "_")
    same = [zone for zone in zones if folded in (zone.casefold(), zone.casefold().rpartition("/")[2])]
    cities = {zone.rpartition("/")[2]: zone for zone in zones}
    near = same or get_close_matches(text, zones, 1, _CLOSE)
    near = near or [cities[city] for city in get_close_matches(text, cities, 1, _CLOSE)]
    fix = f"write {near[0]}" if near else "write a name such as Europe/Berlin or America/New_York"
    raise PromptkitError.of("unknown-time-zone", f"{sanitized(text)} is not a time zone", fix)


def currency(text: str) -> str:
    """The currency of that code in ISO 4217.

    Raises:
        PromptkitError: there is none.
    """
    if text in _CODES:
        return text
    folded = text.casefold()
    named = [code for code, name in _CODES.items() if folded and folded in (code.casefold(), name.casefold())]
    fix = nearest(text.upper(), _CODES, "write its three letters in ISO 4217, such as EUR")
    raise PromptkitError.of(
        "unknown-currency", f"{sanitized(text)} is not a currency", f"write {named[0]}" if named else fix
    )
