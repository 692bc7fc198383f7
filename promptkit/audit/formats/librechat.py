"""Chats that LibreChat exported as JSON: messages with the calls and what they brought back, as a tree or as a list.

The host runs the calls, and writes an MCP tool as `TOOL_mcp_SERVER`. An export without all branches leaves out turns
that were regenerated, and what ran in them.
Source: danny-avila/LibreChat of 2026, `useExportConversation`, `buildMessageTree`, `TMessageContentParts`.
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
    host="LibreChat",
    get="Export the conversation as JSON, with all branches: only such an export can be clean.",
    shows="Each call of every branch with its arguments and result.",
    lacks=(
        "Turns that were regenerated, unless all branches are exported; whether a call failed; plugins of older chats. "
        "Not verified with files of users."
    ),
)

_LISTS = ("messagesTree", "messages")
_READ = frozenset({"content", "children", "attachments"})
_SILENT = frozenset({
    "text", "think", "image_file", "image_url", "video_url", "input_audio", "agent_update", "error",
})  # fmt: skip
# The host's own tools, of which it writes no name.
_OWN = frozenset({"code_interpreter", "retrieval", "file_search"})
# What a tool was given, or gave.
_DATA = frozenset({"args", "arguments", "output", "function"})
_DELIMITER = "_mcp_"


def matches(value: Any) -> bool:  # noqa: ANN401
    """An exported chat."""
    if not isinstance(value, dict) or not isinstance(value.get("conversationId"), str) or "exportAt" not in value:
        return False
    return any(key in value for key in _LISTS)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each record."""
    for location, value in records:
        if matches(value):
            yield _conversation(location, value)
        else:
            yield Conversation(location, [], [f"{location}: not a chat of LibreChat"])


def _conversation(location: str, value: Mapping[str, Any]) -> Conversation:
    ledger = Ledger()
    if value.get("branches") is not True:
        ledger.gap(f"{location}: the export leaves out other branches of the chat; export it with all branches")
    for key in _LISTS:
        for place, message in ledger.tree(value.get(key), f"{location}/{key}", "children"):
            _message(ledger, message, place)
    ledger.beside(value, _LISTS, location)
    return ledger.conversation(value["conversationId"])


def _message(ledger: Ledger, message: Mapping[str, Any], location: str) -> None:
    is_persons = message.get("isCreatedByUser")
    if not isinstance(is_persons, bool):
        ledger.gap(f"{location}: not a message of LibreChat")
    if message.get("unfinished") or message.get("error"):
        ledger.gap(f"{location}: the answer is not complete")
    if message.get("plugin") or message.get("plugins"):
        ledger.gap(f"{location}: plugins were called, which are not read")
    role = "user" if is_persons else "assistant"
    ledger.text(role, message.get("text"))
    ledger.text(role, message.get("content"))
    for place, part in ledger.each(message.get("content"), f"{location}/content"):
        _part(ledger, part, place)
    ledger.beside(message, _READ, location)


def _part(ledger: Ledger, part: Mapping[str, Any], location: str) -> None:
    kind = text_of(part.get("type"))
    ledger.is_waiting = kind == "tool_call"
    if kind == "tool_call":
        call = part.get("tool_call")
        _call(ledger, call if isinstance(call, dict) else {}, f"{location}/tool_call")
        ledger.beside(part, {"tool_call"}, location)
    elif kind in _SILENT:
        ledger.beside(part, (), location)
    else:
        ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40) or 'none'} are not known")


def _call(ledger: Ledger, call: Mapping[str, Any], location: str) -> None:
    kind = text_of(call.get("type"))
    function = call["function"] if isinstance(call.get("function"), dict) else call
    ledger.beside(call, _DATA, location)
    ledger.beside(function, _DATA, location)
    name = kind if kind in _OWN else function.get("name")
    server = None
    # With two of them nobody knows where the tool ends.
    if isinstance(name, str) and name.count(_DELIMITER) == 1:
        name, _, server = name.partition(_DELIMITER)
    arguments = function.get("args", function.get("arguments", NOT_RECORDED))
    if function.get("output") is not None:
        state = CallState.EXECUTED
    else:
        state = CallState.AWAITING_APPROVAL if isinstance(call.get("approval"), dict) else CallState.UNKNOWN
    ledger.call(call.get("id"), name, arguments, state, location, server=server, entry=location)
