"""The queries of a view -> the figures of its answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from promptkit.answering.contract import Cell, Figures, as_cell
from promptkit.answering.query import Values, run
from promptkit.errors import PromptkitError
from promptkit.model import Answer, Column


def figures(
    connection: sqlite3.Connection, answer: Answer, tables: Sequence[str], totals: Mapping[str, str], values: Values
) -> Figures:
    """Run one query for each table and total of an answer.

    A total without `per` is the first column of the first row; with `per`, each row has what it is for and the figure.

    Raises:
        PromptkitError: a query fails, or the queries do not match the answer.
    """
    if missing := [total.name for total in answer.totals if total.name not in totals]:
        raise PromptkitError.of("wrong-totals", f"there is no query for the total {missing[0]}", "run: promptkit check")
    if len(tables) != len(answer.tables):
        message = f"the answer has {len(answer.tables)} tables, and there are queries for {len(tables)}"
        raise PromptkitError.of("wrong-tables", message, "run: promptkit check")
    computed = []
    for table, query in zip(answer.tables, tables, strict=True):
        rows = run(connection, query, values, len(table.columns))
        computed.append([tuple(as_cell(c, v) for c, v in zip(table.columns, row, strict=True)) for row in rows])
    counted: dict[str, Cell] = {}
    for total in answer.totals:
        column = Column(name=total.name, type=total.type)
        for row in run(connection, totals[total.name], values, len(total.query_columns)):
            counted[f"{total.name} {row[0]}" if total.per else total.name] = as_cell(column, row[-1])
    return Figures(tuple(computed), counted)
