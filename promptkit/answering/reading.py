"""Reads everything that a recipe asks for: each table as soon as those it depends on are there, several at once."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from itertools import chain, islice, takewhile

from promptkit.answering.coverage import ListCoverage
from promptkit.answering.list_reader import Reply
from promptkit.answering.long_filters import split_by_ids
from promptkit.answering.offer import Lack, Offer
from promptkit.answering.query import TOTALS, Values, rows_as_objects, tables_of
from promptkit.answering.rows import Row
from promptkit.answering.table_reader import Batch, Batches, TableReader
from promptkit.library.recipe import Read, Recipe, call_arguments, extent
from promptkit.model import OrganizationalView

_WORD = re.compile(r"\w+")


class RecipeReader:
    """Reads the tables of a recipe into a database.

    `unread` names the tables of which nothing could be read, and those whose lists depend on them; `lacks` says what
    the server lacks for them. `oldest_seconds` is the age of the oldest reply.

    Args:
        connection: an in-memory database, with the tables that exist always.
        recipe: what to read.
        values: what `:name` stands for in it.
        view: the Organizational View that the prompt is filled in with.
        offer: what the server offers; without it every call is made, in pages as the recipe says.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        recipe: Recipe,
        values: Values,
        view: OrganizationalView | None,
        offer: Offer | None = None,
    ) -> None:
        self.unread: set[str] = set()
        self.lacks: list[Lack] = []
        self.oldest_seconds = 0.0
        self._connection = connection
        self._reads = recipe.reads
        self._values = values
        self._view = view
        self._offer = offer
        self._readers: dict[str, TableReader] = {}
        self._read: set[str] = set()

    @property
    def hollow(self) -> set[str]:
        """The tables over which a query would be wrong: those that were not read, and with them the totals."""
        return {*self.unread, TOTALS} if self.unread else set()

    @property
    def coverage(self) -> list[ListCoverage]:
        """What was read of each table for which calls were made, in the recipe's order."""
        covered = [self._readers[table].covered for table in self._reads if table in self._readers]
        return [one for one in covered if one.pages or one.gap]

    def batches(self) -> Batches:
        """Yield calls that can be made at once, and be sent the replies to them, until everything is read."""
        running: dict[str, tuple[Batches, Batch]] = {}
        self._begin(running)
        while running:
            asked = [batch for _, batch in running.values()]
            calls = [call for batch in asked for call in batch.calls]
            replies = yield Batch(calls, sum(batch.waiting for batch in asked))
            self.oldest_seconds = max(self.oldest_seconds, *(reply.age_seconds for reply in replies))
            rest = iter(replies)
            for table, (batches, batch) in [*running.items()]:
                self._go_on(running, table, batches, list(islice(rest, len(batch.calls))))
            self._begin(running)

    def _begin(self, running: dict[str, tuple[Batches, Batch]]) -> None:
        """Begin every table for which everything is there."""
        for table, read in self._reads.items():
            if table not in self._readers and self._needed(table) <= self._read:
                self._readers[table] = self._reader(table, read)
                self._go_on(running, table, self._readers[table].batches())

    def _needed(self, table: str) -> set[str]:
        """The earlier tables that a read depends on: those whose names stand in its `each`."""
        words = set(_WORD.findall(self._reads[table].each or ""))
        earlier = set(takewhile(lambda name: name != table, self._reads))
        return earlier if TOTALS in words else earlier & words

    def _go_on(
        self,
        running: dict[str, tuple[Batches, Batch]],
        table: str,
        batches: Batches,
        replies: Sequence[Reply] | None = None,
    ) -> None:
        try:
            running[table] = batches, (batches.send(replies) if replies else next(batches))
        except StopIteration:
            running.pop(table, None)
            self._read.add(table)
            self.unread.update([table] if self._readers[table].is_unread else [])

    def _reader(self, table: str, read: Read) -> TableReader:
        """The reader of a table; it reads nothing where the server lacks something for it, or for what it needs."""
        keys: Sequence[Row] = rows_as_objects(self._connection, read.each, self._values) if read.each else [{}]
        arguments = call_arguments(read, self._values, self._view)
        wanted = extent(read, self._values)
        is_hollow = bool(read.each) and bool(tables_of(self._connection, read.each or "", self._values) & self.hollow)
        names = {*arguments, *chain(*keys[:1]), *wanted.first_page(arguments)}
        lack = self._offer.lack(read.tool, names) if self._offer and (keys or is_hollow) else None
        if lack:
            self.lacks.append(lack)
        if lack or is_hollow:
            self.unread.add(table)
            keys = []
        if wanted.first is None:
            keys = [part for key in keys for part in split_by_ids(key)]
        return TableReader(self._connection, table, read, arguments, keys, wanted, self._view, self._offer)
