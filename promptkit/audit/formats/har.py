"""HAR archives of HTTP traffic, as browsers and proxies save them: messages of MCP, and requests to providers' APIs.

How they are read: promptkit/audit/formats/_exchange.py.
Source: HAR 1.2, as browsers write it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats._exchange import Exchanges
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.transcript import Conversation

ABOUT = FormatAbout(
    host="Browsers and proxies",
    get="Save the traffic as HAR with content, in the network panel of a browser or in a proxy; up to 32 MiB are read.",
    shows="Messages of MCP, and requests to the APIs of Anthropic, OpenAI and Gemini, streams too, with their answers.",
    lacks=(
        "Calls that went another way. Bodies that were not saved, and JSON that we do not know, are gaps. Not verified "
        "with files of users."
    ),
)

_READ = frozenset({"request", "response"})
# What browsers keep beside the bodies.
_STREAMS = ("_webSocketMessages", "_eventSourceMessages")
# Requests that carry nothing, unless they say so.
_BARE = frozenset({"GET", "HEAD", "OPTIONS", "DELETE", "CONNECT", "TRACE"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """An archive: a log with its version and its entries."""
    log = value.get("log") if isinstance(value, dict) else None
    return isinstance(log, dict) and isinstance(log.get("entries"), list) and "version" in log


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """The conversations of an archive: first the messages of MCP."""
    for location, value in records:
        if matches(value):
            yield from _archive(f"{location}/log", value).conversations("archive")
        else:
            yield Conversation(location, [], [f"{location}: not an archive"])


def _archive(location: str, value: Mapping[str, Any]) -> Exchanges:
    exchanges, log = Exchanges(), value["log"]
    for index, entry in enumerate(log["entries"]):
        _entry(exchanges, f"{location}/entries/{index}", entry if isinstance(entry, dict) else {"entry": entry})
    for beside, known in ((value, ("log",)), (log, ("entries",))):
        exchanges.look(location, beside, known)
    return exchanges


def _entry(exchanges: Exchanges, place: str, entry: Mapping[str, Any]) -> None:
    request, response = entry.get("request"), entry.get("response")
    if not (isinstance(request, dict) and isinstance(response, dict)) or any(map(entry.get, _STREAMS)):
        exchanges.gap(f"{place}: not a request with its response")
    asked = _body(exchanges, f"{place}/request", request, "postData")
    answered = _body(exchanges, f"{place}/response", response, "content")
    exchanges.add(place, asked, answered, entry.get("startedDateTime"))
    exchanges.look(place, entry, _READ)


def _body(exchanges: Exchanges, place: str, side: object, key: str) -> list[Value]:
    if not isinstance(side, dict):
        return []
    exchanges.look(place, side, (key,))
    place, body = f"{place}/{key}", side.get(key)
    if not isinstance(body, dict):
        if not _is_bare(side):
            exchanges.unsaved(place, "")
        return []
    exchanges.look(place, body, ("text",))
    kind, text = text_of(body.get("mimeType")), body.get("text") or _form(body)
    if not isinstance(text, str) or not text.strip():
        if body.get("size", 0 if text == "" else 1) != 0:
            exchanges.unsaved(place, kind)
        return []
    try:
        raw = _bytes(text, body.get("encoding"))
    except binascii.Error as error:
        exchanges.gap(f"{place}: {error}")
        return []
    return exchanges.values(f"{place}/text", raw, kind)


def _is_bare(side: Mapping[str, Any]) -> bool:
    """Whether a request or a response carries nothing, by what it says of itself."""
    size = side.get("bodySize")
    return size == 0 or (text_of(side.get("method")) in _BARE and not (isinstance(size, int) and size > 0))


def _form(body: Mapping[str, Any]) -> object:
    """The fields of a form, one a line, of which no text was saved; without any what stands for the text."""
    fields = body["params"] if isinstance(body.get("params"), list) else []
    values = [text_of(field.get("value")) for field in fields if isinstance(field, dict)]
    return "\n".join(values) if values else body.get("text")


def _bytes(text: str, encoding: object) -> bytes:
    return base64.b64decode(text, validate=True) if encoding == "base64" else text.encode("utf-8", "surrogatepass")
