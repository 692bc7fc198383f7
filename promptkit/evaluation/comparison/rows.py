"""Which rows of two tables belong together, and which of their cells differ in meaning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence, Set
from decimal import Decimal

from promptkit.evaluation.comparison.cells import ColumnMeaning, Latitude, other_currency
from promptkit.evaluation.comparison.compared import ComparedRow, ComparedTable, TextRow
from promptkit.evaluation.comparison.numbers import figure_of, numbers_in, rounds_the_same_half
from promptkit.evaluation.comparison.stated import CURRENCY, StatedTotal
from promptkit.evaluation.comparison.words import folded, is_nothing
from promptkit.model import ColumnType, Table

# So many rows without an equal are compared each with each. An answer that has more is wrong whichever belong together.
_MAX_EACH_WITH_EACH = 80
# How a row begins that people add below a table for all of it.
_OF_ALL = frozenset(
    {"total", "totals", "subtotal", "sum", "grandtotal", "all", "overall", "together", "altogether", "inall"}
)


def compared_table(
    table: Table,
    right: Sequence[TextRow],
    have: Sequence[TextRow],
    latitude: Latitude,
    totals: Sequence[StatedTotal] = (),
) -> ComparedTable:
    """Compare the rows of one table. Their order does not matter; a row that is there twice is one too many.

    A row that adds the others up may be added, if it does so rightly.

    Args:
        table: the contract, whose key columns say which row is which.
        right: the right rows.
        have: the rows of the answer.
        latitude: what a reader of this tenant may take for granted.
        totals: the right totals, which such a row may repeat.
    """
    names = [column.name for column in table.columns]
    keys = [at for at, column in enumerate(table.columns) if column.key] or list(range(len(names)))
    if list(right) == list(have):
        return ComparedTable(table.heading, names, [ComparedRow(row, row) for row in right], keys)
    return ComparedTable(table.heading, names, _Match(table, keys, right, have, latitude).rows(totals), keys)


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

    def rows(self, totals: Sequence[StatedTotal]) -> list[ComparedRow]:
        known = {number.value for one in totals for number in numbers_in(one.value)[:1]}
        self._pair_by(lambda row: row, lambda wrong: not wrong)
        self._pair_by(self._key, lambda wrong: not wrong)
        self._pair_each(lambda wrong: not wrong)
        self._pair_by(self._key, lambda _: True)
        self._pair_each(lambda wrong: 2 * len(wrong) <= len(self._kinds))
        return [
            *self._expected(),
            *(ComparedRow(None, self._have[at]) for at in self._free if not self._adds_up(self._have[at], known)),
        ]

    def _expected(self) -> Iterator[ComparedRow]:
        for at, row in enumerate(self._right):
            found, wrong = self._pairs.get(at, (None, frozenset[int]()))
            yield ComparedRow(row, None if found is None else self._have[found], wrong)

    def _adds_up(self, row: TextRow, known: Set[Decimal]) -> bool:
        """Whether a row says what all are together: each count and amount the sum of its column, or a right total.

        Amounts in several currencies have no sum.
        """
        if next((folded(cell) for cell in row if cell and not is_nothing(cell)), "") not in _OF_ALL:
            return False
        return all(
            {number.value for number in numbers_in(figure_of(cell))} & {*known, *self._sum(at)}
            for at, cell in enumerate(row)
            if self._kinds[at] in {ColumnType.INTEGER, ColumnType.MONEY} and cell and not is_nothing(cell)
        )

    def _sum(self, at: int) -> list[Decimal]:
        figures = [(row, number.value) for row in self._right for number in numbers_in(row[at] or "")[:1]]
        is_money = self._kinds[at] is ColumnType.MONEY
        currencies = {tuple(row[place] for place in self._currencies) for row, _ in figures} if is_money else set()
        return [sum((value for _, value in figures), Decimal(0))] if len(currencies) < 2 else []

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
