"""The answer contract: writes answers in its form, and reads them back from what a model wrote."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any, assert_never

from markdown_it import MarkdownIt
from markdown_it.token import Token

from promptkit.library.render import STAMP
from promptkit.model import Answer, Column, ColumnType, Table

EVIDENCE = ("Rows", "As of", "Gaps")
"""What the evidence of an answer with figures must state."""
_LABELS = ("Tools", "Rows", "As of", "Filters", "Method", "Gaps")
NOTHING = "none"
# An answer of a model has a tenth of it. What reads Markdown takes ever longer for each character more.
MAX_ANSWER_CHARACTERS = 250_000
# Beyond it, arithmetic with two decimal places is no longer exact. No sum of money has so many.
_MAX_FIGURE_DIGITS = 24
Cell = str | int | Decimal | None
Rows = list[tuple[Cell, ...]]
_MORE = re.compile(r"(?:and )?[\d,]{1,18} more\.?", re.IGNORECASE)
_MARKDOWN = MarkdownIt("commonmark").enable("table")
# The characters that can begin code, emphasis, links, images, HTML, table cells, headings, entities or strikethrough.
# An underscore within a word, as in snake_case, means nothing to Markdown and is left alone.
_MARKUP = re.compile(r"([\\`*{}\[\]<>|#&!~]|(?<!\w)_|_(?!\w))")


@dataclass(frozen=True)
class Figures:
    """The figures of an answer: rows of each table in the contract's order, totals by `name` or `name key`."""

    tables: tuple[Rows, ...]
    totals: Mapping[str, Cell]


@dataclass
class ParsedAnswer:
    """The parts of an answer's Markdown, as text. `stamp` is the stamp on its last line, or None.

    `unread` says why the answer was not read; empty if it was.
    """

    tables: dict[str, list[list[str]]] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    stamp: str | None = None
    unread: str = ""


def write_answer(
    answer: Answer, figures: Figures, evidence: Mapping[str, str], stamp: str, remarks: Sequence[str] = ()
) -> str:
    """An answer in the contract's form, as Markdown with LF line ends; text from the tenant is escaped."""
    parts = [escaped(remark) for remark in remarks]
    for table, rows in zip(answer.tables, figures.tables, strict=True):
        names = [column.name for column in table.columns]
        lines = [f"## {table.heading}", _row(names), "|" + "---|" * len(names)]
        lines += [_row(_written(column, cell) for column, cell in zip(table.columns, row, strict=True)) for row in rows]
        parts.append("\n".join(lines))
        if hidden := _hidden(table, rows, figures.totals):
            parts.append(f"and {hidden:,d} more")
    types = {total.name: Column(name=total.name, type=total.type) for total in answer.totals}
    totals = [f"- {name}: {_written(types[name.split()[0]], cell)}" for name, cell in figures.totals.items()]
    parts.append("\n".join(["## Totals", *totals]))
    parts.append(
        "\n".join(["## Evidence", *(f"- {name}: {escaped(evidence[name])}" for name in _LABELS if name in evidence)])
    )
    return "\n\n".join([*parts, stamp]) + "\n"


def _hidden(table: Table, rows: Rows, totals: Mapping[str, Cell]) -> int:
    """How many rows of a table are not shown; none if that cannot be known."""
    count = totals.get(table.counted_by) if table.counted_by else None
    return count - len(rows) if isinstance(count, int) else 0


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _written(column: Column, cell: Cell) -> str:
    if cell is None:
        return NOTHING
    match column.type:
        case ColumnType.MONEY | ColumnType.NUMBER:
            return f"{cell:,.2f}"
        case ColumnType.PERCENT:
            return f"{cell:.1f} %"
        case ColumnType.INTEGER:
            return f"{cell:,d}"
        case ColumnType.STRING | ColumnType.DATE | ColumnType.DATETIME | ColumnType.BOOLEAN:
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
            return "yes" if value else "no"
        case ColumnType.STRING | ColumnType.DATE | ColumnType.DATETIME:
            return one_line(str(value)) or None
        case _:
            assert_never(column.type)


