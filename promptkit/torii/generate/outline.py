"""What the parts of a tenant know about each other while it is drawn."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from promptkit.torii.generate.draw import Calendar
from promptkit.torii.generate.size import Counts

Rows = Iterator[dict[str, Any]]
"""Rows of one table: column -> value, every row with the same columns. Columns that are left out are derived later."""


class Product(NamedTuple):
    """One product of Torii's catalogue; `used_by` are units of `departments.TEAMS`, empty for everybody."""

    id: int
    name: str
    category: str
    vendor: str
    url: str
    used_by: tuple[str, ...]


class Person(NamedTuple):
    """One user; `team` is the true unit, whatever the sources say."""

    id: int
    email: str
    team: str
    is_leaver: bool


@dataclass
class Software:
    """One application of the tenant; `price` (of a seat) and `annual` in minor units of `currency`, a year."""

    id: int
    name: str
    category: str | None
    vendor: str | None
    url: str
    used_by: tuple[str, ...]
    currency: str
    price: int
    planned_users: int
    state: str
    is_paid: bool
    is_tracked: bool
    licensed_share: float
    spare_share: float | None
    owner: int | None = None
    annual: int = 0
    is_custom: bool = False
    is_hidden: bool = False
    is_abandoned: bool = False
    has_contract: bool = True
    exact_users: int | None = None
    license_ids: list[int] = field(default_factory=list)


@dataclass
class Plan:
    """The tenant so far; each part reads what earlier ones drew.

    `people` are in the order of their ids, `portfolio` most used first; `seats` counts, for each licence id, the active
    and the inactive seats.
    """

    calendar: Calendar
    counts: Counts
    catalogue: list[Product]
    people: list[Person] = field(default_factory=list)
    teams: defaultdict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    portfolio: list[Software] = field(default_factory=list)
    seats: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
