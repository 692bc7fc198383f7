"""Reads one table of a recipe: the lists it is made of, several at once, and their rows in order."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from typing import Any, NamedTuple

from promptkit.answering.coverage import ListCoverage
from promptkit.answering.list_reader import ListReader, Reply
from promptkit.answering.offer import Offer
from promptkit.answering.query import QueryError, TableWriter, keep_total
from promptkit.answering.rows import Row, slices_of
from promptkit.library.recipe import Extent, Read
from promptkit.model import Entity, OrganizationalView, ToolCall

MAX_LISTS_AT_ONCE = 16
"""How many lists of one table are read at once. Rows are kept in order, so those of the lists that are ahead wait in
memory; and no server answers faster for being asked more."""


class Batch(NamedTuple):
    """Calls that may be made at once, and how many more are known that wait for them."""

    calls: Sequence[ToolCall]
    waiting: int = 0


Batches = Generator[Batch, Sequence[Reply], None]


class SliceColumn:
    """The column `slice` of a table: the group of each row, which is known only when every row is."""

    def __init__(self, view: OrganizationalView, entity: Entity) -> None:
        self._view = view
        self._entity = entity
        self._rows: list[Row] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Take note of what the groups of these rows depend on."""
        names = (self._view.field, "key", "aggs", "groupCount")
        self._rows += [{name: row[name] for name in names if name in row} for row in rows]

    def fill(self, connection: sqlite3.Connection, table: str) -> None:
        """Write the group of each row; the rows stand in the order in which they were added."""
        slices = slices_of(self._view, self._entity, self._rows)
        numbered = [(name, number) for number, name in enumerate(slices, 1)]
        connection.executemany(f'UPDATE "{table}" SET slice = ? WHERE rowid = ?', numbered)  # noqa: S608


class TableReader:
    """One table of a recipe: a list, or one for each row of `each`, read into the table.

    `is_unread` says whether nothing came that could be kept, although something was asked for.

    Args:
        connection: the in-memory database.
        table: its name.
        read: what to read.
        arguments: those of every call.
        keys: for each list, its own arguments, which are columns of its rows as well.
        extent: how far to read each list.
        view: the Organizational View that rows are grouped by.
        offer: what the server offers, if that is known.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        table: str,
        read: Read,
        arguments: dict[str, Any],
        keys: Sequence[Row],
        extent: Extent,
        view: OrganizationalView | None = None,
        offer: Offer | None = None,
    ) -> None:
        self.covered = ListCoverage(read.tool, extent)
        self.is_unread = False
        self._connection = connection
        self._table = table
        self._arguments = arguments
        self._offer = offer
        self._column = SliceColumn(view, read.entity) if read.entity and view and view.entity is read.entity else None
        self._empty: Row = {"slice": None} if read.entity else {}
        self._writer = TableWriter(connection, table, [*read.certain_columns, *self._empty])
        self._waiting = deque(keys)
        self._reading: deque[ListReader] = deque()

    def batches(self) -> Batches:
        """Yield calls that can be made at once, and be sent the replies to them, until the table is read."""
        self._begin_lists()
        while asking := [one for one in self._reading if one.call]:
            calls = [one.call for one in asking if one.call]
            replies = yield Batch(calls, len(self._waiting))
            for one, reply in zip(asking, replies, strict=True):
                one.take_reply(reply)
            self._keep_first()
            self._leave_after_gap()
            self._begin_lists()
        self._finish()

    def _begin_lists(self) -> None:
        while self._waiting and len(self._reading) < MAX_LISTS_AT_ONCE:
            key = self._waiting.popleft()
            tool, extent, columns = self.covered.tool, self.covered.extent, {**key, **self._empty}
            self._reading.append(ListReader(tool, {**self._arguments, **key}, columns, extent, self._offer))

    def _leave_after_gap(self) -> None:
        """Leave the lists after the first that has a gap, and all of them if the rows cannot be kept."""
        if self.is_unread:
            self._waiting.clear()
            self._reading.clear()
        number = next((number for number, one in enumerate(self._reading, 1) if one.covered.gap), None)
        if number is not None:
            self._waiting.clear()
            self._reading = deque(list(self._reading)[:number])

    def _keep_first(self) -> None:
        """Move rows into the table, those of each list after all of the list before it."""
        while self._reading:
            first = self._reading[0]
            self._keep(first.take_rows())
            if first.call:
                return
            self.covered.include(first.covered)
            self._reading.popleft()

    def _keep(self, rows: Sequence[Row]) -> None:
        if self.is_unread:
            return
        try:
            self._writer.add(rows)
        except QueryError as error:
            # A server may give rows that no table can hold. Then nothing was read.
            self.covered.gap = f"{self.covered.tool} gave rows that cannot be kept: {error.problems[0].message}"
            self.is_unread = True
            return
        if self._column:
            self._column.add(rows)

    def _finish(self) -> None:
        covered = self.covered
        self.is_unread |= bool(covered.gap) and not covered.pages
        if self.is_unread:
            self._writer.clear()
        else:
            self._writer.add(())
        if self._column and not self.is_unread:
            self._column.fill(self._connection, self._table)
        keep_total(self._connection, self._table, covered.rows if covered.total is None else covered.total)
