"""Numbers and days as people write them."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

# One number, with its separators; nothing that is longer can be a figure.
_NUMBER = re.compile(r"(?<![\w.,])[-+]?\d{1,24}(?:[.,' ]\d{1,24}){0,8}(?!\w)")
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])|[$€£₪¥]")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₪": "ILS", "¥": "JPY"}
_DAYS = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%Y")
_MAX_CHARACTERS = 60
_MAX_DIGITS = 24


class WrittenNumber(NamedTuple):
    """What a text may say as a number, and with how many decimals it is shown."""

    value: Decimal
    decimals: int

    def shows(self, right: WrittenNumber) -> bool:
        """Whether this is the right number, to as many decimals as both show. Nothing is rounded to zero."""
        half = Decimal(5).scaleb(-min(self.decimals, right.decimals) - 1)
        is_near = abs(self.value - right.value) <= (half if self.decimals != right.decimals else 0)
        return is_near and bool(self.value) == bool(right.value)


@lru_cache(maxsize=4096)
def numbers_in(text: str) -> tuple[WrittenNumber, ...]:
    """Everything that a text with one number may mean: 1,234 can be a thousand, or one and a bit. Else empty."""
    if len(text) > _MAX_CHARACTERS:
        return ()
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u2019", "'")
    found = _NUMBER.findall(plain)
    if len(found) != 1:
        return ()
    negative = plain.strip().startswith("(") and plain.strip().endswith(")")
    return tuple(dict.fromkeys(_negated(number) if negative else number for number in _readings(found[0])))


def _negated(number: WrittenNumber) -> WrittenNumber:
    return number._replace(value=-abs(number.value))


def _readings(written: str) -> Iterator[WrittenNumber]:
    bare = written.replace("'", "").replace(" ", "")
    for thousands, point in ((",", "."), (".", ",")):
        whole, mark, fraction = bare.partition(point)
        digits = whole.lstrip("+-").replace(thousands, "")
        if len(digits) + len(fraction) > _MAX_DIGITS or not (digits + fraction).isdecimal() or (mark and not fraction):
            continue
        grouped = re.fullmatch(rf"[-+]?\d{{1,3}}(?:\{thousands}\d{{3}})+", whole)
        if thousands not in whole or grouped:
            number = whole.replace(thousands, "") + (f".{fraction}" if mark else "")
            yield WrittenNumber(Decimal(number), len(fraction))


def currency_in(text: str) -> str | None:
    """The currency that stands beside a number, as its ISO 4217 code; None if there is none."""
    found = _CODE.search(text)
    return _SIGNS.get(found.group(), found.group()) if found else None


@lru_cache(maxsize=4096)
def moment_in(text: str) -> str | None:
    """A day, or a day and a time, as ISO 8601 without a time zone of UTC; None if it is neither."""
    plain = " ".join(text.split()).removesuffix("UTC").removesuffix("Z").rstrip()
    with suppress(ValueError):
        moment = datetime.datetime.fromisoformat(plain)
        return plain[:10] if len(plain) == len("2026-11-02") else moment.isoformat(timespec="milliseconds")
    for form in _DAYS:
        with suppress(ValueError):
            return datetime.datetime.strptime(plain, form).date().isoformat()  # noqa: DTZ007
    return None


def shows_moment(have: str, want: str) -> bool:
    """Whether a written day or time is the right one, as exactly as it is shown."""
    shown, right = moment_in(have), moment_in(want)
    if shown is None or right is None:
        return False
    # 08:21 and 08:21:00 are written for 08:21:00.000 too.
    return shown == right or right.startswith(shown.removesuffix(":00.000").removesuffix(".000"))
