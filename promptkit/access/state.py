"""What several processes behind one address share: entries in SQLite or PostgreSQL, encrypted and found by digests.

The database holds no name, token or value that can be read without the encryption key. An entry cannot be moved to
another's place either: what is encrypted says whose it is, and until when.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import anyio
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from filelock import FileLock
from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    and_,
    delete,
    func,
    make_url,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ColumnElement

from promptkit.errors import PromptkitError, UsageError
from promptkit.files import make_folder, no_link
from promptkit.known_secrets import remember_secret
from promptkit.text import sanitized

_ENTRIES = Table(
    "promptkit_entries",
    MetaData(),
    Column("kind", String(64), primary_key=True),
    Column("key_digest", String(64), primary_key=True),
    Column("owner_digest", String(64), index=True),
    Column("expires_at", BigInteger, index=True),
    Column("value", LargeBinary, nullable=False),
)
_KEY_CHECK = ("state", "encryption key")
_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
# Any number, as long as it is the same in each process.
_SCHEMA_LOCK = 7_205_759_403
_BUSY_SECONDS = 5
_URL_FIX = "write sqlite:///PATH or postgresql://USER@HOST/NAME"
_KEY_FIX = "start with the keys of before; if they are lost, delete the database, and everyone signs in again"


class SharedState:
    """Entries by kind and key. Nothing is kept in memory, so what one process writes, the next one reads.

    An entry is missing once it has expired, also before `purge` takes it away. Every method raises a `PromptkitError`
    where the database cannot be reached, or where an entry was encrypted with a key that is not at hand.

    Args:
        engine: of the database, with the table in it.
        encryption: the first of its keys encrypts, and all of them decrypt.
    """

    def __init__(self, engine: AsyncEngine, encryption: MultiFernet) -> None:
        self._engine = engine
        self._encryption = encryption

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, encryption_keys: Sequence[bytes]) -> AsyncIterator[SharedState]:
        """The state in a database, whose table is made if it is missing.

        Entries under an earlier key are encrypted anew with the first one, so that a key can be taken away later.

        Args:
            url: sqlite:///PATH or postgresql://USER@HOST/NAME.
            encryption_keys: the newest first.

        Raises:
            UsageError: the URL or a key is not one.
            PromptkitError: the database cannot be opened, or was encrypted with other keys.
        """
        encryption, address = _encryption(encryption_keys), _address(url)
        # The statements are ours and harmless, but what is bound to them is not for a log.
        engine = create_async_engine(address, hide_parameters=True, pool_pre_ping=True)
        try:
            state = cls(engine, encryption)
            await state._make_table()
            await state._check_key()
            await state.purge()
            if len(encryption_keys) > 1:
                await state._encrypt_anew()
            yield state
        finally:
            await engine.dispose()

    async def put(
        self,
        kind: str,
        key: str,
        value: Mapping[str, Any],
        *,
        owner: str | None = None,
        expires_at: int | None = None,
    ) -> None:
        """Keep a JSON object in place of the entry of that kind and key.

        Args:
            kind: what sort of thing it is, in plain words, such as "authorization code".
            key: what it is found by; only its digest is kept.
            value: the entry.
            owner: whose it is, for `delete_owner`. Only a digest is kept, which hides no name that can be guessed.
            expires_at: in seconds since the epoch; None is never.
        """
        async with self._connected() as connection:
            insert = self._insert(kind, key, value, owner, expires_at)
            anew = {name: insert.excluded[name] for name in ("owner_digest", "expires_at", "value")}
            await connection.execute(insert.on_conflict_do_update(index_elements=["kind", "key_digest"], set_=anew))

    async def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """The entry; None if it is missing or has expired."""
        async with self._connected() as connection:
            row = (await connection.execute(select(_ENTRIES).where(_is(kind, key), _is_valid()))).one_or_none()
        return None if row is None else self._read(row)

    async def take(self, kind: str, key: str) -> dict[str, Any] | None:
        """The entry, which is then gone: of all that take it, in whatever process, one gets it and the others None."""
        async with self._connected() as connection:
            taken = delete(_ENTRIES).where(_is(kind, key), _is_valid()).returning(*_ENTRIES.c)
            row = (await connection.execute(taken)).one_or_none()
        return None if row is None else self._read(row)

    async def delete(self, kind: str, key: str) -> None:
        """Delete the entry if it is there."""
        async with self._connected() as connection:
            await connection.execute(delete(_ENTRIES).where(_is(kind, key)))

    async def delete_owner(self, owner: str) -> None:
        """Delete every entry of an owner."""
        async with self._connected() as connection:
            await connection.execute(delete(_ENTRIES).where(_ENTRIES.c.owner_digest == _digest(owner)))

    async def values(self, kind: str) -> list[dict[str, Any]]:
        """Every entry of a kind that has not expired, in no order."""
        async with self._connected() as connection:
            rows = (await connection.execute(select(_ENTRIES).where(_ENTRIES.c.kind == kind, _is_valid()))).all()
        return [self._read(row) for row in rows]

    async def clear(self) -> None:
        """Delete every entry; the state stays usable with the same keys."""
        async with self._connected() as connection:
            await connection.execute(delete(_ENTRIES))
        await self._check_key()

    async def count(self, kind: str, owner: str | None = None) -> int:
        """How many entries of a kind have not expired; those of one owner if one is named."""
        counted = select(func.count()).select_from(_ENTRIES).where(_ENTRIES.c.kind == kind, _is_valid())
        if owner is not None:
            counted = counted.where(_ENTRIES.c.owner_digest == _digest(owner))
        async with self._connected() as connection:
            return int((await connection.execute(counted)).scalar_one())

    async def purge(self) -> None:
        """Delete what has expired."""
        async with self._connected() as connection:
            await connection.execute(delete(_ENTRIES).where(_ENTRIES.c.expires_at <= int(time.time())))

    async def is_reachable(self) -> bool:
        """Whether entries can be read here."""
        try:
            return await self.get(*_KEY_CHECK) is not None
        except PromptkitError:
            return False

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end."""
        try:
            # A caller that leaves would otherwise take the connection with it, half-way through what it does.
            with anyio.fail_after(_BUSY_SECONDS, shield=True):
                async with self._engine.begin() as connection:
                    yield connection
        except (SQLAlchemyError, OSError) as error:
            raise _unreachable(error) from error

    async def _make_table(self) -> None:
        async with self._connected() as connection:
            if connection.dialect.name == "postgresql":
                # Of two processes that start at once, both would find it missing.
                await connection.execute(select(func.pg_advisory_xact_lock(_SCHEMA_LOCK)))
            await connection.execute(CreateTable(_ENTRIES, if_not_exists=True))
            for index in sorted(_ENTRIES.indexes, key=lambda index: str(index.name)):
                await connection.execute(CreateIndex(index, if_not_exists=True))

    async def _check_key(self) -> None:
        """One entry tells at the start, and not at the first sign-in, that the keys are others."""
        async with self._connected() as connection:
            await connection.execute(self._insert(*_KEY_CHECK, {}, None, None).on_conflict_do_nothing())
        await self.get(*_KEY_CHECK)

    async def _encrypt_anew(self) -> None:
        async with self._connected() as connection:
            rows = (await connection.execute(select(_ENTRIES))).all()
        for row in rows:
            # What no key decrypts is left for whoever asks for it to be refused in words.
            with suppress(InvalidToken):
                await self._replace(row, self._encryption.rotate(row.value))

    async def _replace(self, row: Row[Any], value: bytes) -> None:
        # Whatever was put there in the meantime is newer, and another process may be doing this too.
        is_same = and_(
            _ENTRIES.c.kind == row.kind, _ENTRIES.c.key_digest == row.key_digest, _ENTRIES.c.value == row.value
        )
        async with self._connected() as connection:
            await connection.execute(update(_ENTRIES).where(is_same).values(value=value))

    def _insert(
        self, kind: str, key: str, value: Mapping[str, Any], owner: str | None, expires_at: int | None
    ) -> sqlite.Insert | postgresql.Insert:
        place = [kind, _digest(key), None if owner is None else _digest(owner), expires_at]
        encrypted = self._encryption.encrypt(json.dumps([place, value], separators=(",", ":")).encode())
        is_sqlite = self._engine.dialect.name == "sqlite"
        insert = sqlite.insert(_ENTRIES) if is_sqlite else postgresql.insert(_ENTRIES)
        return insert.values([*place, encrypted])

    def _read(self, row: Row[Any]) -> dict[str, Any]:
        try:
            place, value = json.loads(self._encryption.decrypt(row.value))
        except InvalidToken as error:
            message = f"what is kept as {row.kind} was encrypted with another key, or was changed"
            raise PromptkitError.of("state-key", message, _KEY_FIX) from error
        if place != [row.kind, row.key_digest, row.owner_digest, row.expires_at]:
            message = f"what is kept as {row.kind} belongs elsewhere: somebody has changed the database"
            raise PromptkitError.of("state-key", message, "find out who can write to it, and restore a backup")
        return dict(value)


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _is(kind: str, key: str) -> ColumnElement[bool]:
    return and_(_ENTRIES.c.kind == kind, _ENTRIES.c.key_digest == _digest(key))


