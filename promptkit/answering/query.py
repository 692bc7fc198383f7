"""SQL over rows: tables of what was read, and the queries over them or over the tenant itself."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from promptkit.errors import PromptkitError
from promptkit.model import Scoring

Values = Mapping[str, Any]
# Besides SQL's own errors: a number beyond 64 bits, a lone surrogate, a list without end.
_NOT_SQL = (sqlite3.Error, ValueError, OverflowError, RecursionError)


class QueryError(PromptkitError):
    """A query does not run, or not on what was read."""


def load_rows(
    connection: sqlite3.Connection, table: str, rows: Iterable[Mapping[str, Any]], fields: Sequence[str]
) -> None:
    """Create a table from rows that an API returned.

    Args:
        connection: an in-memory database.
        table: its name.
        rows: objects; a list or object in them becomes JSON text.
        fields: columns that must exist even if no row has them.

    Raises:
        QueryError: the table cannot be created, for example because two columns differ only in capital letters, or a
            value is not one that SQL can hold.
    """
    rows = list(rows)
    columns = list(dict.fromkeys([*fields, *(key for row in rows for key in row)])) or ["id"]
    quoted = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
    marks = ", ".join("?" for _ in columns)
    run(connection, f'CREATE TABLE "{table}" ({quoted})', {}, columns=0)
    filled = ([json.dumps(v) if isinstance(v, dict | list) else v for v in map(row.get, columns)] for row in rows)
    insert = f'INSERT INTO "{table}" VALUES ({marks})'  # noqa: S608
    try:
        connection.executemany(insert, filled)
    except _NOT_SQL as error:
        raise wrong_sql(str(error), insert) from error


def make_totals(connection: sqlite3.Connection) -> None:
    """Create the table `torii_total`: for each read, Torii's own count of its rows."""
    connection.execute("CREATE TEMP TABLE torii_total (read TEXT, total INTEGER)")


def keep_total(connection: sqlite3.Connection, read: str, total: int) -> None:
    """Add what Torii counted for one read to the table `torii_total`."""
    connection.execute("INSERT INTO temp.torii_total VALUES (?, ?)", [read, total])


def load_scoring(connection: sqlite3.Connection, scoring: Scoring) -> None:
    """Create the tables `scoring` and `classes`, temporary ones, so that they can exist beside a tenant's own."""
    connection.execute("CREATE TEMP TABLE scoring (signal TEXT, weight INTEGER, threshold REAL)")
    signals = [(name, one.weight, one.threshold) for name, one in scoring.signals.items()]
    connection.executemany("INSERT INTO temp.scoring VALUES (?, ?, ?)", signals)
    connection.execute("CREATE TEMP TABLE classes (name TEXT, minimum INTEGER, needs TEXT)")
    classes = [(one.name, one.minimum, one.needs) for one in scoring.classes]
    connection.executemany("INSERT INTO temp.classes VALUES (?, ?, ?)", classes)


def bind(connection: sqlite3.Connection, expressions: Mapping[str, str], values: Values) -> dict[str, Any]:
    """`values`, dates as text, and one more for each SQL expression, in order; an expression may use earlier ones."""
    bound = {name: value.isoformat() if isinstance(value, datetime.date) else value for name, value in values.items()}
    for name, expression in expressions.items():
        bound[name] = run(connection, f"SELECT {expression}", bound)[0][0]
    return bound


def make_steps(connection: sqlite3.Connection, steps: Mapping[str, str], values: Values) -> None:
    """Create one temporary table from each query, in order; a query may use earlier ones."""
    for name, query in steps.items():
        run(connection, f'CREATE TEMP TABLE "{name}" AS {query}', values, columns=0)


def remarks(connection: sqlite3.Connection, query: str | None, values: Values) -> list[str]:
    """The sentences that a query returns, in its order."""
    return [str(row[0]) for row in run(connection, query, values)] if query else []


def rows_as_objects(connection: sqlite3.Connection, query: str, values: Values) -> list[dict[str, Any]]:
    """The rows of a query, each as a mapping from its columns' names."""
    names, rows = _fetch(connection, query, values)
    return [dict(zip(names, row, strict=True)) for row in rows]


def run(connection: sqlite3.Connection, query: str, values: Values, columns: int = 1) -> list[tuple[Any, ...]]:
    """The rows of a query.

    Raises:
        QueryError: it cannot be run, or returns the wrong number of columns.
    """
    names, rows = _fetch(connection, query, values)
    if len(names) != columns:
        raise wrong_sql(f"{len(names)} columns, expected {columns}", query)
    return rows


def _fetch(connection: sqlite3.Connection, query: str, values: Values) -> tuple[list[str], list[tuple[Any, ...]]]:
    try:
        cursor = connection.execute(query, values)
        return [column[0] for column in cursor.description or ()], cursor.fetchall()
    except _NOT_SQL as error:
        raise wrong_sql(str(error), query) from error


def wrong_sql(message: str, query: str) -> QueryError:
    """An error about a query, or about what it returns."""
    fix = "run promptkit check; correct the query in prompts/recipes or, if it is under truth, in evals/cases"
    return QueryError.of("wrong-sql", f"{message} in: {' '.join(query.split())[:200]}", fix)
