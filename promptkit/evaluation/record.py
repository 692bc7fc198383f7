"""The run record: JSON Lines, a header and then one line for each finished sample, on disk before the next starts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from promptkit.errors import problem

FILE_NAME = "run.jsonl"


class RunRecord:
    """Writes one record into a folder that does not hold one yet.

    Args:
        folder: made if missing.
        header: what the run is about: versions, digests, model, server.

    Raises:
        PromptkitError: the folder already holds a record, or cannot be written.
    """

    def __init__(self, folder: Path, header: dict[str, Any]) -> None:
        self.path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError as error:
            raise problem("run-exists", f"{self.path} is already there", "name another folder with --out") from error
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self._write({"kind": "run", **header})

    def add(self, sample: dict[str, Any]) -> None:
        """Keep one finished sample."""
        self._write({"kind": "sample", **sample})

    def _write(self, line: dict[str, Any]) -> None:
        try:
            self._file.write(json.dumps(line, default=str) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _unwritable(path: Path, error: OSError) -> Exception:
    return problem(
        "unwritable", f"cannot write {path}: {error.strerror}", "free space, or name another folder with --out"
    )