def _is_valid() -> ColumnElement[bool]:
    return or_(_ENTRIES.c.expires_at.is_(None), _ENTRIES.c.expires_at > int(time.time()))


def _encryption(keys: Sequence[bytes]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        message = "an encryption key is 32 bytes in URL-safe Base64, and at least one is needed"
        fix = "correct it, or take it and the database away: promptkit makes new ones, and everyone signs in again"
        raise UsageError.of("encryption-key", message, fix) from error


def _address(url: str) -> URL:
    """The URL with the driver that we use; a file of SQLite is made ready.

    Raises:
        UsageError: it names neither database.
        PromptkitError: the file cannot be made.
    """
    try:
        address = make_url(url)
        driver = _DRIVERS[address.drivername]
    except (ArgumentError, KeyError) as error:
        raise UsageError.of("state-url", "the state is kept in no such place", _URL_FIX) from error
    remember_secret(address.password, is_lasting=True)
    if address.drivername == "sqlite":
        if not address.database or address.database == ":memory:":
            raise UsageError.of("state-url", "the URL of the state names no file", _URL_FIX)
        _make_ready(Path(address.database))
    return address.set(drivername=driver)


def _make_ready(path: Path) -> None:
    """Make the file unless it is there; only its owner may read it, and reading does not wait for writing."""
    make_folder(path.parent, 0o700)
    try:
        # Two processes that start at once would each find the other in the way.
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=_BUSY_SECONDS):
            with open(path, "ab", opener=no_link(0o600)) as file:
                if sys.platform != "win32":
                    os.fchmod(file.fileno(), 0o600)
            with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as database:
                database.execute("pragma journal_mode=wal")
    except (OSError, sqlite3.Error) as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> PromptkitError:
    why = getattr(error, "orig", None) or str(error) or "it takes too long"
    message = f"the state cannot be reached: {sanitized(' '.join(str(why).split()), 200)}"
    return PromptkitError.of("state-unreachable", message, "check that the database runs, and the rights of its user")
