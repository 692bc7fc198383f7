"""One file -> its JSON values, in order, as they are asked for. Nothing in it is trusted; memory stays bounded."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Literal, NamedTuple

from promptkit.audit.array import array_elements
from promptkit.audit.cassette import is_cassette, parse_cassette
from promptkit.audit.prose import Prose
from promptkit.audit.reader import Passed, Shortcuts, Value
from promptkit.audit.strict import MAX_RECORD_BYTES, parse_bounded
from promptkit.audit.wrapped import Unwrap, unwrap_for
from promptkit.json_strict import UnreadableError
from promptkit.transcript import Conversation

# One conversation may keep this much waiting before it is whole.
MAX_WAITING_RECORDS = 200_000
MAX_WAITING_BYTES = 256 * 1024 * 1024
MAX_GAPS = 1000
_BUFFER = 256 * 1024
_LINES_BYTES = 64 * 1024
_LINES_BEFORE = 40
_SNIFFED_LINES = 20
_SNIFFED_BYTES = 1024 * 1024
_MARKS = {
    b"\xff\xfe": "it is UTF-16, not UTF-8",
    b"\xfe\xff": "it is UTF-16, not UTF-8",
    b"\x1f\x8b": "it is compressed with gzip; unpack it first",
    b"PK\x03\x04": "it is a zip file inside a zip file; unpack it first",
    b"(\xb5/\xfd": "it is compressed with zstd; unpack it first",
    b"BZh": "it is compressed with bzip2; unpack it first",
    b"\xfd7zXZ\0": "it is compressed with xz; unpack it first",
    b"7z\xbc\xaf": "it is a 7z archive; unpack it first",
    b"SQLite format 3\0": "it is a database of SQLite, which is not read; export the sessions from the program",
    b"Rar!": "it is a RAR archive; unpack it first",
}
# JSON in UTF-16 or UTF-32 without a mark.
_WIDE = re.compile(rb"\0*[\[{]\0|\0+[\[{]")
_TAR = (257, b"ustar", "it is a tar archive; unpack it first")
_BEGINS_AS_JSON = re.compile(rb'\s*(?:\[\s*)?\{\s*"')
_UTF8_MARK = b"\xef\xbb\xbf"
# The name of the first file in a document of an office program, which is a zip file.
_OFFICE = re.compile(rb"PK\x03\x04.{26}(?:\[Content_Types\]\.xml|_rels/|docProps/|word/|xl/|ppt/|mimetype)", re.DOTALL)

Layout = Literal["lines", "array", "document", "yaml"]


class Gap(NamedTuple):
    """Something in a file that could not be read, and why."""

    location: str
    reason: str

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}" if self.location else self.reason


class Records:
    """The JSON values of one file.

    Args:
        open_stream: opens the file anew at its start, unbuffered or not.

    Iterate once. `gaps` holds what could not be read so far; `layout` says how the file is laid out, None when
    we do not know it.
    """

    def __init__(self, open_stream: Callable[[], io.RawIOBase]) -> None:
        self.gaps: list[Gap] = []
        self.layout: Layout | None = None
        self._open = open_stream
        self._prose: Prose | None = None
        self._tells_passed = False
        self._near: Collection[int] = ()
        self._talk: Callable[[str, bytes | memoryview], Conversation | None] | None = None
        self._unwrap: Unwrap | None = None
        self._waiting_records = 0
        self._waiting_bytes = 0
        self._is_closed = False
        self._begins_as_json = False

    @property
    def may_hide_records(self) -> bool:
        """Whether there is a gap behind which records may stand, and not only something other than JSON."""
        return self._is_closed or (self._begins_as_json and bool(self.gaps))

    def use(self, shortcuts: Shortcuts) -> None:
        """Take the shortcuts of a format from here on. The first records serve to find it."""
        self._prose = Prose(shortcuts.prose) if shortcuts.prose else None
        self._tells_passed = shortcuts.tells_passed
        self._talk = shortcuts.talk

    def only_near(self, lines: Iterable[int]) -> None:
        """Read only these lines of a file of lines, and a few before each: what was said before what stands there."""
        self._near = {near for line in lines for near in range(line - _LINES_BEFORE, line + 1)}

    def conversation_is_whole(self) -> None:
        """Say that what was read so far need not be kept any longer."""
        self._waiting_records = 0
        self._waiting_bytes = 0

    def __iter__(self) -> Iterator[Value]:
        try:
            with self._open() as raw:
                self.layout = self._sniff(raw)
            if self.layout:
                with io.BufferedReader(self._open(), _BUFFER) as stream:
                    yield from self._read(stream)
        except Exception as error:  # Each way of packing has errors of its own, and none may end the audit.
            self._is_closed = True
            self._gap("", f"it cannot be read to its end: {why_broken(error)}")

    def _gap(self, location: str, reason: str) -> None:
        self.gaps.append(Gap(location, reason))

    def _sniff(self, raw: io.RawIOBase) -> Layout | None:
        head = raw.read(_SNIFFED_BYTES) or b""
        if reason := _why_closed(head):
            self._is_closed = True
            self._gap("", reason)
            return None
        head = head.removeprefix(_UTF8_MARK)
        self._begins_as_json = bool(_BEGINS_AS_JSON.match(head))
        self._unwrap = unwrap_for(head)
        if self._unwrap:
            return "lines"
        if is_cassette(head):
            return "yaml"
        layout, reason = _sniff(head)
        if reason:
            self._gap("", reason)
        return layout

    def _read(self, stream: BinaryIO) -> Iterator[Value]:
        read = {"lines": self._lines, "array": self._elements}.get(self.layout or "document", self._document)
        for record, size in read(stream):
            self._waiting_records += size > 0
            self._waiting_bytes += size
            if self._waiting_records > MAX_WAITING_RECORDS or self._waiting_bytes > MAX_WAITING_BYTES:
                self._gap(record.location, "one conversation is too large; the rest was not read. Split the file")
                return
            yield record

    def _document(self, stream: BinaryIO) -> Iterator[tuple[Value, int]]:
        raw = stream.read(MAX_RECORD_BYTES + 1).removeprefix(_UTF8_MARK)
        if len(raw) > MAX_RECORD_BYTES:
            limit = f"{MAX_RECORD_BYTES // 1024 // 1024} MiB"
            self._gap(
                "", f"it is one document of more than {limit}, which is not read; split the run, or use JSON Lines"
            )
            return
        try:
            yield Value("", parse_cassette(raw) if self.layout == "yaml" else parse_bounded(raw)), len(raw)
        except UnreadableError as error:
            self._gap("", str(error))

    def _elements(self, stream: BinaryIO) -> Iterator[tuple[Value, int]]:
        for index, (text, value, problem) in enumerate(array_elements(stream, self._quickly)):
            try:
                if problem:
                    raise UnreadableError(problem)
                yield Value(f"/{index}", parse_bounded(text) if value is None else value), len(text)
            except UnreadableError as error:
                self._gap(f"/{index}", str(error))

    def _quickly(self, index: int, text: bytes | memoryview) -> Conversation | None:
        return self._talk(f"/{index}", text) if self._talk else None

    def _lines(self, stream: BinaryIO) -> Iterator[tuple[Value, int]]:
        for number, line in self._read_lines(stream):
            if isinstance(line, Passed):
                yield Value(f"line {number}", line), 0
                continue
            record = self._line(stream, number, line)
            if record:
                yield record, len(line)
            elif len(self.gaps) > MAX_GAPS:
                self._gap(f"line {number}", f"more than {MAX_GAPS} lines cannot be read; the rest was not looked at")
                return

    def _read_lines(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]] | Iterator[tuple[int, bytes | Passed]]:
        if self._near:
            lines = self._near_lines(stream)
        elif self._unwrap:
            lines = enumerate(iter(lambda: stream.readline(MAX_RECORD_BYTES + 1), b""), 1)
        else:
            return self._but_talk(stream)
        return self._unwrap(lines) if self._unwrap else lines

    def _but_talk(self, stream: BinaryIO) -> Iterator[tuple[int, bytes | Passed]]:
        number = 0
        while lines := _many_lines(stream):
            if self._prose and (passed := self._prose.talk(lines)) and len(passed) == _count_lines(lines):
                yield from self._passed(number, passed)
                number += len(passed)
                continue
            passed = []
            for line in io.BytesIO(lines):
                if self._prose and (talk := self._prose.line_of_talk(line)):
                    passed.append(talk)
                else:
                    yield from self._passed(number - len(passed), passed)
                    passed = []
                    yield number + 1, line
                number += 1
            yield from self._passed(number - len(passed), passed)

    def _passed(self, before: int, lines: Sequence[Any]) -> Iterator[tuple[int, Passed]]:
        if lines and self._tells_passed:
            yield before + 1, Passed(before + 1, lines)

    def _near_lines(self, stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
        for number in range(1, max(self._near) + 1):
            line = stream.readline(MAX_RECORD_BYTES + 1)
            # What is longer is read in any case, so that its rest does not count as a line.
            if number in self._near or (line and not line.endswith(b"\n")):
                yield number, line

    def _line(self, stream: BinaryIO, number: int, line: bytes) -> Value | None:
        if number == 1:
            line = line.removeprefix(_UTF8_MARK)
        if line.isspace():
            return None
        try:
            return Value(f"line {number}", parse_bounded(line))
        except UnreadableError as error:
            if not line.endswith(b"\n"):
                _skip_line(stream)
            is_torn = not line.endswith(b"\n") and len(line) <= MAX_RECORD_BYTES
            self._gap(f"line {number}", f"the last line is cut off: {error}" if is_torn else str(error))
            return None


def _many_lines(stream: BinaryIO) -> bytes:
    """The next lines, whole; only the last may lack its end, where the file is cut off or the line is too long."""
    lines = stream.read(_LINES_BYTES)
    return lines if lines.endswith(b"\n") else lines + stream.readline(MAX_RECORD_BYTES + 1)


def _count_lines(lines: bytes) -> int:
    # Ten times as fast as `count`, which looks at each byte.
    count = at = 0
    while at := lines.find(b"\n", at) + 1:
        count += 1
    return count


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(_SNIFFED_BYTES)) and not rest.endswith(b"\n"):
        pass


def why_broken(error: Exception) -> str:
    """Why a file or an archive cannot be read, in words."""
    match error:
        case OSError() if error.strerror:
            return error.strerror
        case NotImplementedError():
            return "it is packed in a way that we do not know; unpack it first"
        case MemoryError():
            return "the memory ran out"
    return "it is broken"


def is_office_document(head: bytes) -> bool:
    """Whether a zip file is a text, a sheet or slides, as people attach them to a chat."""
    return bool(_OFFICE.match(head))


def _why_closed(head: bytes) -> str:
    """Why a file may hold JSON all the same although its bytes are not JSON; empty where nothing speaks for that."""
    offset, mark, is_tar = _TAR
    if head[offset : offset + len(mark)] == mark:
        return is_tar
    if _WIDE.match(head):
        return "it is UTF-16 or UTF-32, not UTF-8"
    if is_office_document(head):
        return ""
    return next((reason for mark, reason in _MARKS.items() if head.startswith(mark)), "")


def _sniff(head: bytes) -> tuple[Layout | None, str]:
    """How a file of JSON is laid out, from its first lines; or None and why it cannot be read."""
    lines = [line for line in head.split(b"\n", 1000) if not line.isspace() and line][:_SNIFFED_LINES]
    if not lines:
        return None, "it is empty" if not head else "it holds nothing"
    if lines[0].lstrip().startswith(b"["):
        return ("lines" if len(lines) > 1 and _is_whole(lines[0]) else "array"), ""
    if any(line.startswith(b"{") and _is_whole(line) for line in lines):
        return "lines", ""
    if not lines[0].lstrip().startswith(b"{"):
        return None, "it is not JSON"
    # A first line longer than what was looked at is a line of JSON Lines: nobody prints a document that way.
    return ("lines" if len(lines) == 1 and len(head) >= _SNIFFED_BYTES - 3 else "document"), ""


def _is_whole(line: bytes) -> bool:
    try:
        return bool(parse_bounded(line))
    except UnreadableError:
        return False
