"""JSON Lines that a run writes as it goes: each line is on disk before the next begins, so that it can be resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from promptkit.errors import PromptkitError
from promptkit.files import make_folder, no_link, reason
from promptkit.private import redacted


class Journal:
    """Writes such a file.

    Args:
        path: the file.
        mode: `x` for one that does not exist yet, `a` to go on with one.

    Raises:
        PromptkitError: it exists already, or cannot be written.
    """

    def __init__(self, path: Path, mode: str) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            # Unbuffered, so that what a full disk did not take is not written again on closing.
            self._file = open(path, f"{mode}b", buffering=0, opener=no_link())  # noqa: SIM115  (close does)
        except FileExistsError as error:
            fix = "name another folder, or go on with this run: --resume"
            raise PromptkitError.of("run-exists", f"{path} is already there", fix) from error
        except OSError as error:
            raise _unwritable(path, error) from error

    @classmethod
    def new(cls, path: Path, header: Mapping[str, Any]) -> Journal:
        """Begin a file that is not there yet with its first line; the folder is made if missing."""
        journal = cls(path, "x")
        journal.add(header)
        return journal

    @classmethod
    def resumed(cls, path: Path) -> Journal:
        """Go on with a file. A last line that was not written whole is dropped; what it told of runs again."""
        size = sum(len(line) for line in whole_lines(path))
        journal = cls(path, "a")
        try:
            journal._file.truncate(size)
        except OSError as error:
            raise _unwritable(path, error) from error
        return journal

    def add(self, *lines: Mapping[str, Any]) -> None:
        """Keep what has ended, without the secrets that are known."""
        text = "".join(json.dumps(line, default=str) + "\n" for line in lines)
        left = memoryview(redacted(text).encode())
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Let go of the file; whatever was added is on disk already."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep every other run out of a folder, which is made if missing. A process that dies gives it up.

    Raises:
        PromptkitError: another run writes there now, or nobody can.
    """
    make_folder(folder)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as error:
        fix = "wait until it ends, or name another folder with --out"
        raise PromptkitError.of("run-in-use", f"another run writes to {folder} now", fix) from error


def whole_lines(path: Path) -> Iterator[bytes]:
    """Every line that ends: a run that was killed may have left half of one."""
    try:
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))
    except OSError as error:
        fix = "name the folder of a run, such as runs/20261102T090000Z"
        raise PromptkitError.of("unreadable", f"cannot read it: {error.strerror}", fix, path=str(path)) from error


def _unwritable(path: Path, error: OSError) -> Exception:
    fix = "free space, then go on with --resume; or name another folder"
    return PromptkitError.of("unwritable", f"cannot write {path}: {reason(error)}", fix)
