"""Lines of text that hold JSON: streams of events as HTTP sends them, and Claude Desktop's logs of its MCP servers.

event: message
data: {"jsonrpc": "2.0", "id": 1, "result": {...}}
    an event, which ends with an empty line: its data is a value

2026-11-02T09:00:02.000Z [torii] [info] Message from client: {"jsonrpc": "2.0", ...} { metadata: undefined }
    a line of a log: the message is a value, and so is its time; other lines are what host and server note
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

Unwrap = Callable[[Iterable[tuple[int, bytes]]], Iterator[tuple[int, bytes]]]

_FIELD = re.compile(rb"(?:event|data|id|retry):|:")
_DATA = re.compile(rb"^data:", re.MULTILINE)
_LOGGED = re.compile(
    rb"^([0-9T:.+-]{19,35}Z?) (?:\[[^\]\n]{0,200}\] ){0,5}Message from (?:client|server): (\{.*)", re.MULTILINE
)
_METADATA = re.compile(rb"\s\{ metadata: [^{}]*\}\s*$")
# What stands in a message, wherever else it is written.
_OF_MESSAGES = (b'"tools/call"', b'"jsonrpc"')
_FIELDS = frozenset({b"", b"event", b"id", b"retry"})
# Where a client is to send its messages, and the end of a stream.
_ENDPOINT, _DONE = b"endpoint", b"[DONE]"


def unwrap_for(head: bytes) -> Unwrap | None:
    """What takes the JSON out of a file that begins with this; None where it is not text around JSON."""
    if head.lstrip().startswith((b"{", b"[")):
        return None
    if _FIELD.match(head.lstrip()) and _DATA.search(head):
        return event_data
    return logged_messages if _LOGGED.search(head) else None


def event_data(lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """The data of each event, with the number of its first line. What does not belong to an event stays as it is."""
    data: list[bytes] = []
    start, name = 0, b""
    for number, line in lines:
        field, _, value = line.partition(b":")
        value = value.strip()
        if not line.strip():
            yield from _event(start, name, data)
            data, name = [], b""
        elif field == b"data":
            start = start if data else number
            data.append(value)
        elif field == b"event":
            name = value
        elif field not in _FIELDS:
            yield number, line
    yield from _event(start, name, data)


def _event(number: int, name: bytes, data: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    text = b"\n".join(data)
    if text.strip() and text != _DONE and name != _ENDPOINT:
        yield number, text + b"\n"


def logged_messages(lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Each message with its time, and as it is a line that is cut off or holds one in another way."""
    for number, line in lines:
        if found := _LOGGED.match(line):
            message = _METADATA.sub(b"", found[2]).rstrip()
            yield number, b'{"timestamp":"%s","message":%s}\n' % (found[1], message)
        elif not line.endswith(b"\n") or any(mark in line for mark in _OF_MESSAGES):
            yield number, line
