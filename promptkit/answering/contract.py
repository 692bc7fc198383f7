"""The answer contract: the form in which every answer is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, assert_never

from promptkit.language import KEYS, Language, english
from promptkit.model import Answer, Column, ColumnType, Table

EVIDENCE = ("Rows", "As of", "Gaps")
"""What the evidence of an answer with figures must state."""
NOTHING = "none"
_YES, _NO = "yes", "no"
# Beyond it, arithmetic with two decimal places is no longer exact. No sum of money has so many.
_MAX_FIGURE_DIGITS = 24
Cell = str | int | Decimal | None
Rows = list[tuple[Cell, ...]]
# The characters that can begin code, emphasis, links, images, HTML, table cells, headings, entities or strikethrough.
# An underscore within a word, as in snake_case, means nothing to Markdown and is left alone.
_MARKUP = re.compile(r"([\\`*{}\[\]<>|#&!~]|(?<!\w)_|_(?!\w))")


@dataclass(frozen=True)
class Figures:
    """The figures of an answer: rows of each table in the contract's order, totals by `name` or `name key`.

    `following` are the rows of each table after those that were wanted, if all are known.
    """

    tables: tuple[Rows, ...]
    totals: Mapping[str, Cell]
    following: tuple[Rows, ...] = ()


def write_answer(
    answer: Answer,
    figures: Figures,
    evidence: Mapping[str, str],
    stamp: str,
    remarks: Sequence[str] = (),
    more: Sequence[str] | None = None,
    words: Language | None = None,
) -> str:
    """An answer in the contract's form, as Markdown with LF line ends; text from the tenant is escaped.

    `more` is what to say below each table of rows that it does not show; by default, how many they are. `words` are
    those of the prompt's language; without them, the answer is written in the keys, which are English.
    """
    words = words or english()
    labels = words.labels.model_dump()
    lines = [f"- {labels[name]}: {escaped(evidence[key])}" for name, key in KEYS.items() if key in evidence]
    told = "\n".join([f"## {words.headings.evidence}", *lines])
    return "\n\n".join([*map(escaped, remarks), write_figures(answer, figures, more, words), told, stamp]) + "\n"


def write_figures(
    answer: Answer, figures: Figures, more: Sequence[str] | None = None, words: Language | None = None
) -> str:
    """The tables and totals of an answer in the contract's form, without a line end after the last."""
    words = words or english()
    tables = list(zip(answer.tables, figures.tables, strict=True))
    if more is None:
        more = [_more(_hidden(table, rows, figures.totals), words) for table, rows in tables]
    parts = [
        part
        for (table, rows), below in zip(tables, more, strict=True)
        for part in (write_table(table, rows, words), below)
    ]
    types = {total.name: Column(name=total.name, type=total.type) for total in answer.totals}
    totals = [f"- {name}: {_written(types[name.split()[0]], cell, words)}" for name, cell in figures.totals.items()]
    return "\n\n".join([*filter(None, parts), "\n".join([f"## {words.headings.totals}", *totals])])


def write_table(table: Table, rows: Rows, words: Language) -> str:
    """One table in the contract's form, below its heading."""
    names = [column.name for column in table.columns]
    return "\n".join([f"## {table.heading}", _row(names), "|" + "---|" * len(names), *written_rows(table, rows, words)])


def written_rows(table: Table, rows: Rows, words: Language) -> list[str]:
    """Each row of a table as its line."""
    return [
        _row(_written(column, cell, words) for column, cell in zip(table.columns, row, strict=True)) for row in rows
    ]


def _more(hidden: int, words: Language) -> str:
    return words.says.more.format(count=words.grouped(hidden)) if hidden else ""


def _hidden(table: Table, rows: Rows, totals: Mapping[str, Cell]) -> int:
    """How many rows of a table are not shown; none if that cannot be known."""
    count = totals.get(table.counted_by) if table.counted_by else None
    return count - len(rows) if isinstance(count, int) else 0


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _written(column: Column, cell: Cell, words: Language) -> str:
    if cell is None:
        return words.says.unknown if column.empty == "unknown" else words.says.none
    match column.type:
        case ColumnType.MONEY | ColumnType.NUMBER:
            return words.signed(f"{cell:,.2f}")
        case ColumnType.PERCENT:
            return words.signed(f"{cell:.1f} %")
        case ColumnType.INTEGER:
            return words.signed(f"{cell:,d}")
        case ColumnType.BOOLEAN:
            return {_YES: words.says.yes, _NO: words.says.no}.get(str(cell)) or escaped(str(cell))
        case ColumnType.STRING | ColumnType.DATE | ColumnType.DATETIME:
            return escaped(str(cell))
        case _:
            assert_never(column.type)


def escaped(text: str) -> str:
    """Text from outside as one line of plain Markdown: no links, no markup, no hidden characters."""
    return _MARKUP.sub(r"\\\1", one_line(text))


def one_line(text: str) -> str:
    """The text in one line; each run of spaces, line ends and hidden characters becomes one space."""
    visible = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(visible.split())


def as_cell(column: Column, value: Any) -> Cell:  # noqa: ANN401
    """The cell for a value from a query, which has money in minor units and percentages as fractions."""
    if value is None:
        return None
    match column.type:
        case ColumnType.MONEY:
            return Decimal(value) / 100
        case ColumnType.NUMBER:
            return round(Decimal(str(value)), 2)
        case ColumnType.PERCENT:
            return round(Decimal(str(value)) * 100, 1)
        case ColumnType.INTEGER:
            return int(value)
        case ColumnType.BOOLEAN:
            return _YES if value else _NO
        case ColumnType.STRING | ColumnType.DATE | ColumnType.DATETIME:
            return one_line(str(value)) or None
        case _:
            assert_never(column.type)


def read_number(text: str) -> Decimal:
    """A written number, with or without thousands separators and a percent sign.

    Raises:
        ValueError: it is not a number, or not one that can be a figure.
    """
    try:
        number = Decimal(text.removesuffix("%").replace(",", "").strip())
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not is_figure(number):
        raise ValueError("not a number that can be a figure")
    return number


def is_figure(number: Decimal) -> bool:
    """Whether a number is finite and small enough to compute with."""
    return number.is_finite() and (not number or abs(number.adjusted()) < _MAX_FIGURE_DIGITS)
