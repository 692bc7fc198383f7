"""Which rows of two tables belong together, and which of their cells differ in meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

from promptkit.evaluation.comparison.cells import ColumnMeaning, Latitude, other_currency
from promptkit.evaluation.comparison.compared import ComparedRow, ComparedTable, TextRow
from promptkit.evaluation.comparison.numbers import numbers_in, rounds_the_same_half
from promptkit.evaluation.comparison.stated import CURRENCY
from promptkit.evaluation.comparison.words import is_nothing
from promptkit.model import ColumnType, Table

# So many rows without an equal are compared each with each. An answer that has more is wrong whichever belong together.
_MAX_EACH_WITH_EACH = 80


def compared_table(
    table: Table, right: Sequence[TextRow], have: Sequence[TextRow], latitude: Latitude
) -> ComparedTable:
    """Compare the rows of one table. Their order does not matter; a row that is there twice is one too many.

    Args:
        table: the contract, whose key columns say which row is which.
        right: the right rows.
        have: the rows of the answer.
        latitude: what a reader of this tenant may take for granted.
    """
    names = [column.name for column in table.columns]
    keys = [at for at, column in enumerate(table.columns) if column.key] or list(range(len(names)))
    if list(right) == list(have):
        return ComparedTable(table.heading, names, [ComparedRow(row, row) for row in right], keys)
    return ComparedTable(table.heading, names, _Match(table, keys, right, have, latitude).rows(), keys)


class _Match:
    """The search for the row of an answer that belongs to each right row."""

    def __init__(
        self, table: Table, keys: Sequence[int], right: Sequence[TextRow], have: Sequence[TextRow], latitude: Latitude
    ) -> None:
        self._kinds = [column.type for column in table.columns]
        self._currencies = [at for at, column in enumerate(table.columns) if column.name.endswith(CURRENCY)]
        self._keys = keys
        self._right, self._have = right, have
        self._meanings = [
            ColumnMeaning(column.type, (row[at] or "" for row in right), latitude, column.name)
            for at, column in enumerate(table.columns)
        ]
        self._pairs: dict[int, tuple[int, frozenset[int]]] = {}
        self._free = dict.fromkeys(range(len(have)))

    def rows(self) -> list[ComparedRow]:
        self._pair_by(lambda row: row, lambda wrong: not wrong)
        self._pair_by(self._key, lambda wrong: not wrong)
        self._pair_each(lambda wrong: not wrong)
        self._pair_by(self._key, lambda _: True)
        self._pair_each(lambda wrong: 2 * len(wrong) <= len(self._kinds))
        return [*self._expected(), *(ComparedRow(None, self._have[at]) for at in self._free)]

    def _expected(self) -> Iterator[ComparedRow]:
        for at, row in enumerate(self._right):
            found, wrong = self._pairs.get(at, (None, frozenset[int]()))
            yield ComparedRow(row, None if found is None else self._have[found], wrong)

    def _waiting(self) -> list[int]:
        return [at for at in range(len(self._right)) if at not in self._pairs]

    def _pair_by(self, key: Callable[[TextRow], Hashable], is_pair: Callable[[frozenset[int]], bool]) -> None:
        alike: dict[Hashable, list[int]] = defaultdict(list)
        for at in self._free:
            alike[key(self._have[at])].append(at)
        for at in self._waiting():
            self._pair(at, alike.get(key(self._right[at]), []), is_pair)

    def _pair_each(self, is_pair: Callable[[frozenset[int]], bool]) -> None:
        for at in self._waiting()[:_MAX_EACH_WITH_EACH]:
            self._pair(at, list(self._free)[:_MAX_EACH_WITH_EACH], is_pair)

    def _pair(self, at: int, candidates: list[int], is_pair: Callable[[frozenset[int]], bool]) -> None:
        free = [other for other in candidates if other in self._free]
        judged = [(self._wrong(self._right[at], self._have[other]), other) for other in free]
        fitting = [(len(wrong), other, wrong) for wrong, other in judged if is_pair(wrong)]
        if fitting:
            _, other, wrong = min(fitting, key=lambda one: one[:2])
            self._pairs[at] = (other, wrong)
            del self._free[other]

    def _key(self, row: TextRow) -> Hashable:
        return tuple(self._key_of(at, row[at] or "") for at in self._keys)

    def _key_of(self, at: int, text: str) -> Hashable:
        numbers = numbers_in(text) if self._kinds[at] in {ColumnType.INTEGER, ColumnType.MONEY} else ()
        return numbers[0].value if numbers else self._meanings[at].key(text)

    def _wrong(self, right: TextRow, have: TextRow) -> frozenset[int]:
        """The places of the cells that mean something else."""
        if right == have:
            return frozenset()
        pairs = [(want or "", got) for want, got in zip(right, have, strict=True)]
        wrong = {at for at, (want, got) in enumerate(pairs) if got is None or not self._meanings[at].same(got, want)}
        wrong = {at for at in wrong if not self._is_the_other_half(at, right, have)}
        return frozenset((wrong | self._other_money(right, have)) - self._idle_currencies(right, have))

    def _is_the_other_half(self, at: int, right: TextRow, have: TextRow) -> bool:
        """Whether a share or an amount was rounded up where the right one was rounded down, from just between them."""
        if self._kinds[at] not in {ColumnType.PERCENT, ColumnType.MONEY}:
            return False
        return rounds_the_same_half(have[at] or "", right[at] or "", [cell for cell in right if cell])

    def _other_money(self, right: TextRow, have: TextRow) -> set[int]:
        """Amounts that name a currency which is not the row's."""
        named = [right[at] or "" for at in self._currencies]
        return {
            at
            for at, kind in enumerate(self._kinds)
            if kind is ColumnType.MONEY and named and all(other_currency(have[at] or "", one) for one in named)
        }

    def _idle_currencies(self, right: TextRow, have: TextRow) -> set[int]:
        """Where a currency stands beside no amount at all, it may be left out, and it may be named."""
        money = [at for at, kind in enumerate(self._kinds) if kind is ColumnType.MONEY]
        if not money or not all(is_nothing(right[at] or "") and is_nothing(have[at] or "") for at in money):
            return set()
        return {at for at in self._currencies if is_nothing(right[at] or "") != is_nothing(have[at] or "")}
