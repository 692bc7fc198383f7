"""Messages of LangChain in each way that it writes them, into a ledger.

{"type": "ai", "data": {...}}                                          messages_to_dict
{"lc": 1, "type": "constructor", "id": [..., "AIMessage"], "kwargs": {...}}    dumps, and so LangSmith
{"type": "ai", "content": ..., "additional_kwargs": {}, ...}           model_dump, and so a state of LangGraph

Source: the types of langchain-core 1.8, `messages` and `load.dump`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState

# The kinds of a message by the beginning of its class, and who wrote it.
_KINDS = {
    "human": "user", "system": "system", "developer": "system", "ai": "assistant", "chat": "assistant",
    "tool": "tool", "function": "tool",
}  # fmt: skip
_CHUNK, _CLASS = "MessageChunk", "Message"
_CALLS = frozenset({"tool_use", "tool_call", "function_call"})
_SILENT = frozenset({
    "text", "reasoning", "refusal", "image", "image_url", "video", "audio", "file", "text-plain", "thinking",
    "redacted_thinking", "citation", "output_text", "input_text", "document",
})  # fmt: skip
_INNER = ("data", "kwargs")
_READ = frozenset({"content", "tool_calls", "invalid_tool_calls", "additional_kwargs", "tool_call_id", "artifact"})


def is_message(value: Any) -> bool:  # noqa: ANN401
    """A message, as LangChain writes one and nobody else."""
    return isinstance(value, dict) and _given(value) is not None


def _given(value: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The members of a message; None for anything else."""
    if not _kind(value):
        return None
    inner = value.get("kwargs" if value.get("lc") == 1 else "data")
    if isinstance(inner, dict) and "content" in inner:
        return inner
    return value if "content" in value and isinstance(value.get("additional_kwargs"), dict) else None


def _kind(value: Mapping[str, Any]) -> str:
    """One of the kinds; empty if it is none."""
    path = value.get("id")
    if value.get("lc") == 1:
        name = text_of(path[-1]) if isinstance(path, list) and path else ""
    else:
        name = text_of(value.get("type"))
    name = name.removesuffix(_CHUNK).removesuffix(_CLASS).lower()
    return name if name in _KINDS else ""


def read_message(ledger: Ledger, message: Mapping[str, Any], location: str, *, repeats: bool = False) -> None:
    """Note what one message tells. LangChain's user runs the calls: they are proposals until the model goes on.

    `repeats` says that the record may hold the same message elsewhere.
    """
    role, given = _KINDS[_kind(message)], _given(message) or {}
    members = next((key for key in _INNER if message.get(key) is given), None)
    place = f"{location}/{members}" if members else location
    entry = None if repeats else location
    if role == "assistant":
        ledger.pairing.go_on()
        ledger.is_waiting = False
    if role == "tool":
        ledger.is_waiting = True
        state = CallState.FAILED if given.get("status", "success") != "success" else CallState.EXECUTED
        ledger.settle(given.get("tool_call_id"), state, place, given.get("name"))
    else:
        ledger.text(role, given.get("content"))
    _content(ledger, given.get("content"), place, entry)
    _calls(ledger, given, place, entry)
    for value, read in ((given, _READ), (message if members else {}, _INNER)):
        ledger.beside(value, read, location)


def _content(ledger: Ledger, content: object, location: str, entry: str | None) -> None:
    blocks = content if isinstance(content, list) else []
    if not isinstance(content, str | list):
        ledger.gap(f"{location}: the message has no content")
    for place, block in ledger.each([block for block in blocks if not isinstance(block, str)], f"{location}/content"):
        _block(ledger, block, place, entry)


def _block(ledger: Ledger, block: Mapping[str, Any], location: str, entry: str | None) -> None:
    kind = text_of(block.get("type"))
    if kind in _CALLS:
        arguments = next((block[key] for key in ("args", "input", "arguments") if key in block), NOT_RECORDED)
        id_ = block.get("call_id") or block.get("id")
        _call(ledger, id_, block.get("name"), arguments, location, entry)
    elif kind == "server_tool_call":
        arguments = block.get("args", NOT_RECORDED)
        ledger.call(block.get("id"), block.get("name"), arguments, CallState.UNKNOWN, location, entry=entry)
    elif kind in {"server_tool_result", "tool_result"}:
        has_failed = block.get("status", "success") != "success" or block.get("is_error")
        id_ = block.get("tool_call_id") or block.get("tool_use_id")
        ledger.settle(id_, CallState.FAILED if has_failed else CallState.EXECUTED, location)
    elif kind not in _SILENT:
        ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40) or 'none'} are not known")


def _calls(ledger: Ledger, given: Mapping[str, Any], location: str, entry: str | None) -> None:
    for place, call in ledger.each(given.get("tool_calls"), f"{location}/tool_calls"):
        _call(ledger, call.get("id"), call.get("name"), call.get("args", NOT_RECORDED), place, entry)
        ledger.beside(call, {"args"}, place)
    for place, _ in ledger.each(given.get("invalid_tool_calls"), f"{location}/invalid_tool_calls"):
        ledger.gap(f"{place}: a call that could not be read")
    if given.get("tool_call_chunks") and not given.get("tool_calls"):
        ledger.gap(f"{location}: pieces of calls that are not put together")
    raw = given.get("additional_kwargs")
    raw = raw if isinstance(raw, dict) else {}
    # What OpenAI sent, and so the same calls once more.
    legacy = [] if raw.get("function_call") is None else [{"function": raw["function_call"]}]
    for place, call in [
        *ledger.each(raw.get("tool_calls"), f"{location}/additional_kwargs/tool_calls"),
        *ledger.each(legacy, f"{location}/additional_kwargs/function_call"),
    ]:
        function = call["function"] if isinstance(call.get("function"), dict) else {}
        _call(ledger, call.get("id"), function.get("name"), function.get("arguments", NOT_RECORDED), place, entry)
    ledger.beside(raw, {"tool_calls"}, f"{location}/additional_kwargs")


def _call(ledger: Ledger, call_id: object, name: object, arguments: object, location: str, entry: str | None) -> None:
    """Note a call, which a message may hold in several places."""
    ledger.is_waiting = True
    ledger.call(call_id, name, arguments, CallState.PROPOSED, location, entry=entry)
