"""Answers whose tables have more rows than one result took: kept for a while, each row found again by a cursor."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from promptkit.answering.contract import Rows
from promptkit.errors import PromptkitError
from promptkit.model import Prompt, Scalar

MAX_AGE_SECONDS = 30 * 60
MAX_PER_CALLER = 20
MAX_ANSWERS = 200
CURSOR_LENGTH = 32
SPLIT_LIMIT = "split_up_to"
"""The argument of a view that splits what is in its rows, if that is not too much: more rows can mean other figures."""


@dataclass
class PagedAnswer:
    """An answer of one caller: for each table its rows, the same as JSON, and how many there are in all if known.

    `is_widest` says whether it was computed with as many rows as the view can give.
    """

    caller: str
    prompt: Prompt
    values: Mapping[str, Scalar]
    rows: Sequence[Rows]
    data: Sequence[Sequence[Any]]
    totals: Sequence[int | None]
    is_widest: bool
    used_at: float = 0.0
    cursors: dict[str, tuple[int, int]] = field(default_factory=dict)

    def reach(self, table: int) -> int:
        """How many rows of a table can be given: those computed, or those that a wider answer would have."""
        known, total = len(self.rows[table]), self.totals[table]
        if self.is_widest or total is None or not self.prompt.answer.tables[table].counted_by:
            return known
        if SPLIT_LIMIT in self.prompt.arguments:
            return known  # A cursor beyond would be refused; whoever wants more rows asks for them.
        most = self.prompt.arguments["rows"].maximum if "rows" in self.prompt.arguments else None
        return max(known, int(min(total, most or total)))

    def cursor(self, table: int, start: int) -> str:
        """The cursor of a place, the same each time."""
        known = next((cursor for cursor, place in self.cursors.items() if place == (table, start)), None)
        cursor = known or secrets.token_hex(CURSOR_LENGTH // 2)
        self.cursors[cursor] = table, start
        return cursor


class RowPlace(NamedTuple):
    """Where a cursor points: a row of a table of an answer."""

    answer: PagedAnswer
    table: int
    start: int


class PagedAnswers:
    """The answers that cursors point into; those unused for long go, and the oldest where there are too many.

    Args:
        clock: the time in seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._answers: list[PagedAnswer] = []

    def keep(self, answer: PagedAnswer) -> None:
        """Keep an answer for the cursors that are made of it."""
        answer.used_at = self._clock()
        self._forget_old()
        mine = [one for one in self._answers if one.caller == answer.caller]
        crowd = mine if len(mine) >= MAX_PER_CALLER else self._answers if len(self._answers) >= MAX_ANSWERS else []
        if crowd:
            oldest = min(crowd, key=lambda one: one.used_at)
            self._answers = [one for one in self._answers if one is not oldest]
        self._answers.append(answer)

    def find(self, cursor: str, caller: str) -> RowPlace:
        """Where a caller's cursor points.

        Raises:
            PromptkitError: it was given to nobody, to somebody else or too long ago; which, is not said.
        """
        self._forget_old()
        for answer in self._answers:
            if answer.caller == caller and cursor in answer.cursors:
                answer.used_at = self._clock()
                return RowPlace(answer, *answer.cursors[cursor])
        message = "this cursor is not, or no longer, one of yours"
        raise PromptkitError.of("unknown-cursor", message, "call answer_view again, and use the cursor that it gives")

    def _forget_old(self) -> None:
        since = self._clock() - MAX_AGE_SECONDS
        self._answers = [one for one in self._answers if one.used_at >= since]
