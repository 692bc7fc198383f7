"""What went over HTTP, request by request, for the formats that record it: messages of MCP, and calls of provider APIs.

All messages of MCP are one conversation, and each request to Anthropic, OpenAI or Gemini with its answer is one. Bodies
that were not saved, or are JSON of another kind, are gaps; pages, scripts, pictures and forms hold none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from promptkit.audit.formats import (
    anthropic_messages,
    gemini,
    gemini_interactions,
    mcp_wire,
    openai_chat,
    openai_responses,
)
from promptkit.audit.overlooked import overlooked
from promptkit.audit.reader import Value
from promptkit.audit.strict import parse_bounded
from promptkit.audit.wrapped import event_data, unwrap_for
from promptkit.json_strict import UnreadableError
from promptkit.text import sanitized
from promptkit.transcript import Conversation

# Kinds of bodies that hold neither messages nor calls; a text holds none unless one is written into it.
_SILENT = re.compile(
    r"(text/(html|css|javascript)|(application|text)/(x-)?javascript|application/(wasm|pdf|manifest\+json)"
    r"|(image|font|audio|video)/[\w.+-]+)(;.*)?",
    re.IGNORECASE | re.DOTALL,
)
_TEXT = re.compile(r"(text/plain|application/x-www-form-urlencoded)(;.*)?", re.IGNORECASE | re.DOTALL)
_OF_CALLS = re.compile(rb"jsonrpc|tools/call|tool_calls|tool_use|function_?call", re.IGNORECASE)
_UTF8_MARK = b"\xef\xbb\xbf"
_MAX_GAPS = 20

# What a request holds of its answer while the answer is read by itself: that there is one, and no call in it.
_ANSWERED: Mapping[ModuleType, Mapping[str, Any]] = {
    anthropic_messages: {"role": "assistant", "content": [], "stop_reason": "end_turn"},
    gemini: {"candidates": [{"finishReason": "STOP"}]},
    gemini_interactions: {"steps": [], "status": "completed"},
    openai_chat: {"choices": []},
    openai_responses: {"output": [], "status": "completed"},
}


def read_exchange(name: str, request: Value | None, answers: Sequence[Value]) -> Conversation | None:
    """What both tell, as one conversation; None where they are not of exactly one format.

    Args:
        name: what to call the conversation where the answer has no id.
        request: the body that was sent.
        answers: the body that came back, or the values of the stream that did.
    """
    bodies = [answer.value for answer in answers] or ([request.value] if request else [])
    fitting = [reader for reader in _ANSWERED if any(map(reader.matches, bodies))]
    if len(fitting) != 1:
        return None
    reader = fitting[0]
    found: list[Conversation] = []
    if request and isinstance(request.value, dict):
        answered = _ANSWERED[reader] if answers else {}
        found += reader.read([Value(request.location, {**request.value, **answered})])
    elif request:
        found.append(Conversation(name, [], [f"{request.location}: not a request of this API"]))
    found += reader.read(answers)
    return Conversation(
        found[-1].id or name,
        [call for part in found for call in part.calls],
        [gap for part in found for gap in part.gaps],
        [text for part in found for text in part.texts],
        [needed for part in found for needed in part.needs],
    )


class Exchanges:
    """The requests of one record with their answers, noted one after the other."""

    def __init__(self) -> None:
        self._messages: list[tuple[Value, object]] = []
        self._found: list[Conversation] = []
        self._gaps: list[str] = []

    def gap(self, reason: str) -> None:
        """Note why something may be missing."""
        self._gaps.append(reason)

    def look(self, place: str, value: Mapping[str, Any], known: Collection[str]) -> None:
        """Note a gap where an object holds what looks like a call beside the members that are known."""
        if (key := overlooked(value, known)) is not None:
            self.gap(f"{place}: {sanitized(key, 40)} may hold calls")

    def unsaved(self, place: str, kind: str) -> None:
        """Note that the body of a kind was not saved, which is a gap unless that kind holds no calls."""
        if not (_SILENT.fullmatch(kind) or _TEXT.fullmatch(kind)):
            self.gap(f"{place}: the body was not saved")

    def values(self, place: str, raw: bytes, kind: str) -> list[Value]:
        """The values in a body; what cannot be read is a gap."""
        try:
            return list(_values(place, raw, kind))
        except UnreadableError as error:
            self.gap(f"{place}: {error}")
            return []

    def add(self, place: str, asked: Sequence[Value], answered: Sequence[Value], time: object) -> None:
        """Note a request with its answer, by the values in their bodies."""
        values = [*asked, *answered]
        if any(mcp_wire.matches(value) for _, value in values):
            self._messages += [(value, time) for value in values]
        elif values:
            found = read_exchange(place, asked[0] if asked else None, answered) if len(asked) < 2 else None
            if found:
                self._found.append(found)
            else:
                self.gap(f"{place}: JSON of a format we do not know")

    def conversations(self, name: str) -> Iterator[Conversation]:
        """First the messages of MCP, then each request, then what is wrong with the record of that name."""
        yield from mcp_wire.read_messages(self._messages) if self._messages else ()
        yield from self._found
        if self._gaps:
            more = len(self._gaps) - _MAX_GAPS
            rest = [f"and {more} more places that cannot be read"] if more > 0 else []
            yield Conversation(name, [], [*self._gaps[:_MAX_GAPS], *rest])


def _values(place: str, raw: bytes, kind: str) -> Iterator[Value]:
    raw = raw.removeprefix(_UTF8_MARK)
    if "event-stream" in kind or unwrap_for(raw) is event_data:
        lines = enumerate(raw.splitlines(keepends=True), 1)
        yield from (Value(f"{place}/line {number}", parse_bounded(data)) for number, data in event_data(lines))
    elif raw.lstrip()[:1] in {b"{", b"["}:
        value = parse_bounded(raw)
        values = value if isinstance(value, list) and not mcp_wire.matches(value) else [value]
        yield from (Value(place, inner) for inner in values)
    elif not (_SILENT.fullmatch(kind) or (_TEXT.fullmatch(kind) and not _OF_CALLS.search(raw))):
        raise UnreadableError(f"a body of the kind {sanitized(kind, 60) or 'none'} is not read")
