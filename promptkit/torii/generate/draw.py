"""Chance and time, the same on every machine: no wall clock, no algorithm that Python may change."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import TypeVar

T = TypeVar("T")

RATES_PERMILLE = {"USD": 1000, "EUR": 1080, "GBP": 1270, "ILS": 270}
"""What 1,000 units of each currency are worth in the display currency, USD."""

_MINUTES = [f"T{minute // 60:02}:{minute % 60:02}:00.000Z" for minute in range(24 * 60)]


class Draw:
    """Random choices of one part of the tenant.

    Each part has a sequence of its own, so that a change in one leaves the others as they were. Only
    `Random.random` is used: its sequence for a seed is the one that Python promises to keep.
    """

    def __init__(self, seed: int, part: str) -> None:
        self.random = Random(f"{seed}:{part}").random  # noqa: S311  (a tenant, not a secret)

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return int(self.random() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in `share` (0 to 1) of the cases."""
        return self.random() < share

    def pick(self, items: Sequence[T]) -> T:
        """One of `items`, which must not be empty."""
        return items[int(self.random() * len(items))]


class Calendar:
    """Days and times as the tenant writes them, counted from its frozen `as_of`."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.day = cache(self._day)

    def _day(self, offset: int) -> str:
        """The ISO date `offset` days after `as_of`; negative is before."""
        return (self.as_of + timedelta(days=offset)).isoformat()

    def moment(self, offset: int, minute: int) -> str:
        """ISO time in UTC, at `minute` (0 to 1439) of the day `offset` days after `as_of`."""
        return self.day(offset) + _MINUTES[minute]

    def months_after(self, offset: int, months: int) -> int:
        """The day offset `months` calendar months after the day `offset`; a 31st may become a 30th."""
        start = self.as_of + timedelta(days=offset)
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
        last = (following - timedelta(days=1)).day
        return (date(year, month + 1, min(start.day, last)) - self.as_of).days


def converted(amount: int, currency: str) -> int:
    """`amount` minor units of `currency` in minor units of the display currency, half rounded up."""
    return (amount * RATES_PERMILLE[currency] + 500) // 1000
