"""Numbers and days as people write them."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from itertools import permutations, product
from typing import NamedTuple

# One number, with its separators; nothing that is longer can be a figure.
_NUMBER = re.compile(r"(?<![\w.,])[-+]?\d{1,24}(?:[.,' ]\d{1,24}){0,8}(?!\w)")
_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])|[$€£₪¥]")
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "₪": "ILS", "¥": "JPY"}
# People write -$99.00 for $-99.00.
_SIGN_FIRST = re.compile(r"(?<!\w)([-+])([A-Z]{3} ?|[$€£₪¥] ?)(?=\d)")
# A figure, and behind it what is said of it: "5 (2 + 3)", "5, two of them new", "5 USD in the last 12 months".
_DAY = r"\d{4}-\d\d-\d\d|\d{1,2} [A-Za-z]{3,9} \d{4}|[A-Za-z]{3,9} \d{1,2}, \d{4}"
_NUMBER_BEFORE = r"[^\w(]{0,4}(?:[A-Z]{3} ?|[$€£₪¥] ?)?-?\d(?:[\d.,' ]{0,30}\d)?(?: ?%)?(?: [^\W\d_]{1,20}){0,3}?"
_ASIDE_WORDS = "=|of|in|over|from|among|across|for|with|without|that|which|who|on|at|since|including"
_FIGURE = re.compile(
    rf"[^\w(-]{{0,4}}(?:{_DAY}|{_NUMBER_BEFORE}|[Nn]one|n/a)"
    rf"(?= ?[(\[](?![\d.,]+[)\]])|[,;] (?!\d)| [\u2013\u2014-] | (?:{_ASIDE_WORDS}) )"
    r"(?!\W{0,3}(?:or|and|maybe|perhaps|possibly|not|should|up to)\b)"
)
_MARKS = re.compile(r"\A[^\w(+-]+")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? (?=\w)", re.IGNORECASE)
_DAYS = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d.%m.%Y")
_MONTHS = ("%b %Y", "%B %Y")
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


def rounds_the_same_half(have: str, want: str, cells: Sequence[str]) -> bool:
    """Whether two figures differ as a half may be rounded: 49 of 80 is 61.2 % or 61.3 %, and both are right.

    Args:
        have: the figure of an answer.
        want: the right one, rounded to the even digit.
        cells: the right figures beside it, two of which it may be worked out from.
    """
    values = [number.value for cell in cells for number in numbers_in(cell)[:1] if number.value]
    for one, right in product(numbers_in(figure_of(have)), numbers_in(want)[:1]):
        half = (one.value + right.value) / 2
        is_next = one.decimals == right.decimals and abs(one.value - right.value) == Decimal(1).scaleb(-one.decimals)
        if is_next and any(
            part * times == half * whole for part, whole in permutations(values, 2) for times in (1, 100)
        ):
            return True
    return False


@lru_cache(maxsize=4096)
def numbers_in(text: str) -> tuple[WrittenNumber, ...]:
    """Everything that a text with one number may mean: 1,234 can be a thousand, or one and a bit. Else empty."""
    if len(text) > _MAX_CHARACTERS:
        return ()
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u2019", "'")
    found = _NUMBER.findall(_SIGN_FIRST.sub(r"\2\1", plain))
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


def figure_of(text: str) -> str:
    """The figure, day or nothing that a text begins with, without what is said of it; else the text itself."""
    if numbers_in(text):
        return text
    figure = _FIGURE.match(text.strip().replace("\u2212", "-"))
    return figure[0] if figure else text


def currency_in(text: str) -> str | None:
    """The currency that stands beside a number, as its ISO 4217 code; None if there is none."""
    found = _CODE.search(text)
    return _SIGNS.get(found.group(), found.group()) if found else None


@lru_cache(maxsize=4096)
def moment_in(text: str) -> str | None:
    """A day, or a day and a time, as ISO 8601 without a time zone of UTC; None if it is neither."""
    plain = (
        _WEEKDAY.sub("", " ".join(_MARKS.sub("", text, count=1).split()), count=1)
        .removesuffix("UTC")
        .removesuffix("Z")
        .rstrip()
    )
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


def shows_month(have: str, want: str) -> bool:
    """Whether a month, such as `November 2025`, is the right one, such as `2025-11`."""
    for form in _MONTHS:
        with suppress(ValueError):
            return datetime.datetime.strptime(have.strip(), form).strftime("%Y-%m") == want  # noqa: DTZ007
    return False
