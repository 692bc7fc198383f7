"""UI messages of Vercel's AI SDK, as `useChat` applications store them: messages with parts, a call with its state.

The application runs the calls, so one without an end may have run.
Source: vercel/ai of 2026, `UIMessage`; version 4 for `toolInvocations`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger, read_whole_or_loose
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Applications of Vercel's AI SDK, in the browser",
    get="Keep the messages of `useChat` as your application stores them, as JSON.",
    shows="Each call with its state, result and approval, as the application showed it.",
    lacks=(
        "Messages that the application did not store; what ran after the last state. Not verified with files of users."
    ),
)

_ROLES = frozenset({"user", "assistant", "system"})
_READ = frozenset({"parts", "toolInvocations"})
_SILENT = frozenset({"text", "reasoning", "file", "reasoning-file", "source", "source-url", "source-document"})
_CALL = frozenset({"toolCallId", "toolName", "input", "rawInput", "output", "args", "result"})
_STATES = {
    "approval-requested": CallState.AWAITING_APPROVAL,
    "output-available": CallState.EXECUTED,
    "result": CallState.EXECUTED,
    "output-error": CallState.FAILED,
    "output-denied": CallState.DENIED,
}


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message, or an object with messages."""
    if not isinstance(value, dict):
        return False
    messages = value["messages"] if isinstance(value.get("messages"), list) else []
    return any(map(_is_message, [value, *messages]))


def _is_message(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, dict) or text_of(value.get("role")) not in _ROLES:
        return False
    parts = value.get("parts")
    if isinstance(parts, list) and parts:
        return all(isinstance(part, dict) and isinstance(part.get("type"), str) for part in parts)
    return isinstance(value.get("toolInvocations"), list)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each object with messages; loose messages of a file are one together."""
    return read_whole_or_loose(records, _chat, _message, "messages")


def _chat(location: str, value: Any) -> Conversation | None:  # noqa: ANN401
    if not isinstance(value, dict) or "messages" not in value:
        return None
    ledger = Ledger()
    for place, message in ledger.each(value["messages"], f"{location}/messages"):
        _message(ledger, message, place)
    ledger.beside(value, {"messages"}, location)
    return ledger.conversation(text_of(value.get("id")) or location or "messages")


def _message(ledger: Ledger, message: Any, location: str) -> None:  # noqa: ANN401
    role = text_of(message.get("role")) if isinstance(message, dict) else ""
    if role not in _ROLES:
        ledger.gap(f"{location}: not a UI message of the AI SDK")
        return
    ledger.text(role, message.get("parts") or message.get("content"))
    if role == "assistant":
        ledger.is_waiting = False
    for place, part in ledger.each(message.get("parts"), f"{location}/parts"):
        _part(ledger, part, place, location)
    # Version 4 keeps them here, and in the parts once more.
    for place, call in ledger.each(message.get("toolInvocations"), f"{location}/toolInvocations"):
        _call(ledger, call.get("toolName"), call, place, location)
    ledger.beside(message, _READ, location)


def _part(ledger: Ledger, part: Mapping[str, Any], location: str, message: str) -> None:
    kind = text_of(part.get("type"))
    if kind == "tool-invocation" and "toolInvocation" in part:
        call = part["toolInvocation"] if isinstance(part["toolInvocation"], dict) else {}
        _call(ledger, call.get("toolName"), call, f"{location}/toolInvocation", message)
        ledger.beside(part, {"toolInvocation"}, location)
    elif kind == "dynamic-tool" or kind.startswith("tool-"):
        name = part.get("toolName") if kind == "dynamic-tool" else kind.removeprefix("tool-")
        _call(ledger, name, part, location, message)
        if part.get("toolName", name) != name:
            ledger.gap(f"{location}: a call with two names")
    elif kind in _SILENT or kind.startswith("data-") or kind == "step-start":
        ledger.is_waiting = ledger.is_waiting and kind == "step-start"
        ledger.beside(part, (), location)
    else:
        ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40) or 'none'} are not known")


def _call(ledger: Ledger, name: object, call: Mapping[str, Any], location: str, message: str) -> None:
    approval = call.get("approval")
    state = _STATES.get(text_of(call.get("state")), CallState.UNKNOWN)
    is_denied = isinstance(approval, dict) and approval.get("approved") is False
    if call.get("state") == "approval-responded" and is_denied:
        state = CallState.DENIED
    ledger.is_waiting = state is not CallState.DENIED
    arguments = call.get("input", call.get("args", NOT_RECORDED))
    ledger.call(call.get("toolCallId"), name, arguments, state, location, entry=message)
    ledger.beside(call, _CALL, location)
