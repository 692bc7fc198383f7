"""What a comparison found: rows side by side with their wrong cells, and each difference as a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptkit.answering.contract import NOTHING
from promptkit.text import sanitized

TextRow = tuple[str | None, ...]
"""The cells of one row, in the order of the contract; None where the answer has no such column."""
_MAX_CELL = 60


@dataclass(frozen=True)
class Difference:
    """One thing that is wrong: where, what should stand there, and what does. `column` is empty for a whole row."""

    table: str
    row: str
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        place = ", ".join(filter(None, (self.table, f"row {_cell(self.row)}" if self.row else "", self.column)))
        return f"{place}: expected {_cell(self.expected)}, found {_cell(self.found)}"


@dataclass(frozen=True)
class ComparedRow:
    """A right row and the one that was found for it; None where there is none. `wrong` are places of cells."""

    expected: TextRow | None
    found: TextRow | None
    wrong: frozenset[int] = frozenset()

    @property
    def is_right(self) -> bool:
        """Whether both are there and mean the same."""
        return self.expected is not None and self.found is not None and not self.wrong


@dataclass(frozen=True)
class ComparedTable:
    """One table, or the totals: every right row in order, then the rows that nobody expected.

    `keys` are the places of the columns that say which row it is.
    """

    heading: str
    columns: Sequence[str]
    rows: Sequence[ComparedRow]
    keys: Sequence[int]

    def differences(self) -> Iterator[Difference]:
        """Everything that is wrong."""
        for row in self.rows:
            if row.expected is None or row.found is None:
                yield Difference(self.heading, "", "", self._whole(row.expected), self._whole(row.found))
                continue
            name = " | ".join(row.expected[at] or NOTHING for at in self.keys)
            for at in sorted(row.wrong):
                expected, found = row.expected[at], row.found[at]
                yield Difference(
                    self.heading,
                    name,
                    self.columns[at],
                    expected or NOTHING,
                    "no such column" if found is None else found,
                )

    def _whole(self, row: TextRow | None) -> str:
        return "no such row" if row is None else " | ".join(NOTHING if cell is None else cell for cell in row)


def _cell(text: str) -> str:
    return sanitized(text.strip() or NOTHING, 3 * _MAX_CELL if "|" in text else _MAX_CELL)
