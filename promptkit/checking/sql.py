"""SQL over tables without rows: the columns of a query, or what is wrong with it and at which character."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from promptkit.answering.query import Values
from promptkit.errors import nearest

# The actions for which SQLite asks permission while it prepares a SELECT.
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# Over tables without rows, only a query that never ends needs this many.
_MAX_INSTRUCTIONS = 1_000_000
_SELECT = re.compile(r"\s*(?:SELECT|WITH|VALUES)\b", re.IGNORECASE)
_STRING_OR_COMMENT = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
# SQLite gives no position, but most of its messages name the word they are about.
_NAMED = re.compile(r'(?:no such (\w+): |near "|unrecognized token: "|ambiguous column name: |function )([^"]+)')


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a text of SQL. `offset` is its place; 0 if SQLite does not say."""

    code: str
    message: str
    fix: str
    offset: int = 0


@contextmanager
def empty_database() -> Iterator[sqlite3.Connection]:
    """A database in memory, ready for tables and for queries to be judged."""
    with closing(sqlite3.connect(":memory:")) as connection:
        # Their first use declares a table, which no query may do while it is judged.
        connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')")
        yield connection


def judge_query(
    connection: sqlite3.Connection, text: str, values: Values, lead: str = ""
) -> tuple[list[str], list[Fault]]:
    """The names of a query's columns, and everything that is wrong with it.

    Args:
        connection: an `empty_database` with the tables, which have no rows.
        text: the query as written.
        values: what `:name` can stand for.
        lead: what goes before the text to make it a query.
    """
    query = _Query(connection, text, lead, _Given(values))
    if not _SELECT.match(lead + query.code):
        return [], [_not_a_select(len(text) - len(text.lstrip()))]
    try:
        columns = query.prepare()
    except sqlite3.Error as error:
        return [], [query.fault(error)]
    return columns, [query.unbound(name) for name in query.given.missing]


class _Given(dict[str, Any]):
    """Values by name. A missing name is NULL, and is remembered."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.missing: list[str] = []

    def __missing__(self, name: str) -> None:
        self.missing.append(name)


@dataclass(frozen=True)
class _Query:
    connection: sqlite3.Connection
    text: str
    lead: str
    given: _Given

    @property
    def code(self) -> str:
        """The text with its strings and comments blanked out."""
        return _STRING_OR_COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), self.text)

    def prepare(self) -> list[str]:
        """The names of its columns. SQLite refuses a query that can do more than read, and stops an endless one."""
        self.connection.set_progress_handler(lambda: 1, _MAX_INSTRUCTIONS)
        self.connection.set_authorizer(_permission)
        try:
            cursor = self.connection.execute(self.lead + self.text, self.given)
            # A query that never ends may still start.
            cursor.fetchall()
            return [column[0] for column in cursor.description]
        finally:
            self.connection.set_authorizer(None)
            self.connection.set_progress_handler(None, 0)

    def fault(self, error: sqlite3.Error) -> Fault:
        """What SQLite says is wrong."""
        message, code = str(error), getattr(error, "sqlite_errorcode", None)
        if code == sqlite3.SQLITE_AUTH:
            return _not_a_select()
        if "one statement at a time" in message:
            return _not_a_select(self.code.find(";"))
        if "has no name" in message:
            return Fault("unbound-parameter", "a parameter has no name", "write a name, such as :today")
        if code == sqlite3.SQLITE_INTERRUPT:
            return Fault("wrong-sql", "it does not end, even over tables without rows", "limit its recursion")
        named = _NAMED.search(message)
        if named is None:
            return Fault("wrong-sql", message, "correct the query")
        kind, word = named[1], named[2].removesuffix("()")
        places = [*_places(self.code, word), *_places(self.text, word), 0]
        at = self._first_unfit(places, len(word), message) if "syntax error" in message else places[0]
        return Fault("wrong-sql", message, self._fix(kind, word), at)

    def unbound(self, name: str) -> Fault:
        """A name that nothing binds."""
        match = re.search(rf"[:@$]{re.escape(name)}(?!\w)", self.code)
        fix = nearest(name, self.given, f"name it under bind, or write one of {', '.join(sorted(self.given))}")
        return Fault("unbound-parameter", f"nothing binds :{name}", fix, match.start() if match else 0)

    def _first_unfit(self, places: list[int], length: int, message: str) -> int:
        """The place where a word breaks the syntax, among all its places."""
        for place in places:
            # The parser stops at the first wrong word, so the text up to that word fails in the same way.
            try:
                self.connection.execute(f"EXPLAIN {self.lead}{self.text[: place + length]}", self.given)
            except sqlite3.Error as error:
                if str(error) == message:
                    return place
        return places[0]

    def _fix(self, kind: str | None, word: str) -> str:
        tables = _tables(self.connection)
        if kind == "table":
            return nearest(word, tables, f"write one of {', '.join(tables)}")
        if kind == "column":
            column = word.rpartition(".")[2]
            known = {name for columns in tables.values() for name in columns} - {column}
            unread = "name it in columns, or in the argument fields, of the read it comes from"
            fix = nearest(column, known, unread)
            return fix if fix == unread else f"{fix}, or correct that name where it is read"
        return "correct the query"


def _permission(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _not_a_select(offset: int = 0) -> Fault:
    return Fault("not-a-select", "this is not a single SELECT", "write one SELECT, and nothing after it", offset)


def _tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    names = connection.execute("SELECT name FROM sqlite_master UNION SELECT name FROM sqlite_temp_master")
    columns = "SELECT name FROM pragma_table_info(?)"
    return {table: [name for (name,) in connection.execute(columns, (table,))] for (table,) in names.fetchall()}


def _places(code: str, word: str) -> Iterator[int]:
    before = r"(?<![\w.])" if re.match(r"\w", word) else ""
    after = r"(?!\w)" if re.search(r"\w\Z", word) else ""
    return (match.start() for match in re.finditer(before + re.escape(word) + after, code))
