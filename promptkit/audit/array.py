"""The elements of one large JSON array, one at a time: an export is one array of every conversation there ever was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, BinaryIO, NamedTuple

from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from promptkit.audit.strict import MAX_RECORD_BYTES

CHUNK_BYTES = 1024 * 1024
# What stands between two elements, up to the end of the first key.
_MAX_BORDER = 200
_BORDER_TRIES = 10
_SPACE = re.compile(rb"[ \t\n\r]*")
# Reads one value without building it. Where it says that something comes after the value, the value has ended. That
# message of msgspec is our only way to the length: test_elements_are_found_wherever_the_window_ends fails where it
# changes.
_skip = Decoder(Raw).decode
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_BROKEN = re.compile(r"\(byte (\d+)\)")
_TOO_LARGE = f"it is larger than {MAX_RECORD_BYTES // 1024 // 1024} MiB; the rest was not read"


class Element(NamedTuple):
    """One element: its JSON text and what `quick` made of it; or why it cannot be read, which ends the array."""

    text: bytes
    value: Any = None
    problem: str = ""


class _Window:
    """The part of a file that is in memory: `text` from `at` on is still to be read."""

    def __init__(self, stream: BinaryIO, chunk_bytes: int) -> None:
        self._stream = stream
        self._chunk_bytes = chunk_bytes
        self.text = stream.read(chunk_bytes).removeprefix(b"\xef\xbb\xbf")
        self.at = 0
        self.is_last = False
        # Where the border was found from `at` on; None where nobody has looked, -1 where it is not in memory.
        self._border: int | None = None

    def more(self) -> None:
        """Double what is still to be read."""
        left = self.text[self.at :]
        chunk = self._stream.read(max(self._chunk_bytes, len(left)))
        self.is_last = not chunk
        self.text = left + chunk
        self.at = 0
        self._border = None

    def next(self) -> bytes:
        """The next byte that is not space, empty at the end."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text) or self.is_last:
                return self.text[self.at : self.at + 1]
            self.more()

    def find(self, border: bytes) -> int:
        """Where the one border of this file stands next; what was looked through once is not looked through again."""
        if self._border is None or -1 < self._border < self.at:
            self._border = self.text.find(border, self.at)
        return self._border

    def take(self, end: int) -> bytes:
        """The text up to `end`, which is then read."""
        taken = self.text[self.at : end]
        self.at = end
        return taken


def array_elements(
    stream: BinaryIO,
    quick: Callable[[int, bytes | memoryview], Any] = lambda index, text: None,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Element]:
    """The elements in order, each a JSON text that may still hold what is not allowed, such as a key twice.

    Args:
        stream: the file from its start, where the array begins.
        quick: makes a value of the number of an element and its text; None if the text is not JSON or not such a value.
        chunk_bytes: the least that is read at once.
    """
    window = _Window(stream, chunk_bytes)
    window.next()
    window.at += 1
    delimiter = b"," if window.next() != b"]" else b""
    index, border = 0, b""
    while delimiter == b",":
        element = _guessed(window, border, partial(quick, index)) or _element(window, partial(quick, index))
        yield element
        if element.problem:
            return
        end = window.at
        delimiter = window.next()
        window.at += 1
        if delimiter not in {b",", b"]"}:
            yield _broken("the array is broken here" if delimiter else "the array is cut off here")
            return
        window.next()
        index += 1
        if not border and index < _BORDER_TRIES:
            border = window.text[end : window.text.find(b":", window.at, window.at + _MAX_BORDER) + 1]
    if not delimiter:
        window.at += 1
    if window.next():
        yield _broken("there is something after the end of the array")


def _broken(problem: str) -> Element:
    return Element(b"", problem=problem)


def _guessed(window: _Window, border: bytes, quick: Callable[[bytes | memoryview], Any]) -> Element | None:
    """The next element, if it ends where the text goes on as it did after the first one.

    A guess is proved by reading: no JSON value is the front of another one, save for numbers.
    """
    end = window.find(border) if border else -1
    # Not a copy: the border may be far away, after many elements that end otherwise.
    value = quick(memoryview(window.text)[window.at : end]) if end > 0 else None
    return None if value is None else Element(window.take(end), value)


def _element(window: _Window, quick: Callable[[bytes | memoryview], Any]) -> Element:
    while True:
        left = len(window.text) - window.at
        try:
            _skip(memoryview(window.text)[window.at :])
            # A number that was read may be only the front of one, as `-1.5` is of `-1.5e3`.
            length, is_broken = (left if window.is_last else 0), False
        except RecursionError:
            return _broken("it is nested too deep; the rest was not read")
        except DecodeError as error:
            length, is_broken = _end(str(error), left)
        if length:
            text = window.take(window.at + length).rstrip()
            return Element(text, quick(text))
        if window.is_last or is_broken:
            return _broken("it is cut off or broken; the rest was not read")
        if left > MAX_RECORD_BYTES:
            return _broken(_TOO_LARGE)
        window.more()


def _end(error: str, left: int) -> tuple[int, bool]:
    """How long the value is, 0 if that is not known; and whether more text would not help."""
    if found := _TRAILING.search(error):
        return int(found[1]) - 1, False
    found = _BROKEN.search(error)
    return 0, bool(found) and int(found[1]) < left  # type: ignore[index]
