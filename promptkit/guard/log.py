"""The guard's audit log: a JSON object a line, in the shape of the gate's own log, which `promptkit audit` reads.

`previous` is the SHA-256 of the line before, without its line end; empty in the first line of a file. So a line that
is changed, added or taken out leaves a break. What is cut off at the end leaves none; and the chain holds no secret, so
whoever can write the file can chain it anew.
"""

from __future__ import annotations

import datetime
import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import portalocker

from promptkit.errors import PromptkitError
from promptkit.files import make_folder, no_link, reason
from promptkit.private import without_private

MAX_LINE_BYTES = 64 * 1024
_TOO_LARGE = {"left out": "the arguments are too large to keep"}
# Python's own parser takes NaN and 1e999, and writes what no strict reader takes.
_NO_JSON = {"left out": "the arguments hold a number that JSON cannot carry"}
# Longer than any valid tool name, so a truncated one is never valid.
_MAX_NAME = 200


class AuditLog:
    """Appends lines; each is with the operating system before the next message is sent.

    The file is opened for each line, so that it can be moved away while the guard runs, and several guards may share
    it. Only its owner can read it. E-mail addresses and secrets never get in.

    Args:
        path: made if it is missing, and never shortened.

    Raises:
        PromptkitError: it cannot be written to; without a log nothing is forwarded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # The digest of the line that we wrote last, and the file with the size that it had then.
        self._last = ""
        self._written = (0, 0, 0)
        make_folder(path.parent)
        with _explained(path):
            self._open().close()

    def __call__(self, line: Mapping[str, Any]) -> None:
        """Append a line.

        Raises:
            PromptkitError: it could not be written whole.
        """
        entry = {"time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"), **_kept(line)}
        with _explained(self._path), self._open() as file:
            # Until it is closed. filelock, which keeps sign-ins, takes ten times as long, and calls wait for this.
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE)
            about = os.fstat(file.fileno())
            is_ours = self._written == (about.st_dev, about.st_ino, about.st_size)
            previous, end = (self._last, b"") if is_ours else _last_line(file)
            text = json.dumps({**entry, "previous": previous}).encode()
            whole = end + text + b"\n"
            if file.write(whole) != len(whole):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._last = hashlib.sha256(text).hexdigest()
        self._written = (about.st_dev, about.st_ino, about.st_size + len(whole))

    def _open(self) -> IO[bytes]:
        return open(self._path, "ab+", buffering=0, opener=no_link(0o600))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, portalocker.LockException) as error:
        why = reason(error) if isinstance(error, OSError) else type(error).__name__
        message = f"cannot write the audit log: {why}"
        raise PromptkitError.of("unwritable", message, "give another file with --log", path=str(path)) from error


def _kept(line: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a line: not much more than `MAX_LINE_BYTES`, and nothing private."""
    entry = dict(line)
    if isinstance(entry.get("tool"), str):
        entry["tool"] = entry["tool"][:_MAX_NAME]
    try:
        if len(json.dumps(entry, allow_nan=False)) > MAX_LINE_BYTES:
            entry["arguments"] = _TOO_LARGE
    except ValueError:
        entry["arguments"] = _NO_JSON
    kept: dict[str, Any] = without_private(entry)
    return kept


def _last_line(file: IO[bytes]) -> tuple[str, bytes]:
    """The digest of the last line of a file, and the line end that is missing after it when a writer died over it."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 2 * MAX_LINE_BYTES))
    tail = file.read()
    last = tail.removesuffix(b"\n").rpartition(b"\n")[2]
    return hashlib.sha256(last).hexdigest() if tail else "", b"" if tail.endswith(b"\n") or not tail else b"\n"
