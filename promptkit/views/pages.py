"""What fits into one result of a tool: rows cut to a host's limits, and texts from the tenant that are too long."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from promptkit.answering.analyst import Answered
from promptkit.answering.contract import Cell, Figures, Rows, written_rows
from promptkit.language import Language
from promptkit.model import Table

MAX_BYTES = 14_000
"""Of the text, and of the structured content. Hosts may give a model both: together 8,000 tokens of 3.5 bytes."""
_MAX_CELL = 1_000
_MAX_LINE = 1_000
_MAX_TOTAL_BYTES = 4_000


@dataclass(frozen=True)
class ToolResult:
    """What a tool gives: the same as data and as text."""

    data: Mapping[str, Any]
    text: str


def bounded(answered: Answered, words: Language) -> Answered:
    """The answer with every text in it cut to a length that no honest one has, and with as many totals as fit."""
    tables, following = (
        tuple([tuple(map(_cut, row)) for row in rows] for rows in every)
        for every in (answered.figures.tables, answered.figures.following)
    )
    totals, room = {}, _MAX_TOTAL_BYTES
    for name, value in answered.figures.totals.items():
        room -= len(f"{name}{value}".encode()) + 100  # The names of its parts, in JSON.
        if room > 0:
            totals[name] = value
    evidence = {label: _short(text, _MAX_LINE) for label, text in answered.evidence.items()}
    if short := [*_shortened(answered.figures, hidden=len(answered.figures.totals) - len(totals))]:
        gaps = evidence.get("Gaps", words.says.none)
        evidence["Gaps"] = "; ".join([*([] if gaps == words.says.none else [gaps]), *short])
    remarks = [_short(text, _MAX_LINE) for text in answered.remarks]
    return replace(answered, figures=Figures(tables, totals, following), remarks=remarks, evidence=evidence)


def _shortened(figures: Figures, hidden: int) -> Iterator[str]:
    """What an answer lacks only to keep it short."""
    cells = chain.from_iterable(chain.from_iterable([*figures.tables, *figures.following]))
    if any(_cut(cell) != cell for cell in cells):
        yield f"texts in the rows that are longer than {_MAX_CELL:,} characters are cut"
    if hidden:
        yield f"{hidden} totals are not shown, to keep this short"


def _cut(cell: Cell) -> Cell:
    return _short(cell, _MAX_CELL) if isinstance(cell, str) else cell


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def rows_that_fit(
    tables: Sequence[tuple[Table, Rows, Sequence[Any]]], result: ToolResult, words: Language
) -> list[int]:
    """How many of its first rows each table may give beside what `result` has already.

    The tables take turns, one row each, so that a short one is whole and the long ones share what is left.

    Args:
        tables: each with its rows, and with the same rows as JSON.
        result: the result without any rows.
        words: those of the answer's language.
    """
    room_text, room_data = MAX_BYTES - size_of(result.text), MAX_BYTES - size_of(result.data)
    costs = [
        [
            (size_of(line) + 1, size_of(row) + 1)
            for line, row in zip(written_rows(table, rows, words), data, strict=True)
        ]
        for table, rows, data in tables
    ]
    fit, growing = [0] * len(tables), set(range(len(tables)))
    while growing:
        for number in sorted(growing):
            text, data = costs[number][fit[number]] if fit[number] < len(costs[number]) else (MAX_BYTES + 1, 0)
            if text > room_text or data > room_data:
                growing.discard(number)
            else:
                fit[number] += 1
                room_text, room_data = room_text - text, room_data - data
    return fit


def size_of(value: object) -> int:
    """How many bytes a text has, or any other value as JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode())
