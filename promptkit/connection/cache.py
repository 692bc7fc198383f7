"""Reads that are kept for ten minutes in a file of their owner's, so that the next view need not make them again."""

from __future__ import annotations

import errno
import hmac
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import typer

from promptkit.connection.session import Outcome, Session, SessionAround
from promptkit.errors import PromptkitError
from promptkit.files import make_folder, no_link, reason
from promptkit.model import ToolCall
from promptkit.policy.decision import definition_digest
from promptkit.transcript import CallState

KEPT_SECONDS = 600
MAX_BYTES = 256 * 1024 * 1024
BUSY_SECONDS = 2.0
_VERSION = 1
_TABLES = """
CREATE TABLE secret (key BLOB NOT NULL);
CREATE TABLE reads (key TEXT PRIMARY KEY, server TEXT NOT NULL, read_at REAL NOT NULL, answer BLOB NOT NULL);
CREATE INDEX reads_by_time ON reads (read_at);
"""
_OLDEST = """
DELETE FROM reads WHERE key IN (
    SELECT key FROM (SELECT key, sum(length(answer)) OVER (ORDER BY read_at DESC, key) AS size FROM reads)
    WHERE size > ?
)
"""
# What may be over in a moment. Any other error is one of the file itself.
_NOT_NOW = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


@dataclass(frozen=True)
class KeptRead:
    """What one read returned, and when, in seconds since the epoch."""

    read_at: float
    text: str
    data: dict[str, Any]


