"""The content blocks of Anthropic's messages, which its API, Claude's export and Claude Code's sessions share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import Pairing, iso_time, text_of
from promptkit.audit.stamps import answered_stamp
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, RecordedCall, Text

CALLS = frozenset({"tool_use", "mcp_tool_use", "server_tool_use"})
# Why the model stopped, where it was not to go on.
_ENDS = frozenset({"end_turn", "stop_sequence", "refusal"})
# Neither calls nor results; the last four list what could be called, and mark where another model took over.
_SILENT = frozenset({
    "thinking", "redacted_thinking", "image", "document", "search_result", "container_upload", "mcp_tool_listing",
    "tool_reference", "tool_search_tool_result", "fallback",
})  # fmt: skip
# What a tool was given, or gave.
_DATA = frozenset({"input", "content", "structured_content", "tool_use_id"})
_DISCOVERY = frozenset({"tool_search_tool_regex", "tool_search_tool_bm25"})


class BlockMessage(NamedTuple):
    """Where a message stands, who wrote it, and what was found in it besides its calls and texts.

    `error` is the state of a call whose result is an error; `asked` that of a call which the client runs, as long as no
    result comes. `repeats` tells that the record may hold one block several times. `places` are those of the blocks
    where they do not stand in the message.
    """

    role: str
    location: str
    pairing: Pairing
    gaps: list[str]
    time: str | None = None
    error: CallState = CallState.FAILED
    asked: CallState = CallState.UNKNOWN
    repeats: bool = False
    places: Sequence[str] = ()


def read_content(content: object, message: BlockMessage) -> Iterator[Text]:
    """The texts of a message's content; its calls, results and gaps go into `message`."""
    if isinstance(content, str):
        yield Text(message.role, content)
    elif isinstance(content, list):
        for index, block in enumerate(content):
            place = message.places[index] if message.places else f"{message.location}/content/{index}"
            yield from _block(block, place, message)
    else:
        message.gaps.append(f"{message.location}: the message has no content")


def _block(block: Any, location: str, message: BlockMessage) -> Iterator[Text]:  # noqa: ANN401
    kind = text_of(block.get("type")) if isinstance(block, dict) else ""
    is_data = kind in CALLS or kind.endswith("tool_result")
    if isinstance(block, dict) and (key := overlooked(block, _DATA if is_data else ())) is not None:
        message.gaps.append(f"{location}: {sanitized(key, 40)} may hold calls")
    if kind == "text" and isinstance(block.get("text"), str):
        yield Text(message.role, block["text"])
    elif kind == "server_tool_use" and text_of(block.get("name")) in _DISCOVERY:
        return
    elif kind in CALLS and isinstance(block.get("name"), str):
        message.pairing.call(block.get("id"), _call(block, location, message), None if message.repeats else location)
    elif kind.endswith("tool_result") and kind not in _SILENT:
        message.pairing.result(block.get("tool_use_id"), _outcome(block, message), location, block.get("name"))
        inside = block.get("content")
        if isinstance(inside, list) and any(map(is_call_or_result, inside)):
            message.gaps.append(f"{location}: calls or results stand inside a result")
        yield from answered_stamp(block.get("content"))
    elif kind not in _SILENT:
        message.gaps.append(f"{location}: a block of a kind we do not know ({sanitized(kind, 40) or 'none'})")


def is_end(stop_reason: object) -> bool:
    """Whether the model came to an end with this reason, or the record names none."""
    return stop_reason is None or text_of(stop_reason) in _ENDS


def is_call_or_result(block: object) -> bool:
    """Whether a block is a call or a result, also one that only lists tools."""
    kind = text_of(block.get("type")) if isinstance(block, dict) else ""
    return kind in CALLS or kind.endswith("tool_result")


def _call(block: Mapping[str, Any], location: str, message: BlockMessage) -> RecordedCall:
    server = block.get("server_name") or block.get("integration_name")
    started = iso_time(block.get("start_timestamp")) or message.time
    arguments = block.get("input", NOT_RECORDED)
    caller = block.get("caller")
    if caller is not None and not (isinstance(caller, dict) and caller.get("type") == "direct"):
        message.gaps.append(f"{location}: code made this call, and may have made others that are not recorded")
    state = message.asked if block["type"] == "tool_use" else CallState.UNKNOWN
    return RecordedCall(block["name"], None, arguments, state, location, started, text_of(server) or None)


def _outcome(block: Mapping[str, Any], message: BlockMessage) -> CallState:
    # Anything but a plain false may be an error.
    return message.error if block.get("is_error") else CallState.EXECUTED
