"""The message history of pydantic-ai: requests and responses with their parts, as a list or one a line.

Source: the types of pydantic-ai 2.68, `pydantic_ai.messages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_KINDS = frozenset({"request", "response"})
_SAID = {"system-prompt": "system", "user-prompt": "user", "text": "assistant", "instruction": "system"}
_SILENT = frozenset({
    "thinking", "file", "speech", "retry-feedback", "instruction-baseline", "instruction-delta",
    "tool-availability-delta", "capability-load-delta", "model-settings-delta",
})  # fmt: skip
_OUTCOMES = {
    "success": CallState.EXECUTED,
    "failed": CallState.FAILED,
    "retried": CallState.FAILED,
    "denied": CallState.DENIED,
}
_ENDS = frozenset({"stop", "tool_call"})
# What a tool was given, or gave.
_DATA = frozenset({"args", "content", "metadata", "tool_call_id"})
_SERVER = "mcp_server:"


def matches(value: Any) -> bool:  # noqa: ANN401
    """A request or a response."""
    if not isinstance(value, dict) or text_of(value.get("kind")) not in _KINDS:
        return False
    return isinstance(parts := value.get("parts"), list) and any(
        isinstance(p, dict) and "part_kind" in p for p in parts
    )


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation: a file holds the history of one."""
    ledger = Ledger()
    name = ""
    for location, message in records:
        if not isinstance(message, dict) or text_of(message.get("kind")) not in _KINDS:
            ledger.gap(f"{location}: not a pydantic-ai message")
            continue
        name = name or text_of(message.get("conversation_id"))
        _message(ledger, message, location)
    yield ledger.conversation(name or "messages")


def _message(ledger: Ledger, message: Mapping[str, Any], location: str) -> None:
    if message["kind"] == "response":
        ledger.is_waiting = False
        ledger.pairing.go_on()
    reason = message.get("finish_reason")
    if reason is not None and text_of(reason) not in _ENDS:
        ledger.gap(f"{location}: the answer is cut off: {sanitized(reason, 40)}")
    if message.get("state", "complete") != "complete":
        ledger.gap(f"{location}: the message is not complete: {sanitized(message['state'], 40)}")
    ledger.beside(message, {"parts"}, location)
    for place, part in ledger.each(message.get("parts"), f"{location}/parts"):
        _part(ledger, part, place, message.get("timestamp"))


def _part(ledger: Ledger, part: Mapping[str, Any], location: str, time: object) -> None:
    kind, name, call_id = text_of(part.get("part_kind")), part.get("tool_name"), part.get("tool_call_id")
    ledger.beside(part, _DATA, location)
    if kind == "tool-call":
        ledger.is_waiting = True
        arguments = part.get("args", NOT_RECORDED)
        ledger.call(call_id, name, arguments, CallState.PROPOSED, location, time=time, entry=location)
    elif kind == "builtin-tool-call":
        _provider_call(ledger, part, location, time)
    elif kind in {"tool-return", "builtin-tool-return"}:
        ledger.is_waiting = ledger.is_waiting or kind == "tool-return"
        state = _OUTCOMES.get(text_of(part.get("outcome", "success")), CallState.UNKNOWN)
        # The name of a tool that the provider ran is only in the arguments of its call.
        ledger.settle(call_id, state, location, None if kind.startswith("builtin") else name)
    elif kind == "retry-prompt":
        ledger.is_waiting = True
        if name is not None:
            ledger.settle(call_id, CallState.FAILED, location, name)
    elif kind in _SAID:
        ledger.text(_SAID[kind], part.get("content"))
    elif kind not in _SILENT:
        ledger.gap(f"{location}: a part of the kind {sanitized(kind, 40) or 'none'} may hide calls")


def _provider_call(ledger: Ledger, part: Mapping[str, Any], location: str, time: object) -> None:
    name = text_of(part.get("tool_name"))
    args = parse_arguments(part.get("args", NOT_RECORDED))
    call: object = args
    is_of_server = name.startswith(_SERVER)
    if is_of_server and isinstance(args, dict) and args.get("action") == "call_tool":
        name, call = text_of(args.get("tool_name")), args.get("tool_args", NOT_RECORDED)
    is_listing = is_of_server and isinstance(args, dict) and args.get("action") == "list_tools"
    if is_listing or (part.get("tool_kind") == "tool-search" and not is_of_server):
        ledger.listing(part.get("tool_call_id"))
    else:
        server = text_of(part.get("tool_name")).removeprefix(_SERVER)
        id_ = part.get("tool_call_id")
        ledger.call(id_, name, call, CallState.UNKNOWN, location, server=server, time=time, entry=location)