class ReadCache:
    """The reads of the last ten minutes, of all programs of one person.

    A file that is broken, or from another version, is made anew; one that cannot be used at the moment holds nothing.

    Args:
        path: the file, in a folder that is there.
        max_bytes: how large it may grow; then the oldest reads go.
        busy_seconds: how long to wait for another program that uses it.

    Raises:
        OSError: it cannot be made, or is a link.
        sqlite3.Error: it cannot be used at the moment.
    """

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._max_bytes = max_bytes
        try:
            self._database, self._secret = _opened(path, busy_seconds)
        except sqlite3.Error as error:
            if not _is_broken(error):
                raise
            self._database, self._secret = _made_anew(path, busy_seconds)

    def key(self, parts: Sequence[str]) -> str:
        """The key of a read that these texts tell from all others. None of them can be found out from it."""
        return hmac.digest(self._secret, json.dumps(parts).encode(), "sha256").hex()

    def find(self, key: str, now: float) -> KeptRead | None:
        """What was read under a key in the ten minutes before `now`; None if nothing was."""
        found = self._run(
            "SELECT read_at, answer FROM reads WHERE key = ? AND read_at > ? AND read_at <= ?",
            key,
            now - KEPT_SECONDS,
            now,
        )
        try:
            return KeptRead(found[0][0], **json.loads(found[0][1])) if found else None
        except (ValueError, TypeError):
            return None  # Something else wrote it.

    def keep(self, key: str, server: str, read: KeptRead) -> None:
        """Keep what was read, and delete what is too old or too much."""
        answer = json.dumps({"text": read.text, "data": read.data}).encode()
        self._run("DELETE FROM reads WHERE read_at <= ? OR read_at > ?", read.read_at - KEPT_SECONDS, read.read_at)
        self._run("INSERT OR REPLACE INTO reads VALUES (?, ?, ?, ?)", key, server, read.read_at, answer)
        size = self._run("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        if size and size[0][0] > self._max_bytes:
            # Some room, so that not every read has to make its own.
            self._run(_OLDEST, self._max_bytes * 3 // 4)

    def forget(self, server: str) -> None:
        """Delete what was read from a server, whoever read it."""
        self._run("DELETE FROM reads WHERE server = ?", server)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _run(self, statement: str, *values: object) -> list[Any]:
        """The rows of a statement; none if the file is broken, which is then made anew, or cannot be used now."""
        try:
            return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            if _is_broken(error):
                with suppress(OSError, sqlite3.Error):
                    made = _made_anew(self._path, self._busy_seconds)
                    self._database.close()
                    self._database, self._secret = made
            return []


def _made_anew(path: Path, busy_seconds: float) -> tuple[sqlite3.Connection, bytes]:
    for one in (path, path.with_name(f"{path.name}-journal")):
        one.unlink(missing_ok=True)
    return _opened(path, busy_seconds)


def _is_broken(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF not in _NOT_NOW


def _opened(path: Path, busy_seconds: float) -> tuple[sqlite3.Connection, bytes]:
    """The database in a file, and its secret; a new file is filled.

    Raises:
        OSError: the file cannot be made, or is a link.
        sqlite3.Error: it cannot be used at the moment, is broken, or is from another version.
    """
    with open(path, "ab", opener=no_link(0o600)) as file:
        if sys.platform != "win32":
            os.fchmod(file.fileno(), 0o600)
    database = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        # What is deleted is overwritten and the file cut short; what a power cut breaks is made anew.
        database.executescript("PRAGMA auto_vacuum = FULL; PRAGMA secure_delete = ON; PRAGMA synchronous = OFF;")
        with database:
            database.execute("BEGIN IMMEDIATE")
            if not database.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in _TABLES.split(";"):
                    database.execute(statement)
                database.execute("INSERT INTO secret VALUES (?)", (os.urandom(32),))
                database.execute(f"PRAGMA user_version = {_VERSION}")
            if database.execute("PRAGMA user_version").fetchone() != (_VERSION,):
                raise sqlite3.DatabaseError("another version")
            (secret,) = database.execute("SELECT key FROM secret").fetchone()
    except BaseException:
        database.close()
        raise
    return database, secret


class CachedSession(SessionAround):
    """A session that answers an allowed read from the cache where it can. Each call is decided first, like any other.

    Only what a read returned without failure is kept. It is found again only by the same person, at the same server,
    with the same tool as it was reviewed and the same arguments.

    Args:
        inner: the session around which it is.
        cache: where reads are kept.
        server: its address.
        reader: what tells one person who reads from another; it is not kept.
        clock: the seconds since the epoch.
    """

    def __init__(
        self,
        inner: Session,
        cache: ReadCache,
        server: str,
        reader: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(inner)
        self._cache = cache
        self._server = server
        self._reader = reader
        self._clock = clock
        # A call passes only while its tool is as reviewed, so these are the reviewed definitions.
        self._definitions = {str(tool.get("name")): definition_digest(tool) for tool in inner.tools}
        self._under_way: dict[str, anyio.Event] = {}

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed, or give what it returned a short time ago.

        Of several calls that are the same, the first one reads, and the others wait for it.
        """
        decision = self.decide(call)
        if not decision.allowed:
            return await self._inner.call(call)
        key = self._key(call)
        while key in self._under_way:
            await self._under_way[key].wait()
        now = self._clock()
        if kept := self._cache.find(key, now):
            return Outcome(decision, CallState.EXECUTED, kept.text, kept.data, age_seconds=now - kept.read_at)
        return await self._read(call, key)

    def _key(self, call: ToolCall) -> str:
        arguments = json.dumps(call.arguments or {}, sort_keys=True)
        return self._cache.key([self._server, self._reader, call.name, arguments, self._definitions[call.name]])

    async def _read(self, call: ToolCall, key: str) -> Outcome:
        self._under_way[key] = anyio.Event()
        try:
            outcome = await self._inner.call(call)
            if outcome.state is CallState.EXECUTED and outcome.data is not None:
                self._cache.keep(key, self._server, KeptRead(self._clock(), outcome.text, outcome.data))
            return outcome
        finally:
            self._under_way.pop(key).set()


def open_cache() -> ReadCache | None:
    """The cache of the person who runs the program; None where nothing can be kept at the moment.

    Raises:
        PromptkitError: a link is in its place.
    """
    path = _path()
    try:
        make_folder(path.parent, 0o700)
        return ReadCache(path)
    except OSError as error:
        if error.errno != errno.ELOOP:
            return None
        message = f"reads cannot be kept here: {reason(error)}"
        raise PromptkitError.of("unwritable", message, "delete it, or give --no-cache", path=str(path)) from error
    except (PromptkitError, sqlite3.Error):
        return None  # Whoever cannot keep reads makes them all.


def forget_reads(server: str) -> None:
    """Delete what is kept of a server, whoever read it.

    Raises:
        PromptkitError: a link is in place of the cache.
    """
    cache = open_cache() if _path().exists() else None
    if cache:
        with closing(cache):
            cache.forget(server)


def _path() -> Path:
    return Path(typer.get_app_dir("promptkit"), "cache", "reads.db")
