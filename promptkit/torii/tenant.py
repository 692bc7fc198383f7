"""The tenant of the local Torii: built from a seed, opened from a file, summed up in a digest."""

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable
from datetime import date
from importlib.resources import files
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from promptkit.errors import PromptkitError
from promptkit.text import sanitized
from promptkit.torii.generate import apps, audit, contracts, fields, people, spend, usage, workflows
from promptkit.torii.generate import products as catalogue
from promptkit.torii.generate.draw import RATES_PERMILLE, Calendar, Draw
from promptkit.torii.generate.hostile import place_texts
from promptkit.torii.generate.outline import Plan, Rows
from promptkit.torii.generate.size import COUNTS, Size

DEFAULT_AS_OF = date(2026, 11, 2)
"""A Monday. The tenant's clock stands at 09:00 UTC of its `as_of`."""

SCHEMA_VERSION = "1"
_APPLICATION_ID = 0x746F7269  # "tori" in the header of the file: what open_tenant knows our files by
_BUILD = "build one with `promptkit torii`, or give the path of a tenant"


def build_tenant(
    path: Path | None, *, size: Size = "small", seed: int = 1, as_of: date = DEFAULT_AS_OF, hostile: bool = False
) -> sqlite3.Connection:
    """Make a new tenant; the same `size`, `seed`, `as_of` and `hostile` give the same rows.

    Args:
        path: a file that does not exist yet, written beside and renamed when whole; None keeps the tenant in memory.
        size: small, medium or large; see `generate/size.py` for what that is in rows.
        seed: any whole number.
        as_of: the day that all dates are counted from.
        hostile: put the texts of `hostile.yaml` into names and descriptions.

    Returns:
        The open tenant, as from `open_tenant`.

    Raises:
        PromptkitError: `path` exists already, its folder does not, or `as_of` is not from 2000 to 2099.
    """
    if not 2000 <= as_of.year <= 2099:
        raise PromptkitError.of("as-of", f"{as_of} is too far from today", "take a day from 2000 to 2099")
    if path is None:
        return _opened(_filled(":memory:", size, seed, as_of, hostile))
    _require_free(path)
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        beside = Path(folder, path.name)
        _filled(str(beside), size, seed, as_of, hostile).close()
        _flush(beside)
        _require_free(path)
        beside.rename(path)
    return open_tenant(path)


def open_tenant(path: Path) -> sqlite3.Connection:
    """Open a tenant that `build_tenant` wrote: with a write-ahead log, and foreign keys checked.

    The connection may be handed from one thread to another, but used by one at a time.

    Raises:
        PromptkitError: the file is missing, or is not a tenant of this version.
    """
    if not path.is_file():
        raise PromptkitError.of("no-tenant", "there is no such file", _BUILD, path=str(path))
    connection = _connect(str(path))
    try:
        _require_ours(connection, path)
    except BaseException:
        connection.close()
        raise
    return _opened(connection)


def tenant_digest(connection: sqlite3.Connection) -> str:
    """SHA-256, in hexadecimal, of every row of every table: any change of what the tenant holds changes it."""
    digest = hashlib.sha256()
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    cursor = connection.cursor()
    cursor.row_factory = None
    for (table,) in cursor.execute(tables).fetchall():
        digest.update(f"\n{table}\n".encode())
        # The first two columns are each table's key, or begin with it.
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2')  # noqa: S608  (a name from the schema)
        while some := cursor.fetchmany(1000):
            digest.update(repr(some).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, check_same_thread=False)


def _opened(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _require_free(path: Path) -> None:
    if not path.parent.is_dir():
        raise PromptkitError.of(
            "no-folder", f"there is no folder {sanitized(path.parent)}", "make it first", path=str(path)
        )
    # A log that an earlier file left behind would be played into the new one.
    for taken in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")):
        if os.path.lexists(taken):
            raise PromptkitError.of(
                "tenant-exists", "the file exists already", "open it, or remove it first", path=str(taken)
            )


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    try:
        if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION_ID,):
            raise PromptkitError.of("not-a-tenant", "the local Torii did not write this file", _BUILD, path=str(path))
        found = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    except sqlite3.DatabaseError as error:
        raise PromptkitError.of(
            "not-a-tenant", f"SQLite cannot read it: {sanitized(error)}", _BUILD, path=str(path)
        ) from error
    if found != (SCHEMA_VERSION,):
        message = f"its schema version is {sanitized(found)}, this program's is {SCHEMA_VERSION}"
        raise PromptkitError.of("old-tenant", message, "remove it and build it again", path=str(path))


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _filled(name: str, size: Size, seed: int, as_of: date, hostile: bool) -> sqlite3.Connection:
    """A new database with every row in it; one transaction, indexes last, and no log before it is whole."""
    connection = _connect(name)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        _run(connection, "schema.sql")
        _insert_fixed(
            connection, {"as_of": f"{as_of}T09:00:00.000Z", "seed": seed, "size": size, "hostile": int(hostile)}
        )
        _insert_drawn(connection, seed, Plan(Calendar(as_of), COUNTS[size], catalogue.products()))
        connection.commit()
        _run(connection, "derive.sql")
        _run(connection, "indexes.sql")
        if hostile:
            place_texts(connection)
            connection.commit()
        connection.executescript(f"PRAGMA application_id = {_APPLICATION_ID}; ANALYZE")
        # Memory keeps the first, so that it can be rolled back; a file takes the second.
        connection.executescript("PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _insert_fixed(connection: sqlite3.Connection, meta: dict[str, object]) -> None:
    """Insert what no chance is needed for."""
    values = meta | {"schema_version": SCHEMA_VERSION}
    _insert(connection, "meta", ({"key": key, "value": str(value)} for key, value in values.items()))
    org = {"id": 1, "companyName": "Acme", "domain": "acme.example", "creationTime": "2019-01-09T10:00:00.000Z"}
    _insert(connection, "org", [org | {"displayCurrency": "USD"}])
    rates = ({"currency": name, "toDisplay": rate / 1000} for name, rate in RATES_PERMILLE.items())
    _insert(connection, "exchange_rates", rates)


def _insert_drawn(connection: sqlite3.Connection, seed: int, plan: Plan) -> None:
    """Insert the drawn rows; each table has chance of its own, and rests on the tables before it."""
    parts: list[tuple[str, Callable[[Draw, Plan], Rows]]] = [
        ("products", catalogue.product_rows),
        ("fields", fields.field_rows),
        ("roles", people.role_rows),
        ("users", people.user_rows),
        ("apps", apps.app_rows),
        ("app_owners", apps.owner_rows),
        ("app_users", usage.app_user_rows),
        ("licenses", usage.license_rows),
        ("contracts", contracts.contract_rows),
        ("transactions", spend.transaction_rows),
        ("workflows", workflows.workflow_rows),
        ("action_executions", workflows.execution_rows),
        ("audit", audit.audit_rows),
    ]
    for table, rows in parts:
        _insert(connection, table, rows(Draw(seed, table), plan))


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    remaining = iter(rows)
    first = next(remaining)
    columns, values = ", ".join(first), ", ".join(f":{column}" for column in first)
    statement = f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608  (our own names)
    connection.executemany(statement, chain([first], remaining))


def _run(connection: sqlite3.Connection, script: str) -> None:
    connection.executescript(files("promptkit.torii").joinpath(script).read_text("utf-8"))
