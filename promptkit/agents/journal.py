"""JSON Lines that a run writes while it runs: each line is on disk before the next, so that it can be resumed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from promptkit.errors import PromptkitError, UsageError
from promptkit.files import make_folder, no_link, reason
from promptkit.known_secrets import redacted


class Journal:
    """Writes such a file.

    Args:
        path: the file.
        mode: `x` for a new file, `a` to continue one.

    Raises:
        UsageError: it already exists.
        PromptkitError: it cannot be written.
    """

    def __init__(self, path: Path, mode: str) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            # Unbuffered, so that closing does not try again to write what a full disk refused.
            self._file = open(path, f"{mode}b", buffering=0, opener=no_link())  # noqa: SIM115  (close does)
        except FileExistsError as error:
            fix = "name another folder, or continue this run: --resume"
            raise UsageError.of("run-exists", f"{path} already exists", fix) from error
        except OSError as error:
            raise _unwritable(path, error) from error

    @classmethod
    def new(cls, path: Path, header: Mapping[str, Any]) -> Journal:
        """Begin a new file with its first line; the folder is created if missing."""
        journal = cls(path, "x")
        journal.add(header)
        return journal

    @classmethod
    def resumed(cls, path: Path) -> Journal:
        """Continue a file. An incomplete last line is dropped, and its sample runs again."""
        size = sum(len(line) for line in whole_lines(path))
        journal = cls(path, "a")
        try:
            journal._file.truncate(size)
        except OSError as error:
            raise _unwritable(path, error) from error
        return journal

    def add(self, *lines: Mapping[str, Any]) -> None:
        """Write lines to disk, without the secrets that are known."""
        text = "".join(json.dumps(line, default=str) + "\n" for line in lines)
        left = memoryview(redacted(text).encode())
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Close the file; everything that was added is already on disk."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep every other run out of a folder, which is created if missing. A process that dies releases it.

    Raises:
        PromptkitError: another run is writing there, or it cannot be written.
    """
    make_folder(folder)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as error:
        fix = "wait until it ends, or name another folder with --out"
        raise PromptkitError.of("run-in-use", f"another run is writing to {folder}", fix) from error


def whole_lines(path: Path) -> Iterator[bytes]:
    """Every complete line: a run that was killed may have left half of one."""
    try:
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))
    except OSError as error:
        fix = "check the path; a run is named by its folder, such as runs/20261102T090000Z"
        raise PromptkitError.of("unreadable", f"cannot read it: {error.strerror}", fix, path=str(path)) from error


def _unwritable(path: Path, error: OSError) -> Exception:
    fix = "free some space, then continue with --resume; or name another folder"
    return PromptkitError.of("unwritable", f"cannot write {path}: {reason(error)}", fix)
