"""The elements of one large JSON array, one at a time: an export is one array of every conversation there ever was."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from promptkit.audit.strict import DECODER, MAX_PARTS, MAX_RECORD_BYTES, UnreadableError, count_parts

_CHUNK = 1024 * 1024
_SPACE = re.compile(r"[ \t\n\r]*")
_LONGEST_EXPONENT = 32
_LENIENT = json.JSONDecoder()
_TOO_LARGE = f"it is larger than {MAX_RECORD_BYTES // 1024 // 1024} MiB; the rest was not read"


class Element(NamedTuple):
    """One element, and the characters it took."""

    value: Any
    size: int


class _Window:
    """The part of a text that is in memory: `text` from `at` on is still to be read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        # Bytes that are not UTF-8 become lone surrogates, so that one bad element does not cost the rest.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape")
        self.text = ""
        self.at = 0
        self.is_last = False
        self._parts = 0

    def more(self) -> None:
        """Double what is still to be read."""
        left = self.text[self.at :]
        chunk = self._stream.read(max(_CHUNK, len(left)))
        self.is_last = not chunk
        self.text = left + self._decoder.decode(chunk, final=self.is_last)
        self.at = 0
        self._parts = count_parts(self.text)

    def is_too_dense(self) -> bool:
        """Whether what is still to be read may have more parts than memory holds."""
        if self._parts > MAX_PARTS:
            self._parts = count_parts(self.text, self.at)
        return self._parts > MAX_PARTS

    def next(self) -> str:
        """The next character that is not space, empty at the end."""
        while True:
            self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.text) or self.is_last:
                return self.text[self.at : self.at + 1]
            self.more()


def array_elements(stream: BinaryIO) -> Iterator[Element | str]:
    """The elements in order; a text in place of an element says why it cannot be read.

    After an element whose end cannot be found, nothing more comes.
    """
    window = _Window(stream)
    window.next()
    window.at += 1
    delimiter = "," if window.next() != "]" else ""
    while delimiter == ",":
        element, is_end_known = _element(window)
        yield element
        if not is_end_known:
            return
        delimiter = window.next()
        window.at += 1
        if delimiter not in {",", "]"}:
            yield "the array is broken here" if delimiter else "the array is cut off here"
            return
        window.next()
    if not delimiter:
        window.at += 1
    if window.next():
        yield "there is something after the end of the array"


def _element(window: _Window) -> tuple[Element | str, bool]:
    """The next element, and whether it is known where it ends."""
    while True:
        if window.is_too_dense():
            return "it has too many parts; the rest was not read", False
        try:
            value, end = DECODER.raw_decode(window.text, window.at)
        except UnreadableError as error:
            value, end = error, _end(window)
        except (ValueError, RecursionError) as error:
            value, end = error, 0
        if isinstance(value, RecursionError):
            return "it is nested too deep; the rest was not read", False
        if end and not _may_go_on(window, end):
            return _finish(window, value, end), True
        if window.is_last:
            return "it is cut off or broken; the rest was not read", False
        if len(window.text) - window.at > MAX_RECORD_BYTES:
            return _TOO_LARGE, False
        window.more()


def _may_go_on(window: _Window, end: int) -> bool:
    """Whether a number that was read is only the front of one, as `-1.5` is of `-1.5e3`."""
    is_number = window.text[end - 1] not in '}]"el'
    return is_number and not window.is_last and len(window.text) - end < _LONGEST_EXPONENT


def _end(window: _Window) -> int:
    try:
        return _LENIENT.raw_decode(window.text, window.at)[1]
    except (ValueError, RecursionError):
        return 0


def _finish(window: _Window, value: Any, end: int) -> Element | str:  # noqa: ANN401
    written = window.text[window.at : end]
    window.at = end
    if isinstance(value, UnreadableError):
        return str(value)
    if not written.isascii() and any("\udc80" <= char <= "\udcff" for char in set(written)):
        return "it is not UTF-8"
    return Element(value, len(written))
