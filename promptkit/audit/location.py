"""Where a call stands, written so that a person can open it: a line, or the place in the one JSON value of a file."""

from __future__ import annotations

import re

from promptkit.text import sanitized

_LINE = re.compile(r"line (\d{1,9})(.*)", re.DOTALL)
_MAX_PATH = 500
_MAX_POINTER = 200


def line_of(location: str) -> int | None:
    """The line that a location is in; None in a file that is not read by lines."""
    line = _LINE.match(location)
    return int(line[1]) if line else None


def place_of(path: str, location: str) -> str:
    """A place as editors open it, `PATH:LINE`, and then the JSON pointer into that line, or into the file."""
    shown = sanitized(path, _MAX_PATH)
    line = _LINE.match(location)
    at, pointer = (f"{shown}:{line[1]}", line[2]) if line else (shown, location)
    return f"{at} {sanitized(pointer, _MAX_POINTER)}" if pointer else at
