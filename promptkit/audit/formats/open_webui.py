"""Chats of Open WebUI, as people and admins export them: a tree of messages, every one of which is read.

The host runs the calls. Of one that a person declined it keeps only an answer in words, which counts as a result. Chats
from before 2026 have no items of a call, but its text as the host drew it, and sources made of its result.
Source: open-webui/open-webui of 2026, `serialize_output` and the handler of tools in its middleware.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats._openai_items import note_turn, read_item
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Open WebUI",
    get="Export the chats as JSON, your own or, as an admin, all of them.",
    shows="Each call in every branch, with arguments and results; in older chats as the host drew it.",
    lacks=(
        "Whether a person declined a call: the host answers in words, which count as a result. Deleted chats. Not "
        "verified with files of users."
    ),
)

_ROLES = frozenset({"user", "assistant", "system"})
_READ = frozenset({"content", "output", "sources"})
# What a host draws; without a kind it is what a model wrote.
_DRAWN_KINDS = frozenset({"", "reasoning", "tool_calls"})
_DRAWN = re.compile(r"""<details\b((?:\s+[\w-]+=(?:"[^"]*"|'[^']*'))*)(\s*>)?""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(?<![\w-])([\w-]+)=(?:"([^"]*)"|'([^']*)')""")


def matches(value: Any) -> bool:  # noqa: ANN401
    """A chat with the tree of its messages."""
    chat = value.get("chat") if isinstance(value, dict) else None
    history = chat.get("history") if isinstance(chat, dict) else None
    return isinstance(history, dict) and isinstance(history.get("messages"), dict)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each chat."""
    for location, value in records:
        if matches(value):
            yield _conversation(location, value)
        else:
            yield Conversation(location, [], [f"{location}: not a chat of Open WebUI"])


def _conversation(location: str, value: Mapping[str, Any]) -> Conversation:
    ledger, chat = Ledger(), value["chat"]
    history = chat["history"]
    messages = history["messages"]
    for id_, message in messages.items():
        _message(ledger, message, f"{location}/chat/history/messages/{sanitized(id_, 80)}")
    # The current branch once more.
    for place, message in ledger.each(chat.get("messages"), f"{location}/chat/messages"):
        if messages.get(text_of(message.get("id"))) != message:
            _message(ledger, message, place, repeats=True)
    ledger.beside(value, {"chat"}, location)
    ledger.beside(chat, {"history", "messages"}, f"{location}/chat")
    ledger.beside(history, {"messages"}, f"{location}/chat/history")
    for other in _missing(history):
        ledger.gap(f"{location}/chat/history: the message {sanitized(other, 40)} is not in the export")
    return ledger.conversation(text_of(value.get("id")) or location or "chat")


def _missing(history: Mapping[str, Any]) -> Iterator[str]:
    """The messages that others refer to and that are not there."""
    named = [history.get("currentId")]
    for message in history["messages"].values():
        if isinstance(message, dict):
            children = message.get("childrenIds")
            named += [message.get("parentId"), *(children if isinstance(children, list) else [])]
    yield from (str(id_) for id_ in named if id_ is not None and text_of(id_) not in history["messages"])


def _message(ledger: Ledger, message: object, location: str, *, repeats: bool = False) -> None:
    role = text_of(message.get("role")) if isinstance(message, dict) else ""
    if not isinstance(message, dict) or role not in _ROLES:
        ledger.gap(f"{location}: not a message of Open WebUI")
        return
    ledger.text(role, message.get("content"))
    for place, item in ledger.each(message.get("output"), f"{location}/output"):
        read_item(ledger, item, place, message.get("timestamp"), None if repeats else place)
        note_turn(ledger, item)
    for place, source in ledger.each(message.get("sources"), f"{location}/sources"):
        _source(ledger, source, place)
    if role == "assistant":
        _drawn(ledger, text_of(message.get("content")), f"{location}/content")
    if message.get("done") is False or message.get("error"):
        ledger.gap(f"{location}: the answer is not complete")
    ledger.beside(message, _READ, location)
    # What came back stands beside its call, so a call without a result may have run.
    ledger.pairing.go_on()


def _source(ledger: Ledger, source: Mapping[str, Any], location: str) -> None:
    """A source is a document, or what a tool brought back that the host ran before it asked the model."""
    if "tool_result" not in source:
        ledger.beside(source, (), location)
        return
    named, told = source.get("source"), source.get("metadata")
    server, _, name = text_of(named.get("name") if isinstance(named, dict) else None).rpartition("/")
    first = told[0] if isinstance(told, list) and told and isinstance(told[0], dict) else {}
    arguments = first.get("parameters", NOT_RECORDED)
    ledger.call(location, name or None, arguments, CallState.EXECUTED, location, server=server)


def _drawn(ledger: Ledger, content: str, location: str) -> None:
    """The calls that the host drew into the text of an answer, unless their items are there."""
    for found in _DRAWN.finditer(content):
        given = {key.lower(): html.unescape(one or other) for key, one, other in _ATTRIBUTE.findall(found[1])}
        if not found[2]:
            ledger.gap(f"{location}: a part of it that the host drew cannot be read")
        if (kind := given.get("type", "")) not in _DRAWN_KINDS:
            ledger.gap(f"{location}: a part of it that the host drew may hide calls ({sanitized(kind, 40)})")
        if kind != "tool_calls" or ledger.pairing.has_call(given.get("id")):
            continue
        state = CallState.EXECUTED if given.get("done") == "true" else CallState.UNKNOWN
        # JSON text of JSON text.
        arguments = parse_arguments(parse_arguments(given.get("arguments", NOT_RECORDED)))
        ledger.call(given.get("id"), given.get("name"), arguments, state, location)
