"""Where the numbers in an answer come from: what was read, what was asked, or arithmetic that an answer may do."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal

from promptkit.agents.loop import Dialogue
from promptkit.answering.contract import is_figure, read_number
from promptkit.answering.parsed import ParsedAnswer
from promptkit.answering.rows import rows_of
from promptkit.evaluation.evaluators.contract import Assertion, fails, holds
from promptkit.evaluation.evaluators.readings import readings

# Dates and times come first and have no group, so that their parts do not count as numbers: 2026-11-02T09:00Z, 09:00,
# 2. November 2026, November 2, 2026. The one group is a number: 12, -1,234 or 0.5, but not part of a word, a version or
# a longer number. The look-ahead is for speed: pages are long.
_NUMBER = re.compile(
    r"(?=[-\d])(?:\d{4}-\d{2}-\d{2}(?:[T ][\d:.]+Z?)?|\b\d{1,2}:\d{2}\b|\b\d{1,2}\.? [^\W\d]+ \d{4}\b"
    r"|(?<=[^\W\d] )\d{1,2}, \d{4}\b|(?<![\w.,])(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?![\w]|[.,]\d))"
)
# Each part looks at its own line only, or it would look at all that follow from each line anew.
_NOT_FIGURES = re.compile(
    r"(?ms)^## Evidence[^\S\n]*$.*?(?=^#|\Z)|^[^\S\n]*\d+[.)]\s|\[[a-z0-9_]{1,64}@[^\]]{0,64}\]\s*\Z"
)
# No contract has so many; in a wider table each cell would be compared with thousands.
_MAX_COLUMNS = 20
_EVERYWHERE = frozenset({Decimal(0), Decimal(1)})


def figures_traceable(run: Dialogue, parsed: ParsedAnswer, expected: ParsedAnswer) -> Assertion:
    """Every number outside the evidence block can be traced.

    It may come from a number in a tool's result or in what the user asked, unchanged, in cents or as a fraction; from
    the view's own formula; from the number of rows read or shown; or from the answer's tables as a count, sum, mean,
    difference, ratio or share, also for each value of a column. Dates are not judged. A wrong number that happens to
    occur elsewhere passes: this finds invented figures, and `figures_match` finds wrong ones.
    """
    if parsed.unread:
        return fails("figures_traceable", parsed.unread)
    sources = _known(run, parsed, expected)
    untraced = _numbers(_NOT_FIGURES.sub(" ", run.answer))
    while untraced and (known := next(sources, None)) is not None:
        untraced = _unknown(untraced, known)
    if not untraced:
        return holds("figures_traceable")
    named = ", ".join(str(number) for number in dict.fromkeys(untraced))
    return fails("figures_traceable", f"from no tool result or stated formula: {named[:200]}")


def _known(run: Dialogue, parsed: ParsedAnswer, expected: ParsedAnswer) -> Iterator[set[Decimal]]:
    """The known numbers, slowest source last, because most answers need only the first."""
    yield {*_stated(expected), *_EVERYWHERE}
    yield _derived(parsed)
    yield _sources(run)


def _unknown(numbers: Iterable[Decimal], known: set[Decimal]) -> list[Decimal]:
    figures = set(filter(is_figure, known))
    scaled = figures | {number / 100 for number in figures} | {number * 100 for number in figures}
    left = [number for number in numbers if number not in scaled]
    # Rounding everything takes long, and most answers do not need it.
    rounded = {digits: {round(number, digits) for number in scaled} for digits in set(map(_digits, left))}
    return [number for number in left if number not in rounded[_digits(number)]]


def _digits(number: Decimal) -> int:
    return min(2, -int(number.as_tuple().exponent))


def _numbers(text: str) -> list[Decimal]:
    """The different numbers in a text, in order."""
    return [Decimal(number.replace(",", "")) for number in dict.fromkeys(_NUMBER.findall(text)) if number]


def _sources(run: Dialogue) -> set[Decimal]:
    asked = " ".join(message.text for message in run.messages if message.role in {"system", "user"})
    texts = [asked, *(outcome.text for outcome in run.outcomes)]
    read = [len(rows_of(reading.data)) for reading in readings(run)]
    years = {Decimal(year) for text in texts for year in re.findall(r"\b(\d{4})-\d{2}-\d{2}", text)}
    return {number for text in texts for number in _numbers(text)} | years | {Decimal(sum(read)), *map(Decimal, read)}


def _stated(figures: ParsedAnswer) -> Iterator[Decimal]:
    cells = [*(cell for rows in figures.tables.values() for row in rows for cell in row)]
    yield from (number for text in [*cells, *(line.text for line in figures.lines)] for number in _numbers(text))


def _derived(parsed: ParsedAnswer) -> set[Decimal]:
    numbers: set[Decimal] = set()
    for _, *whole in parsed.tables.values():
        rows = [row[:_MAX_COLUMNS] for row in whole]
        numbers |= {Decimal(len(rows))} | set(_from_columns(rows)) | set(_from_rows(rows))
    return numbers


def _from_columns(rows: Sequence[Sequence[str]]) -> Iterator[Decimal]:
    """For all rows, and for those with the same value in a column: their number, each column's sum, mean and shares."""
    groups: dict[tuple[int, str], list[Sequence[str]]] = defaultdict(list)
    for row in rows:
        for place, cell in enumerate(row):
            groups[place, cell].append(row)
    for group in [rows, *groups.values()]:
        yield Decimal(len(group))
        for column in zip(*group, strict=False):
            if numbers := list(_cells(column)):
                total = sum(numbers, Decimal(0))
                yield from (total, total / len(numbers), *(number / total for number in numbers if total))


def _from_rows(rows: Iterable[Sequence[str]]) -> Iterator[Decimal]:
    for row in rows:
        numbers = list(_cells(row))
        for one in numbers:
            yield from (one - other for other in numbers)
            yield from (one / other for other in numbers if other)


def _cells(cells: Iterable[str]) -> Iterator[Decimal]:
    for cell in cells:
        with suppress(ValueError):
            yield read_number(cell)
