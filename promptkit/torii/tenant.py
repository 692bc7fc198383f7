"""The local Torii's tenant: built from a seed, opened from a file, summed up in a digest."""

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
_APPLICATION_ID = 0x746F7269  # "tori" in the file's header, by which open_tenant recognises our files
_BUILD = "build one with `promptkit torii`, or give the path of a tenant"


def build_tenant(
    path: Path | None, *, size: Size = "small", seed: int = 1, as_of: date = DEFAULT_AS_OF, hostile: bool = False
) -> sqlite3.Connection:
    """Create a tenant; the same `size`, `seed`, `as_of` and `hostile` give the same rows.

    Args:
        path: a new file, built next to its final path and renamed when complete; None keeps the tenant in memory.
        size: small, medium or large; `generate/size.py` has the numbers of rows.
        seed: any whole number.
        as_of: the day from which all dates are counted.
        hostile: put the texts of `hostile.yaml` into names and descriptions.

    Returns:
        The open tenant, as from `open_tenant`.

    Raises:
        PromptkitError: `path` already exists, its folder does not, or `as_of` is not from 2000 to 2099.
    """
    if not 2000 <= as_of.year <= 2099:
        raise PromptkitError.of("as-of", f"{as_of} is too far from today", "choose a day from 2000 to 2099")
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

    The connection may be passed from one thread to another, but only one may use it at a time.

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
    """SHA-256, in hexadecimal, of every row of every table: any change in the tenant's data changes it."""
    digest = hashlib.sha256()
    tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    cursor = connection.cursor()
    cursor.row_factory = None
    for (table,) in cursor.execute(tables).fetchall():
        digest.update(f"\n{table}\n".encode())
        # In every table, the first two columns are the key or begin with it.
        cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2')  # noqa: S608  (a name from the schema)
        while rows := cursor.fetchmany(1000):
            digest.update(repr(rows).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def _connect(name: str) -> sqlite3.Connection:
    return sqlite3.connect(name, check_same_thread=False)


def _opened(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _require_free(path: Path) -> None:
    if not path.parent.is_dir():
        raise PromptkitError.of(
            "no-folder", f"there is no folder {sanitized(path.parent)}", "create it first", path=str(path)
        )
    # A log that an earlier file left behind would be applied to the new one.
    for taken in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")):
        if os.path.lexists(taken):
            raise PromptkitError.of(
                "tenant-exists", "the file already exists", "open it, or remove it first", path=str(taken)
            )


def _require_ours(connection: sqlite3.Connection, path: Path) -> None:
    try:
        if connection.execute("PRAGMA application_id").fetchone() != (_APPLICATION_ID,):
            raise PromptkitError.of("not-a-tenant", "the local Torii did not write this file", _BUILD, path=str(path))
        version = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()
    except sqlite3.DatabaseError as error:
        raise PromptkitError.of(
            "not-a-tenant", f"SQLite cannot read it: {sanitized(error)}", _BUILD, path=str(path)
        ) from error
    if version != (SCHEMA_VERSION,):
        message = f"its schema version is {sanitized(version)}, this program's is {SCHEMA_VERSION}"
        raise PromptkitError.of("old-tenant", message, "remove it and build it again", path=str(path))


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _filled(name: str, size: Size, seed: int, as_of: date, hostile: bool) -> sqlite3.Connection:
    """A new database with every row: one transaction, indexes last, and no log before it is complete."""
    connection = _connect(name)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")
        _run(connection, "schema.sql")
        _insert_fixed(
            connection, {"as_of": f"{as_of}T09:00:00.000Z", "seed": seed, "size": size, "hostile": int(hostile)}
        )
        _insert_drawn(connection, seed, Plan(Calendar(as_of), COUNTS[size], catalogue.products()))
        connection.commit()
        _run(connection, "edges.sql")
        _run(connection, "derive.sql")
        _run(connection, "indexes.sql")
        if hostile:
            place_texts(connection)
            connection.commit()
        connection.executescript(f"PRAGMA application_id = {_APPLICATION_ID}; ANALYZE")
        # A database in memory keeps the first, so that it can be rolled back; a file uses the second.
        connection.executescript("PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _insert_fixed(connection: sqlite3.Connection, meta: dict[str, object]) -> None:
    """Insert the rows that are not random."""
    values = meta | {"schema_version": SCHEMA_VERSION}
    _insert(connection, "meta", ({"key": key, "value": str(value)} for key, value in values.items()))
    org = {"id": 1, "companyName": "Acme", "domain": "acme.example", "creationTime": "2019-01-09T10:00:00.000Z"}
    _insert(connection, "org", [org | {"displayCurrency": "USD"}])
    rates = ({"currency": name, "toDisplay": rate / 1000} for name, rate in RATES_PERMILLE.items())
    _insert(connection, "exchange_rates", rates)


def _insert_drawn(connection: sqlite3.Connection, seed: int, plan: Plan) -> None:
    """Insert the random rows. Each table has its own source of chance, and depends on the tables before it."""
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


def make_empty_tables(connection: sqlite3.Connection) -> None:
    """The tables of a tenant, without rows."""
    _run(connection, "schema.sql")


def _run(connection: sqlite3.Connection, script: str) -> None:
    connection.executescript(files("promptkit.torii").joinpath(script).read_text("utf-8"))
