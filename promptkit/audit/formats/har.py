"""HAR archives of HTTP traffic, as browsers and proxies save them: messages of MCP, and requests to providers' APIs.

All messages of MCP are one conversation, and each request to Anthropic, OpenAI or Gemini with its answer is one. Bodies
that were not saved, or are JSON of another kind, are gaps; pages, scripts, pictures and forms hold none.
Source: HAR 1.2, as browsers write it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats import mcp_wire
from promptkit.audit.formats._exchange import read_exchange
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import parse_bounded
from promptkit.audit.wrapped import event_data, unwrap_for
from promptkit.json_strict import UnreadableError
from promptkit.text import sanitized
from promptkit.transcript import Conversation

# Kinds of bodies that hold neither messages nor calls.
_SILENT = re.compile(
    r"(text/(html|css|javascript|plain)|(application|text)/(x-)?javascript|application/(wasm|pdf|manifest\+json"
    r"|x-www-form-urlencoded)|(image|font|audio|video)/[\w.+-]+|x-unknown)?(;.*)?",
    re.IGNORECASE | re.DOTALL,
)
_READ = frozenset({"request", "response"})
_MAX_GAPS = 20


def matches(value: Any) -> bool:  # noqa: ANN401
    """An archive: a log with its version and its entries."""
    log = value.get("log") if isinstance(value, dict) else None
    return isinstance(log, dict) and isinstance(log.get("entries"), list) and "version" in log


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """The conversations of an archive: first the messages of MCP."""
    for location, value in records:
        if matches(value):
            yield from _Archive(f"{location}/log", value).conversations()
        else:
            yield Conversation(location, [], [f"{location}: not an archive"])


class _Archive:
    def __init__(self, location: str, value: Mapping[str, Any]) -> None:
        self._messages: list[Value] = []
        self._exchanges: list[Conversation] = []
        self._gaps: list[str] = []
        log = value["log"]
        for index, entry in enumerate(log["entries"]):
            self._entry(f"{location}/entries/{index}", entry if isinstance(entry, dict) else {"entry": entry})
        for beside, known in ((value, ("log",)), (log, ("entries",))):
            self._look(location, beside, known)

    def _look(self, place: str, value: Mapping[str, Any], known: Iterable[str]) -> None:
        if (key := overlooked(value, tuple(known))) is not None:
            self._gaps.append(f"{place}: {sanitized(key, 40)} may hold calls")

    def _entry(self, place: str, entry: Mapping[str, Any]) -> None:
        request, response = entry.get("request"), entry.get("response")
        if not (isinstance(request, dict) and isinstance(response, dict)) or entry.get("_webSocketMessages"):
            self._gaps.append(f"{place}: not a request with its response")
        asked = self._body(f"{place}/request/postData", request, "postData")
        answered = self._body(f"{place}/response/content", response, "content")
        values = [*asked, *answered]
        if any(mcp_wire.matches(value) for _, value in values):
            time = entry.get("startedDateTime")
            self._messages += [Value(at, {"time": time, "message": value}) for at, value in values]
        elif values:
            self._exchange(place, asked, answered)
        self._look(place, entry, _READ)

    def _exchange(self, place: str, asked: list[Value], answered: list[Value]) -> None:
        found = read_exchange(place, asked[0] if asked else None, answered) if len(asked) < 2 else None
        if found:
            self._exchanges.append(found)
        else:
            self._gaps.append(f"{place}: JSON of a format we do not know")

    def _body(self, place: str, side: object, key: str) -> list[Value]:
        """The values in a body; what cannot be read is a gap."""
        body = side.get(key) if isinstance(side, dict) else None
        if not isinstance(body, dict):
            return []
        kind, text = text_of(body.get("mimeType")), body.get("text")
        is_silent = _SILENT.fullmatch(kind) is not None
        if not isinstance(text, str) or not text.strip():
            if not is_silent and body.get("size", 1) != 0:
                self._gaps.append(f"{place}: the body was not saved")
            return []
        try:
            return list(_values(place, _bytes(text, body.get("encoding")), kind, is_silent=is_silent))
        except (UnreadableError, binascii.Error) as error:
            self._gaps.append(f"{place}: {error}")
            return []

    def conversations(self) -> Iterator[Conversation]:
        yield from mcp_wire.read(self._messages) if self._messages else ()
        yield from self._exchanges
        if self._gaps:
            more = len(self._gaps) - _MAX_GAPS
            rest = [f"and {more} more places that cannot be read"] if more > 0 else []
            yield Conversation("archive", [], [*self._gaps[:_MAX_GAPS], *rest])


def _bytes(text: str, encoding: object) -> bytes:
    return base64.b64decode(text, validate=True) if encoding == "base64" else text.encode("utf-8", "surrogatepass")


def _values(place: str, raw: bytes, kind: str, *, is_silent: bool) -> Iterator[Value]:
    if "event-stream" in kind or unwrap_for(raw) is event_data:
        lines = enumerate(raw.splitlines(keepends=True), 1)
        yield from (Value(f"{place}/text/line {number}", parse_bounded(data)) for number, data in event_data(lines))
    elif raw.lstrip()[:1] in {b"{", b"["}:
        value = parse_bounded(raw)
        values = value if isinstance(value, list) and not mcp_wire.matches(value) else [value]
        yield from (Value(f"{place}/text", inner) for inner in values)
    elif not is_silent:
        raise UnreadableError(f"a body of the kind {sanitized(kind, 60) or 'none'} is not read")
