"""The guard's audit log: a JSON object a line, in the shape of the gate's own log, which `promptkit audit` reads."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from promptkit.errors import problem

MAX_LINE_BYTES = 64 * 1024
_TOO_LARGE = {"left out": "the arguments are too large to keep"}


class AuditLog:
    """Appends lines; each is with the operating system before the next message is sent.

    The file is opened for each line, so that it can be moved away while the guard runs. Only its owner can read it.

    Args:
        path: made if it is missing, and never shortened.

    Raises:
        PromptkitError: it cannot be written to; without a log nothing is forwarded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._append(b"")
        except OSError as error:
            message = f"cannot write the audit log: {error.strerror}"
            raise problem("unwritable", message, "give another file with --log", path=str(path)) from error

    def __call__(self, line: Mapping[str, Any]) -> None:
        """Append a line.

        Raises:
            OSError: it could not be written whole.
        """
        timed = {"time": datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds"), **line}
        text = json.dumps(timed)
        if len(text) > MAX_LINE_BYTES:
            text = json.dumps({**timed, "arguments": _TOO_LARGE})
        self._append(text.encode() + b"\n")

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(descriptor, line) != len(line):
                raise OSError("the line was cut off; is the disk full?")
        finally:
            os.close(descriptor)