def parse_answer(text: str) -> ParsedAnswer:
    """Find the tables, lists and stamp of an answer. Nothing is an error: a missing part is simply not there."""
    if len(text) > MAX_ANSWER_CHARACTERS:
        return ParsedAnswer(
            unread=f"the answer is longer than {MAX_ANSWER_CHARACTERS:,} characters, so it was not read"
        )
    parsed, heading = ParsedAnswer(), ""
    stamp = STAMP.search(text.rstrip())
    parsed.stamp = stamp.group() if stamp else None
    tokens = _MARKDOWN.parse(text)
    for index, token in enumerate(tokens):
        if token.type == "inline":
            _take(parsed, tokens, index, heading)
        if token.type == "heading_open":
            heading = _plain(tokens[index + 1])
        elif token.type == "tr_open" and heading:
            parsed.tables.setdefault(heading, []).append([])
    return parsed


def _take(parsed: ParsedAnswer, tokens: Sequence[Token], index: int, heading: str) -> None:
    before = tokens[index - 1].type
    if before in {"td_open", "th_open"} and parsed.tables.get(heading):
        parsed.tables[heading][-1].append(_plain(tokens[index]))
    elif before == "paragraph_open" and index > 1 and tokens[index - 2].type == "list_item_open":
        parsed.lists.setdefault(heading, []).append(_plain(tokens[index]))


def _plain(token: Token) -> str:
    kept = (
        child.content if child.type in {"text", "code_inline", "text_special"} else " "
        for child in token.children or ()
    )
    return " ".join("".join(kept).split())


def figures_of(answer: Answer, parsed: ParsedAnswer) -> Figures:
    """The figures that a parsed answer states, typed by the contract; a missing table is empty.

    Raises:
        ValueError: a cell does not fit its column, or a row has the wrong number of cells; says which.
    """
    tables = []
    for table in answer.tables:
        rows = [row for row in parsed.tables.get(table.heading, [])[1:] if not _says_how_many_more(row)]
        tables.append([_read_row(table.heading, table.columns, row) for row in rows])
    types = {total.name: Column(name=total.name, type=total.type) for total in answer.totals}
    totals: dict[str, Cell] = {}
    for line in parsed.lists.get("Totals", []):
        label, _, value = line.rpartition(":")
        if column := types.get(label.split(" ")[0]):
            totals[label.strip()] = read_cell(column, value.strip())
    return Figures(tuple(tables), totals)


def _says_how_many_more(row: Sequence[str]) -> bool:
    """Whether a row is the line below a table that was cut; Markdown takes it into the table if nothing parts them."""
    return bool(_MORE.fullmatch(row[0])) and not any(row[1:])


def _read_row(heading: str, columns: Sequence[Column], row: Sequence[str]) -> tuple[Cell, ...]:
    if len(row) != len(columns):
        raise ValueError(f"{heading}: a row has {len(row)} cells, the contract {len(columns)}")
    return tuple(read_cell(column, text) for column, text in zip(columns, row, strict=True))


def read_cell(column: Column, text: str) -> Cell:
    """The value of one written cell.

    Raises:
        ValueError: the text does not fit the column's type.
    """
    if text in {NOTHING, "", "-"}:
        return None
    try:
        match column.type:
            case ColumnType.MONEY | ColumnType.NUMBER | ColumnType.PERCENT:
                return read_number(text)
            case ColumnType.INTEGER:
                return int(text.replace(",", ""))
            case ColumnType.DATE:
                return datetime.date.fromisoformat(text).isoformat()
            case ColumnType.STRING | ColumnType.DATETIME | ColumnType.BOOLEAN:
                return text
            case _:
                assert_never(column.type)
    except ValueError as error:
        raise ValueError(f"{column.name}: {text[:40]!r} is not a {column.type}") from error


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


def differences(answer: Answer, expected: Figures, stated: Figures) -> list[str]:
    """How `stated` differs from `expected`, in sentences; empty if they agree. The order of rows does not matter."""
    sentences = []
    for table, want, have in zip(answer.tables, expected.tables, stated.tables, strict=True):
        missing, extra = Counter(want) - Counter(have), Counter(have) - Counter(want)
        sentences += [f"{table.heading}: lacks {_shown(row)}" for row in islice(missing.elements(), 3)]
        sentences += [f"{table.heading}: has {_shown(row)}" for row in islice(extra.elements(), 3)]
    for name in sorted({*expected.totals, *stated.totals}):
        want_total, have_total = expected.totals.get(name), stated.totals.get(name)
        if want_total != have_total:
            sentences.append(f"total {name}: {have_total}, expected {want_total}")
    return sentences


def _shown(row: tuple[Cell, ...]) -> str:
    return " | ".join(NOTHING if cell is None else str(cell) for cell in row)
