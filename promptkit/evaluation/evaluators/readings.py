"""What a conversation read: its calls that gave data, and the lists that they make up by their cursors."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from promptkit.agents.loop import Dialogue
from promptkit.answering.rows import rows_of
from promptkit.transcript import CallState

# So many rows no tenant has.
MAX_ROWS = 1_000_000
# A call for so few rows looks how they look; a call for one asks for the total.
_MAX_PROBE = 10
# These change how a page looks, not which rows there are.
_SHAPE = frozenset({"fields", "size", "cursor", "sort", "aggs", "includeLicenses"})
_NARROWING = frozenset({"filters", "baseFilters", "q"})


class Reading(NamedTuple):
    """One call that ran: its tool, its arguments, and its result."""

    tool: str
    arguments: Mapping[str, Any]
    data: Mapping[str, Any]

    @property
    def total(self) -> int | None:
        """Torii's count of all rows; None if it gave none."""
        return _as_count(self.data.get("total"))

    @property
    def cursor(self) -> str | None:
        """The cursor of the next page; None at the end, and where Torii aggregated all rows."""
        cursor = self.data.get("nextCursor")
        return str(cursor) if cursor and "aggs" not in self.arguments else None

    def conditions(self) -> Iterator[tuple[str, str, str]]:
        """Which rows were asked for: the argument that says it, the key, and the condition on its value.

        `gt 100` and `gte 101` are the same condition.
        """
        for name, value in self.arguments.items():
            given = _parsed(value)
            if name == "filters" and isinstance(given, list):
                for one in (one for one in given if isinstance(one, dict)):
                    yield name, str(one.get("key")), _condition(str(one.get("op")), one.get("value"))
            elif name == "baseFilters" and isinstance(given, dict):
                yield from ((name, key, _condition("equals", one)) for key, one in given.items())
            elif name not in _SHAPE:
                yield name, name, _condition("equals", given)


def readings(run: Dialogue) -> list[Reading]:
    """The calls in a run that returned a structured result, in order."""
    made = zip(run.calls, run.outcomes, strict=True)
    return [
        Reading(call.name, call.arguments or {}, outcome.data)
        for call, outcome in made
        if call.state is CallState.EXECUTED and outcome.data is not None
    ]


@dataclass
class ListReading:
    """One list as it was read, page after page. `begins` is false if its first page has a cursor of unknown origin."""

    pages: list[Reading]
    begins: bool = True

    @property
    def tool(self) -> str:
        """The tool that gave it."""
        return self.pages[0].tool

    @cached_property
    def rows(self) -> int:
        """How many rows were read; of an aggregated list, how many Torii counted."""
        return sum(map(_row_count, self.pages))

    @cached_property
    def totals(self) -> frozenset[int]:
        """What Torii said that there is in all; empty if it said nothing."""
        return frozenset(page.total for page in self.pages if page.total is not None)

    @property
    def is_cut_short(self) -> bool:
        """Whether there is more than was read."""
        if "aggs" in self.pages[0].arguments:
            return False
        goes_on = all(page.cursor is not None for page in self.pages)
        return goes_on or (self.begins and self.rows < max(self.totals, default=0))

    @cached_property
    def asked(self) -> tuple[frozenset[Any], frozenset[Any]]:
        """Which list it is, and by what it is narrowed."""
        return _asked(self.pages[0])

    def covers(self, other: ListReading) -> bool:
        """Whether this list was read to its end and has all that matters of one that was cut short.

        That is: the same or more rows, or fewer by a filter where the other was left after its first page.
        """
        if self.is_cut_short or not self.begins:
            return False
        (mine, narrowed), (its, narrower) = self.asked, other.asked
        if "aggs" in self.pages[0].arguments:
            # Groups of just these rows tell what the rows were wanted for; groups of more do not.
            return (mine, narrowed) == (its, narrower)
        same = mine == its and (narrowed <= narrower or (narrowed >= narrower and len(other.pages) == 1))
        return same or other.size <= _MAX_PROBE

    @property
    def size(self) -> int:
        """The number of rows that were asked for where one call did; else more than any probe has."""
        size = _as_count(self.pages[0].arguments.get("size"))
        return MAX_ROWS if size is None or len(self.pages) > 1 else size


@dataclass
class Readings:
    """Everything that one conversation read.

    Args:
        called: the names of the tools that were called, whatever came of it.
        made: the calls that gave data, in order.
    """

    called: frozenset[str]
    made: Sequence[Reading]
    lists: dict[str, list[ListReading]] = field(init=False)
    """By tool."""

    def __post_init__(self) -> None:
        self.lists = defaultdict(list)
        for one in _lists(self.made):
            self.lists[one.tool].append(one)

    @classmethod
    def of(cls, run: Dialogue) -> Readings:
        """What a run read."""
        return cls(frozenset(call.name for call in run.calls), readings(run))

    @cached_property
    def left(self) -> list[ListReading]:
        """The lists that were left before their end. Who asks for one row wants the total."""
        return [one for lists in self.lists.values() for one in lists if one.is_cut_short and one.size > 1]

    @cached_property
    def cut_short(self) -> list[ListReading]:
        """Of the lists that were left, those whose rows no other reading has."""
        return [one for one in self.left if not any(other.covers(one) for other in self.lists[one.tool])]


def _lists(made: Iterable[Reading]) -> list[ListReading]:
    """The pages of each list together. A page that was read again counts to its list."""
    lists: list[ListReading] = []
    expecting: dict[tuple[str, str], list[ListReading]] = defaultdict(list)
    for reading in made:
        cursor = reading.arguments.get("cursor")
        one = _continued(reading, expecting[reading.tool, str(cursor)]) if cursor else None
        if one is None:
            one = ListReading([], begins=not cursor)
            lists.append(one)
        one.pages.append(reading)
        if reading.cursor is not None:
            expecting[reading.tool, reading.cursor].append(one)
    return lists


def _continued(reading: Reading, candidates: Sequence[ListReading]) -> ListReading | None:
    """The list whose next page a reading is: of several with the same cursor, the last one that was asked alike."""
    alike = [one for one in candidates if one.asked == _asked(reading)] if candidates[1:] else candidates
    return next(reversed(alike or candidates), None)


def _asked(reading: Reading) -> tuple[frozenset[Any], frozenset[Any]]:
    """Which list a reading is of, and by what it is narrowed."""
    asked = list(reading.conditions())
    narrowed = frozenset((key, condition) for name, key, condition in asked if name in _NARROWING)
    return frozenset(one for one in asked if one[0] not in _NARROWING), narrowed


def _row_count(reading: Reading) -> int:
    if "aggs" in reading.arguments and reading.total is not None:
        return min(max(reading.total, 0), MAX_ROWS)
    return len(rows_of(reading.data))


def _as_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _parsed(value: Any) -> Any:  # noqa: ANN401
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in {"[", "{"} else value
    except (ValueError, RecursionError):
        return value


def _condition(op: str, value: Any) -> str:  # noqa: ANN401
    if op in {"gt", "lt"} and isinstance(value, int) and abs(value) < MAX_ROWS**2:
        op, value = f"{op}e", value + (1 if op == "gt" else -1)
    if isinstance(value, list):
        value = sorted(value, key=lambda one: json.dumps(one, sort_keys=True))
    return f"{op} {json.dumps(value, sort_keys=True)}"
