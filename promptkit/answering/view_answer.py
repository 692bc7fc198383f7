"""A view's answer as data: what programs, dashboards and hosts are given beside the text."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from promptkit.answering.analyst import Answered
from promptkit.answering.contract import Cell, Rows, one_line
from promptkit.answering.view_tools import COMPLETE, PARTIAL
from promptkit.language import ENGLISH
from promptkit.model import Column, Prompt, Scalar, Table


def view_answer(
    prompt: Prompt, values: Mapping[str, Scalar], answered: Answered, *, with_following: bool = False
) -> dict[str, Any]:
    """An answer as JSON can hold it, in the shape of `answer_view`'s output schema.

    Money is in major units, a percentage is in percent, and both are JSON numbers; an empty cell is null. A table's
    `total_rows` counts also the rows it does not show, and is absent where nobody knows how many there are. With
    `with_following`, the rows after those that were wanted are there too, where they are known.
    """
    figures = answered.figures
    totals = figures.totals
    following = figures.following if with_following and figures.following else [()] * len(figures.tables)
    return {
        "name": prompt.name,
        "title": prompt.title,
        "stamp": answered.stamp,
        "status": PARTIAL if answered.gaps else COMPLETE,
        "arguments": {name: as_json(value) for name, value in values.items()},
        "remarks": [*map(one_line, answered.remarks)],
        "tables": [
            _table(table, [*rows, *more], totals, is_whole=not answered.gaps)
            for table, rows, more in zip(prompt.answer.tables, figures.tables, following, strict=True)
        ],
        "totals": [_total(prompt, name, cell) for name, cell in totals.items()],
        "evidence": {label: one_line(text) for label, text in answered.evidence.items()},
    } | (_chart(prompt) | language_of(prompt))


def language_of(prompt: Prompt) -> dict[str, str]:
    """The language of a view's answers, where that is not English."""
    return {"language": prompt.language} if prompt.language != ENGLISH else {}


def _chart(prompt: Prompt) -> dict[str, Any]:
    """How a dashboard draws it, as the prompt says; a prompt that says nothing adds nothing."""
    if prompt.chart is None or isinstance(prompt.chart, str):
        return {"chart": prompt.chart} if prompt.chart else {}
    labels = {total.per for total in prompt.answer.totals if total.name in prompt.chart.totals and total.per}
    drawn = prompt.chart.model_dump(mode="json", exclude_defaults=True)
    return {"chart": drawn | ({"x": [*labels]} if labels else {})}


def _table(table: Table, rows: Rows, totals: Mapping[str, Cell], *, is_whole: bool) -> dict[str, Any]:
    counted = totals.get(table.counted_by) if table.counted_by else len(rows)
    return {
        "heading": table.heading,
        "columns": [_column(column) for column in table.columns],
        "rows": [[as_json(cell) for cell in row] for row in rows],
    } | ({"total_rows": counted} if is_whole and isinstance(counted, int) else {})


def _column(column: Column) -> dict[str, str]:
    said = {"unit": column.unit, "empty": column.empty if column.empty != "none" else None}
    return {"name": column.name, "type": column.type.value} | {name: text for name, text in said.items() if text}


def _total(prompt: Prompt, written: str, cell: Cell) -> dict[str, Any]:
    """A total by its name as written: the name alone, or with what it is for."""
    name, _, key = written.partition(" ")
    total = next(one for one in prompt.answer.totals if one.name == name)
    told = {"name": name, "key": key, "type": total.type.value, "unit": total.unit, "value": as_json(cell)}
    return {label: value for label, value in told.items() if value or label == "value"}


def rows_wanted(prompt: Prompt, heading: str, arguments: Mapping[str, Any]) -> int | None:
    """How many rows of a table its view was asked for; None for all, and for a table that no view has."""
    counted = any(table.counted_by for table in prompt.answer.tables if table.heading == heading)
    rows = arguments.get("rows")
    return rows if counted and isinstance(rows, int) else None


def as_json(value: Cell | Scalar) -> str | int | float | None:
    """A cell of an answer, or the value of an argument, as JSON has it."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    # No figure is written with more places, but a quotient of amounts may have them.
    return float(round(value, 2)) if isinstance(value, Decimal) else value
