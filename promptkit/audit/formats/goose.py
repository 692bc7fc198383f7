"""Sessions of Goose: exported as JSON, its older files of JSON Lines, and what `goose run` prints as JSON.

Goose runs the calls, and writes a tool as `EXTENSION__TOOL`. To a call that a person declined it writes an answer in
words, which counts as a result.
Source: `conversation/message.rs` and `tool_result_serde.rs` of block/goose, 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger, read_whole_or_loose
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Goose",
    get=(
        "Run `goose session export --format json`, take its older files of JSON Lines, or keep what `goose run` "
        "prints as JSON."
    ),
    shows="Each call with its arguments and result, and what a person was asked.",
    lacks=(
        "Whether a person declined a call: the host answers in words, which count as a result. Not verified with "
        "files of users."
    ),
)

_REQUESTS = frozenset({"toolRequest", "frontendToolRequest"})
_TELLING = _REQUESTS | {"toolResponse", "toolConfirmationRequest", "actionRequired"}
_SILENT = frozenset({"text", "image", "thinking", "redactedThinking", "reasoning", "systemNotification"})
_DATA = frozenset({"toolCall", "toolResult", "data", "arguments"})
_LISTS = ("conversation", "messages")
# Lines that `goose run` prints beside the messages.
_EVENTS = frozenset({"notification", "complete"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message with a call or a result, a session with such messages, or an event with one."""
    if not isinstance(value, dict):
        return False
    lists = [value[key] for key in _LISTS if isinstance(value.get(key), list)]
    return any(map(_is_telling, [value, value.get("message"), *(message for inner in lists for message in inner)]))


def _is_telling(message: Any) -> bool:  # noqa: ANN401
    content = message.get("content") if isinstance(message, dict) else None
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and text_of(part.get("type")) in _TELLING for part in parts)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each session; the lines of a file are one together."""
    return read_whole_or_loose(records, _session, _line, "session")


def _session(location: str, value: Any) -> Conversation | None:  # noqa: ANN401
    if not (isinstance(value, dict) and any(isinstance(value.get(key), list) for key in _LISTS)):
        return None
    ledger = Ledger()
    for key in _LISTS:
        for place, message in ledger.each(value.get(key), f"{location}/{key}"):
            _message(ledger, message, place)
    ledger.beside(value, _LISTS, location)
    count, held = value.get("message_count"), value.get("conversation")
    if isinstance(count, int) and isinstance(held, list) and count > len(held):
        ledger.gap(f"{location}: messages are missing")
    return ledger.conversation(text_of(value.get("id")) or location or "session")


def _line(ledger: Ledger, value: Any, location: str) -> None:  # noqa: ANN401
    line = value if isinstance(value, dict) else {}
    if line.get("type") == "message" and isinstance(line.get("message"), dict):
        _message(ledger, line["message"], f"{location}/message")
        ledger.beside(line, {"message"}, location)
    elif "working_dir" in line or text_of(line.get("type")) in _EVENTS:
        ledger.beside(line, (), location)
    else:
        _message(ledger, line, location)


def _message(ledger: Ledger, message: Mapping[str, Any], location: str) -> None:
    role = text_of(message.get("role"))
    if role not in {"user", "assistant"} or not isinstance(message.get("content"), list):
        ledger.gap(f"{location}: not a message of Goose")
        return
    ledger.text(role, message["content"])
    if role == "assistant":
        ledger.is_waiting = False
    for place, part in ledger.each(message["content"], f"{location}/content"):
        _part(ledger, part, place, message.get("created"))
    ledger.beside(message, {"content"}, location)


def _part(ledger: Ledger, part: Mapping[str, Any], location: str, time: object) -> None:
    kind, call_id = text_of(part.get("type")), part.get("id")
    ledger.beside(part, _DATA if kind in _TELLING else (), location)
    for key in ("toolCall", "toolResult"):
        ledger.beside(part[key] if isinstance(part.get(key), dict) else {}, {"value"}, f"{location}/{key}")
    if kind in _REQUESTS:
        _call(ledger, call_id, part.get("toolCall"), location, time)
    elif kind == "toolResponse":
        ledger.is_waiting = True
        ledger.settle(call_id, _outcome(part.get("toolResult")), location)
    elif kind == "toolConfirmationRequest":
        ledger.settle(call_id, CallState.AWAITING_APPROVAL, location, _tool(part.get("toolName"))[0])
    elif kind == "actionRequired":
        data = part["data"] if isinstance(part.get("data"), dict) else {}
        if data.get("actionType") == "toolConfirmation":
            ledger.settle(data.get("id"), CallState.AWAITING_APPROVAL, location, _tool(data.get("toolName"))[0])
        else:
            ledger.gap(f"{location}: a server asked for input")
    elif kind not in _SILENT:
        ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40) or 'none'} are not known")


def _call(ledger: Ledger, call_id: object, asked: object, location: str, time: object) -> None:
    ledger.is_waiting = True
    call = asked.get("value") if isinstance(asked, dict) and asked.get("status") == "success" else None
    if not isinstance(call, dict):
        ledger.gap(f"{location}: a call that could not be read")
        return
    ledger.beside(call, {"arguments"}, location)
    name, server = _tool(call.get("name"))
    # A call without arguments has none of its own.
    arguments = call.get("arguments")
    ledger.call(call_id, name, arguments, CallState.UNKNOWN, location, server=server, time=time, entry=location)


def _tool(name: object) -> tuple[object, str | None]:
    """The name of a tool and that of its extension."""
    if not isinstance(name, str) or "__" not in name:
        return name, None
    extension, _, tool = name.partition("__")
    return tool, extension


def _outcome(result: object) -> CallState:
    given = result if isinstance(result, dict) else {}
    value = given.get("value")
    has_failed = given.get("status") != "success" or (isinstance(value, dict) and value.get("isError"))
    return CallState.FAILED if has_failed else CallState.EXECUTED
