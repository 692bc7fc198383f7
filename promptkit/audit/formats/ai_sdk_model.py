"""Model messages of Vercel's AI SDK: as a list, one a line, in `messages`, or in the `response` of a result.

The SDK runs the calls whose tools it has, so one without a result may have run.
Source: vercel/ai of 2026, `ModelMessage`; version 4 for `args` and `isError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Applications of Vercel's AI SDK, on the server",
    get="Keep `response.messages` of each result, or the messages that you send, as JSON.",
    shows="Each call with its result, approvals, and what was denied or failed.",
    lacks="What ran and was not kept with the messages. Not verified with files of users.",
)

_ROLES = frozenset({"user", "assistant", "system", "tool"})
_TELLING = frozenset({"tool-call", "tool-result"})
_SILENT = frozenset({
    "text", "reasoning", "redacted-reasoning", "file", "reasoning-file", "image", "source", "custom",
})  # fmt: skip
# What a tool was given, or gave.
_DATA = frozenset({"toolCallId", "input", "args", "output", "result"})
_OUTCOMES = {
    "execution-denied": CallState.DENIED,
    "error-text": CallState.FAILED,
    "error-json": CallState.FAILED,
}


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message with a call or a result, or an object with such messages."""
    if not isinstance(value, dict):
        return False
    response = value.get("response")
    lists = [value.get("messages"), response.get("messages") if isinstance(response, dict) else None]
    inner = [message for messages in lists if isinstance(messages, list) for message in messages]
    return any(map(_is_telling, [value, *inner]))


def _is_telling(message: Any) -> bool:  # noqa: ANN401
    if not isinstance(message, dict) or text_of(message.get("role")) not in _ROLES:
        return False
    content = message["content"] if isinstance(message.get("content"), list) else []
    return any(isinstance(p, dict) and text_of(p.get("type")) in _TELLING and "toolCallId" in p for p in content)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each object with messages; loose messages of a file are one together."""
    loose: _ModelMessages | None = None
    for location, value in records:
        if isinstance(value, dict) and ("messages" in value or "response" in value):
            yield _exchange(location, value)
        else:
            loose = loose or _ModelMessages()
            loose.message(value, location)
    if loose:
        yield loose.ledger.conversation("messages")


def _exchange(location: str, value: Mapping[str, Any]) -> Conversation:
    reading = _ModelMessages()
    response = value["response"] if isinstance(value.get("response"), dict) else {}
    for holder, place, known in ((value, location, ("messages", "response")), (response, f"{location}/response", ())):
        for at, message in reading.ledger.each(holder.get("messages"), f"{place}/messages"):
            reading.message(message, at)
        reading.ledger.beside(holder, {"messages", *known}, place)
    return reading.ledger.conversation(text_of(value.get("id")) or location or "messages")


class _ModelMessages:
    def __init__(self) -> None:
        self.ledger = Ledger()
        # The calls that somebody was asked about, by the id of the question.
        self._asked: dict[str, object] = {}

    def message(self, message: Any, location: str) -> None:  # noqa: ANN401
        role = text_of(message.get("role")) if isinstance(message, dict) else ""
        if role not in _ROLES:
            self.ledger.gap(f"{location}: not a model message of the AI SDK")
            return
        content = message.get("content")
        if role != "tool":
            self.ledger.text(role, content)
        if role == "assistant":
            self.ledger.is_waiting = False
        for place, part in self.ledger.each(None if isinstance(content, str) else content, f"{location}/content"):
            self._part(part, place)
        self.ledger.beside(message, {"content"}, location)

    def _part(self, part: Mapping[str, Any], location: str) -> None:
        kind, call_id = text_of(part.get("type")), part.get("toolCallId")
        self.ledger.beside(part, _DATA, location)
        if kind == "tool-call":
            self.ledger.is_waiting = True
            arguments = part.get("input", part.get("args", NOT_RECORDED))
            self.ledger.call(call_id, part.get("toolName"), arguments, CallState.UNKNOWN, location, entry=location)
        elif kind == "tool-result":
            self.ledger.is_waiting = True
            self.ledger.settle(call_id, _outcome(part), location, part.get("toolName"))
        elif kind == "tool-approval-request":
            self._asked[text_of(part.get("approvalId"))] = call_id
            self.ledger.settle(call_id, CallState.AWAITING_APPROVAL, location)
        elif kind == "tool-approval-response":
            state = CallState.DENIED if part.get("approved") is False else CallState.UNKNOWN
            self.ledger.settle(self._asked.get(text_of(part.get("approvalId"))), state, location)
        elif kind not in _SILENT:
            self.ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40) or 'none'} are not known")


def _outcome(part: Mapping[str, Any]) -> CallState:
    if part.get("isError"):
        return CallState.FAILED
    output = part.get("output")
    return _OUTCOMES.get(text_of(output.get("type") if isinstance(output, dict) else None), CallState.EXECUTED)
