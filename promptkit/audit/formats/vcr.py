"""Cassettes of VCR and its kin, in YAML or JSON: recorded HTTP, as tests replay it, with messages of MCP or API calls.

A cassette shows what went over HTTP when it was recorded; a test that replays it sends nothing. How bodies are read:
promptkit/audit/formats/_exchange.py.
Source: vcrpy 9.4, `serialize`; VCR for Ruby and betamax for `http_interactions`; `parsed_body` of pydantic-ai's tests.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats._exchange import Exchanges
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import MAX_RECORD_BYTES
from promptkit.text import sanitized
from promptkit.transcript import Conversation

ABOUT = FormatAbout(
    host="VCR, vcrpy, betamax and their kin",
    get="Take the cassettes of the tests, in YAML or JSON.",
    shows=(
        "Messages of MCP and requests to the APIs of Anthropic, OpenAI and Gemini, as they were when the cassette "
        "was recorded."
    ),
    lacks=(
        "What tests that replay it did: these send nothing. Bodies that were left out or that we do not know are gaps. "
        "Not verified with files of users."
    ),
)

_LISTS = ("interactions", "http_interactions")
# These stand at its end.
_ENDS = frozenset({"version", "recorded_with"})
_BODIES = frozenset({"body", "parsed_body"})
_GZIP_OR_ZLIB = 47


def matches(value: Any) -> bool:  # noqa: ANN401
    """A cassette with requests and their responses."""
    lists = [value[key] for key in _LISTS if isinstance(value.get(key), list)] if isinstance(value, dict) else []
    return any(isinstance(one, dict) and one.keys() >= {"request", "response"} for inner in lists for one in inner)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """The conversations of a cassette: first the messages of MCP."""
    for location, value in records:
        if matches(value):
            yield from _cassette(location, value).conversations("cassette")
        else:
            yield Conversation(location, [], [f"{location}: not a cassette"])


def _cassette(location: str, value: Mapping[str, Any]) -> Exchanges:
    exchanges = Exchanges()
    for key in _LISTS:
        for index, one in enumerate(value[key] if isinstance(value.get(key), list) else []):
            _interaction(exchanges, f"{location}/{key}/{index}", one if isinstance(one, dict) else {})
    if _ENDS.isdisjoint(value):
        exchanges.gap(f"{location}: the end of the cassette is missing")
    exchanges.look(location, value, _LISTS)
    return exchanges


def _interaction(exchanges: Exchanges, place: str, one: Mapping[str, Any]) -> None:
    sides = {side: one[side] for side in ("request", "response") if isinstance(one.get(side), dict)}
    if len(sides) < 2:
        exchanges.gap(f"{place}: not a request with its response")
    bodies = {side: _body(exchanges, f"{place}/{side}", held) for side, held in sides.items()}
    exchanges.add(place, bodies.get("request", []), bodies.get("response", []), one.get("recorded_at"))
    exchanges.look(place, one, sides)
    for side, held in sides.items():
        exchanges.look(f"{place}/{side}", held, _BODIES)


def _body(exchanges: Exchanges, place: str, side: Mapping[str, Any]) -> list[Value]:
    if "parsed_body" in side:
        return [Value(f"{place}/parsed_body", side["parsed_body"])]
    place, body, kind = f"{place}/body", side.get("body"), _header(side, "content-type")
    if isinstance(body, dict):
        exchanges.look(place, body, {"string", "base64_string"})
        coded = body.get("base64_string")
        body = _bytes(coded) if isinstance(coded, str) else body.get("string")
    if isinstance(body, bytes):
        body = _unpacked(body, _header(side, "content-encoding"))
    if body is None and "body" in side and _is_bare(side):
        return []
    if not isinstance(body, str | bytes):
        exchanges.unsaved(place, kind)
        return []
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return exchanges.values(place, raw, kind) if raw.strip() else []


def _is_bare(side: Mapping[str, Any]) -> bool:
    """Whether it is a request that carries nothing, and says so."""
    return "method" in side and not _header(side, "content-type") and _header(side, "content-length") in {"", "0"}


def _header(side: Mapping[str, Any], wanted: str) -> str:
    headers = side["headers"] if isinstance(side.get("headers"), dict) else {}
    found = next((value for name, value in headers.items() if name.lower() == wanted), "")
    return sanitized(found[0] if isinstance(found, list) and found else found, 200)


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        return None


def _unpacked(raw: bytes, encoding: str) -> bytes | None:
    """The bytes as they were before they were compressed; None where that cannot be undone."""
    if encoding in {"", "identity"}:
        return raw
    try:
        unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
        unpacked = unpacking.decompress(raw, MAX_RECORD_BYTES)
    except zlib.error:
        return None
    return unpacked if unpacking.eof else None
