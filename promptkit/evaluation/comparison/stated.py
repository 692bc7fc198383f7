"""The tables and totals that an answer states, found where people put them, in the contract's order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from promptkit.answering.parsed import ParsedAnswer, WrittenLine, WrittenTable, parse_answer
from promptkit.evaluation.comparison.compared import TextRow
from promptkit.evaluation.comparison.numbers import currency_in, figure_of, moment_in, numbers_in
from promptkit.evaluation.comparison.words import folded, is_nothing, name_and_aside
from promptkit.model import Answer, ColumnType, Table

TOTALS = "Totals"
"""The heading of the totals."""
CURRENCY = "currency"
"""How the name of a column ends that holds the currency of the amounts beside it."""
# A value may name its currency before or after: "USD 12.00; EUR 3.50".
_AMOUNTS = re.compile(r"(?<![A-Za-z])(?:([A-Z]{3}) ?(-?\d[\d.,]{0,24})|(-?\d[\d.,]{0,24}) ?([A-Z]{3}))(?![A-Za-z])")
# A label ends where a figure follows, or nothing at all does: "apps: 5", "apps = 5", "apps - 5".
_LABEL_END = re.compile(r":| = | (?:[\u2013\u2014-]|->|\u2192) ")
_BEGINS_WITH_A_FIGURE = re.compile(r"\W{0,4}(?:[A-Z]{3} ?|[$€£₪¥] ?)?-?\d")
# "58 apps" has its figure before its label.
_FIGURE_FIRST = re.compile(r"\W{0,4}(\d[\d.,]{0,30}\d|\d)\W{0,4} ([^\W\d][^:]{0,200})")
_MORE = re.compile(r"\W{0,3}(?:and )?[\d,]{1,18} more\W{0,3}", re.IGNORECASE)
_HAS_A_WORD = re.compile(r"[^\W\d_]")
_NUMBERED = re.compile(r"\W{0,3}\d{1,2}[.)] ")
MAX_ROWS = 5_000


@dataclass(frozen=True)
class StatedTotal:
    """One line of totals: what it is for, and the figure."""

    label: str
    value: str


@dataclass(frozen=True)
class StatedFigures:
    """The figures of an answer, as text.

    Args:
        tables: the rows of each table of the contract, each with a cell for every column of the contract, None where
            the answer has no such column.
        totals: the lines of totals, in the order in which they stand.
    """

    tables: Sequence[Sequence[TextRow]]
    totals: Sequence[StatedTotal]


@dataclass(frozen=True)
class RightFigures:
    """The right figures of one answer, as `write_figures` writes them; taken apart once, however many are compared."""

    answer: Answer
    text: str

    @cached_property
    def parsed(self) -> ParsedAnswer:
        """The text taken apart."""
        return parse_answer(self.text)

    @cached_property
    def stated(self) -> StatedFigures:
        """The figures."""
        return stated_figures(self.answer, self.parsed)


def stated_figures(answer: Answer, parsed: ParsedAnswer) -> StatedFigures:
    """What a parsed answer states: tables by their headings or else by their columns, totals from a list or a table."""
    waiting = [table for table in parsed.written if _title(table.heading) != _title(TOTALS)]
    chosen = [_taken(table, waiting) for table in answer.tables]
    for place, table in enumerate(answer.tables):
        chosen[place] = chosen[place] or _most_alike(table, waiting)
    tables = [
        _rows(table, found) if found else _listed(table, parsed)
        for table, found in zip(answer.tables, chosen, strict=True)
    ]
    return StatedFigures(tables, [*_totals(parsed)])


def states_nothing(parsed: ParsedAnswer) -> bool:
    """Whether there is neither a table, be it empty, nor a total."""
    return not parsed.written and next(_totals(parsed), None) is None


def _taken(table: Table, waiting: list[WrittenTable]) -> list[WrittenTable]:
    """The written tables under the heading of a table, which then wait no longer."""
    heading = _title(table.heading)
    found = [one for one in waiting if _title(one.heading) == heading]
    waiting[:] = [one for one in waiting if _title(one.heading) != heading]
    return found


def _title(heading: str) -> str:
    """A heading as it is compared: without its number, and without what stands in brackets after it."""
    return folded(_NUMBERED.sub("", heading, count=1).partition(" (")[0])


def _most_alike(table: Table, waiting: list[WrittenTable]) -> list[WrittenTable]:
    """Of the tables under other headings the first that has most of the columns; none if no table has."""
    names = {folded(column.name) for column in table.columns}
    for one in waiting:
        if one.rows and 2 * len(names & set(map(folded, one.rows[0]))) > len(names):
            waiting.remove(one)
            return [one]
    return []


def _rows(table: Table, found: Sequence[WrittenTable]) -> list[TextRow]:
    rows: list[TextRow] = []
    for one in found:
        rows += _placed(table, one.rows[0], one.rows[1:MAX_ROWS]) if one.rows else []
    return [row for row in rows if not _is_no_row(row)]


def _listed(table: Table, parsed: ParsedAnswer) -> list[TextRow]:
    """The rows of a table of names and figures that somebody wrote as a list: "apps: 58", or "58 apps"."""
    if len(table.columns) != 2:
        return []
    lines = (_label_and_value(line.text) for line in parsed.lines if _title(line.heading) == _title(table.heading))
    rows: list[TextRow] = [line for line in lines if line[0] != line[1] and _is_figure(line[1])]
    return rows[:MAX_ROWS]


def _placed(table: Table, heads: Sequence[str], written: Sequence[Sequence[str]]) -> Iterator[TextRow]:
    """Written rows with a cell for each column of the contract; a currency may stand beside the amounts instead."""
    places = column_places(table, heads)
    columns = list(zip(table.columns, places, strict=True))
    amounts = [at for column, at in columns if column.type is ColumnType.MONEY and at is not None]
    for row in written:
        named = {currency_in(row[at]) or currency_in(heads[at]) for at in amounts if not is_nothing(row[at])}
        currency = "" if amounts and not named else named.pop() if len(named) == 1 else None
        yield tuple(
            row[at] if at is not None else currency if column.name.endswith(CURRENCY) else None
            for column, at in columns
        )


def _is_no_row(row: TextRow) -> bool:
    """Whether a row holds nothing, or says how many more there are, as below a table that was cut."""
    if any(cell is not None and not is_nothing(cell) for cell in row[1:]):
        return False
    return row[0] is None or is_nothing(row[0]) or _MORE.fullmatch(row[0]) is not None


def column_places(table: Table, heads: Sequence[str]) -> list[int | None]:
    """Where each column of the contract stands below some heads: by its name, or where none fits, in order."""
    whole, bare = [folded(head) for head in heads], [_title(head) for head in heads]
    places = [_index(folded(column.name), whole, bare) for column in table.columns]
    # What has no word, as the # above the numbers of rows, names no column.
    named = [at for at, head in enumerate(heads) if _HAS_A_WORD.search(head)]
    left = [at for at in named if at not in places]
    if len(named) == len(table.columns):
        order = iter(left)
        return [next(order) if at is None else at for at in places]
    return [_between(places, column, left) if at is None else at for column, at in enumerate(places)]


def _index(name: str, *heads: Sequence[str]) -> int | None:
    return next((some.index(name) for some in heads if name in some), None)


def _between(places: Sequence[int | None], column: int, left: Sequence[int]) -> int | None:
    """The only head that no column has between those of the column before and the column after."""
    before = places[column - 1] if column else -1
    after = places[column + 1] if column + 1 < len(places) else None
    found = [at for at in left if before is not None and after is not None and before < at < after]
    return found[0] if len(found) == 1 else None


def _totals(parsed: ParsedAnswer) -> Iterator[StatedTotal]:
    for table in parsed.written:
        if _title(table.heading) == _title(TOTALS):
            # The head may itself be a figure where somebody made a table of two lines.
            yield from (total for row in table.rows for total in _total_of_row(row))
    above: list[WrittenLine] = []
    for line in parsed.lines:
        if _title(line.heading) == _title(TOTALS):
            above = [one for one in above if one.depth < line.depth]
            label, value = _label_and_value(line.text)
            if value:
                yield from _split(" ".join([*(one.text.rstrip(": ") for one in above), label]), value)
            above.append(line)


def _label_and_value(text: str) -> tuple[str, str]:
    """What a line of totals is for, and what it says: no value if the line ends with its label, or has none."""
    for end in _LABEL_END.finditer(text):
        value = text[end.end() :].strip()
        if _BEGINS_WITH_A_FIGURE.match(value) or (value and is_nothing(figure_of(value))):
            return text[: end.start()], value
    if first := _FIGURE_FIRST.fullmatch(text):
        return name_and_aside(first[2])[0], first[1]
    label, _, value = text.rpartition(":")
    return label or text, value.strip()


def _total_of_row(row: Sequence[str]) -> Iterator[StatedTotal]:
    figures = [at for at, cell in enumerate(row) if at and _is_figure(cell)]
    if figures:
        at = figures[-1]
        yield from _split(" ".join(cell for place, cell in enumerate(row) if place != at), row[at])


def _is_figure(cell: str) -> bool:
    return bool(numbers_in(figure_of(cell))) or moment_in(figure_of(cell)) is not None or is_nothing(figure_of(cell))


def _split(label: str, value: str) -> Iterator[StatedTotal]:
    """One total for each amount with a currency in a value; the whole value if it has at most one."""
    amounts = _AMOUNTS.findall(value)
    if len(amounts) < 2:
        yield StatedTotal(label.strip(), figure_of(value.strip()))
        return
    for before, first, second, after in amounts:
        yield StatedTotal(f"{label.strip()} {before or after}", first or second)
