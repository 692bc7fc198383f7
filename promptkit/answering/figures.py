"""The queries of a view -> the figures of its answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from promptkit.answering.contract import Cell, Figures, Rows, as_cell
from promptkit.answering.query import Values, run, wrong_sql
from promptkit.errors import PromptkitError
from promptkit.model import Answer, Column, Table
from promptkit.text import sanitized

# Torii gives `expenses` of an app so, and `amount` of a contract not.
_AMOUNT = ", but an amount with its currency: write NAME ->> 'value' for it, and NAME ->> 'currency' beside it"
MAX_FOLLOWING = 500
"""No more rows than this are kept after those that are wanted of a table."""


def figures(
    connection: sqlite3.Connection, answer: Answer, tables: Sequence[str], totals: Mapping[str, str], values: Values
) -> Figures:
    """Run one query for each table and total of an answer.

    A total without `per` is the first column of the first row; with `per`, each row has what it is for and the figure,
    and without rows its name alone has no figure. A table that a total counts has as many rows as are wanted, and the
    others follow if they are all known: a list that was read in part lacks rows among them.

    Raises:
        QueryError: a query fails, or returns something that is not a figure of its column.
        PromptkitError: the queries do not match the answer.
    """
    if missing := [total.name for total in answer.totals if total.name not in totals]:
        raise PromptkitError.of("wrong-totals", f"there is no query for the total {missing[0]}", "run: promptkit check")
    if len(tables) != len(answer.tables):
        message = f"the answer has {len(answer.tables)} tables, and there are queries for {len(tables)}"
        raise PromptkitError.of("wrong-tables", message, "run: promptkit check")
    found = [
        run(connection, query, values, len(table.columns)) for table, query in zip(answer.tables, tables, strict=True)
    ]
    counted = _totals(connection, answer, totals, values)
    wanted, following = [], []
    for table, query, rows in zip(answer.tables, tables, found, strict=True):
        count = values.get("rows", len(rows)) if table.counted_by else len(rows)
        is_all = len(rows) == counted.get(table.counted_by or "") and len(rows) <= count + MAX_FOLLOWING
        wanted.append(_cells(table, query, rows[:count]))
        following.append(_cells(table, query, rows[count:] if is_all else []))
    return Figures(tuple(wanted), counted, tuple(following))


def _totals(
    connection: sqlite3.Connection, answer: Answer, queries: Mapping[str, str], values: Values
) -> dict[str, Cell]:
    counted: dict[str, Cell] = {}
    for total in answer.totals:
        column, query = Column(name=total.name, type=total.type), queries[total.name]
        rows = run(connection, query, values, len(total.query_columns))
        if total.per and not rows:
            counted[total.name] = None
        for row in rows if total.per else rows[:1]:
            counted[f"{total.name} {row[0]}" if total.per else total.name] = _cell(column, row[-1], query)
    return counted


def _cells(table: Table, query: str, rows: Sequence[Sequence[Any]]) -> Rows:
    return [
        tuple(_cell(column, value, query) for column, value in zip(table.columns, row, strict=True)) for row in rows
    ]


def _cell(column: Column, value: Any, query: str) -> Cell:  # noqa: ANN401
    try:
        return as_cell(column, value)
    except (ValueError, TypeError, ArithmeticError) as error:
        hint = _AMOUNT if column.type == "money" and str(value).startswith("{") else ""
        raise wrong_sql(f"{column.name}: {sanitized(value, 40)} is not a {column.type}{hint}", query) from error
