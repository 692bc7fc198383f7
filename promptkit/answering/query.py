"""SQL over rows: tables of what was read, and the queries over them or over the tenant itself."""

from __future__ import annotations

import datetime
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from promptkit.errors import PromptkitError
from promptkit.model import Scoring

Values = Mapping[str, Any]
TOTALS = "torii_total"
"""The table of Torii's own counts."""
# Besides SQL's own errors: a number beyond 64 bits, a lone surrogate, a list without end.
_NOT_SQL = (sqlite3.Error, ValueError, OverflowError, RecursionError)


class QueryError(PromptkitError):
    """A query does not run, or not on what was read."""


class TableWriter:
    """Fills a table with rows that an API returned, as they come; a list or object in them becomes JSON text.

    Args:
        connection: an in-memory database.
        table: its name.
        fields: columns that must exist even if no row has them.
    """

    def __init__(self, connection: sqlite3.Connection, table: str, fields: Sequence[str]) -> None:
        self._connection = connection
        self._table = f'"{table}"'
        self._columns: list[str] = []
        self._fields = fields

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows at the end, and a column for each key that has none yet.

        Raises:
            QueryError: the table cannot hold them, for example because two columns differ only in capital letters, or
                a value is not one that SQL can hold.
        """
        self._make_columns(dict.fromkeys([*self._fields, *chain.from_iterable(rows)]))
        marks = ", ".join("?" for _ in self._columns)
        filled = ([_held(value) for value in map(row.get, self._columns)] for row in rows)
        insert = f"INSERT INTO {self._table} VALUES ({marks})"  # noqa: S608
        try:
            self._connection.executemany(insert, filled)
        except _NOT_SQL as error:
            raise wrong_sql(str(error), insert) from error

    def clear(self) -> None:
        """Begin again, with an empty table."""
        self._connection.execute(f"DROP TABLE IF EXISTS {self._table}")
        self._columns = []
        self.add(())

    def _make_columns(self, wanted: Iterable[str]) -> None:
        known = set(self._columns)
        new = [column for column in wanted if column not in known]
        if not self._columns:
            self._columns = new or ["id"]
            quoted = ", ".join(map(_quoted, self._columns))
            run(self._connection, f"CREATE TABLE {self._table} ({quoted})", {}, columns=0)
            return
        for column in new:
            run(self._connection, f"ALTER TABLE {self._table} ADD COLUMN {_quoted(column)}", {}, columns=0)
            self._columns.append(column)


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _held(value: Any) -> Any:  # noqa: ANN401
    return json.dumps(value) if isinstance(value, dict | list) else value


def make_totals(connection: sqlite3.Connection) -> None:
    """Create the table `torii_total`: for each read, Torii's own count of its rows."""
    connection.execute(f"CREATE TEMP TABLE {TOTALS} (read TEXT, total INTEGER)")


def keep_total(connection: sqlite3.Connection, read: str, total: int) -> None:
    """Add what Torii counted for one read to the table `torii_total`."""
    connection.execute(f"INSERT INTO temp.{TOTALS} VALUES (?, ?)", [read, total])  # noqa: S608


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


def tables_of(connection: sqlite3.Connection, query: str, values: Values) -> set[str]:
    """The names of the tables that a query reads; all of them must exist."""
    read: set[str] = set()

    def note(action: int, table: str | None, *_: str | None) -> int:
        read.update([table] if action == sqlite3.SQLITE_READ and table else [])
        return sqlite3.SQLITE_OK

    connection.set_authorizer(note)
    try:
        _fetch(connection, f"EXPLAIN {query}", values)
    finally:
        connection.set_authorizer(None)
    return read


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
