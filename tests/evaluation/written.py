"""An answer in parts that can be changed and written again: its tables, its totals, and what stands around them."""

import re
from dataclasses import dataclass, replace
from itertools import takewhile

from promptkit.model import ColumnType

MONEY = {ColumnType.MONEY, ColumnType.NUMBER}
NUMERIC = {*MONEY, ColumnType.INTEGER, ColumnType.PERCENT}


@dataclass(frozen=True)
class Written:
    """An answer in the contract's form.

    `tables` has a list of rows for each table of the contract, `totals` a pair of label and value for each line; the
    rest is text: what comes before the first heading and after the totals.
    """

    answer: object
    before: str
    tables: tuple
    totals: tuple
    after: str

    @classmethod
    def of(cls, answer, text):
        before, tables, rest = "", [], text
        for number, table in enumerate(answer.tables):
            head, mark, rest = rest.partition(f"## {table.heading}\n")
            assert mark, (table.heading, text)
            before = before if number else head
            rows = list(takewhile(lambda line: line.startswith("|"), rest.splitlines()))
            tables.append([_cells(row) for row in rows[2:]])
        _, _, rest = rest.partition("## Totals\n")
        totals, mark, after = rest.partition("## Evidence\n")
        pairs = [line[2:].rpartition(": ")[::2] for line in totals.splitlines() if line.startswith("- ")]
        return cls(answer, before, tuple(tables), tuple(pairs), mark + after)

    def text(self):
        parts = [self.before.strip()] if self.before.strip() else []
        for table, rows in zip(self.answer.tables, self.tables, strict=True):
            names = [column.name for column in table.columns]
            parts.append("\n".join([f"## {table.heading}", _row(names), "|" + "---|" * len(names), *map(_row, rows)]))
        parts.append("\n".join(["## Totals", *(f"- {label}: {value}" for label, value in self.totals)]))
        return "\n\n".join([*parts, self.after])

    def cells(self, kinds, names=()):
        """The place of every cell of some types, or under some names: table, row, column."""
        for number, (table, rows) in enumerate(zip(self.answer.tables, self.tables, strict=True)):
            for at, column in enumerate(table.columns):
                if column.type in kinds or column.name in names:
                    yield from ((number, row, at) for row in range(len(rows)))

    def at(self, place):
        table, row, column = place
        return self.tables[table][row][column]

    def with_cell(self, place, cell):
        table, row, column = place
        rows = [list(one) for one in self.tables[table]]
        rows[row][column] = cell
        return self.with_rows(table, rows)

    def with_rows(self, table, rows):
        return replace(self, tables=(*self.tables[:table], rows, *self.tables[table + 1 :]))

    def with_total(self, at, label, value):
        return replace(self, totals=(*self.totals[:at], (label, value), *self.totals[at + 1 :]))


def _cells(row):
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]]


def _row(cells):
    return f"| {' | '.join(cells)} |"
