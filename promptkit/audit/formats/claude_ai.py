"""The data export of Claude.ai: an array of conversations. Every message is read, on whatever branch it stands.

How the export tells of a denied call is not known, so a call that brought back an error counts as one that failed, and
a call without a result as one with an unknown outcome.
Source: exports of 2026, as people described them in public; Anthropic has published no schema.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.audit.blocks import CALLS, BlockMessage, is_call_or_result, is_end, read_content
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import Pairing, iso_time, text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.text import sanitized
from promptkit.transcript import Conversation, Text

ABOUT = FormatAbout(
    host="Claude.ai and Claude Desktop",
    get=(
        "Settings > Privacy > Export data, and the link in the e-mail; name the zip file as it is. The "
        "labels are not verified."
    ),
    shows="Each chat with its calls, their arguments and results, in every branch.",
    lacks="Deleted and incognito chats, and what a person answered when asked for approval.",
)

_ROLES = {"human": "user", "assistant": "assistant"}
_READ = frozenset({"content", "attachments", "files"})
_ROOT = "00000000-0000-4000-8000-000000000000"
# Marks of the host inside an answer; they call nothing.
_MARKS = frozenset({"token_budget", "flag", "voice_note"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A conversation of the export."""
    return isinstance(value, dict) and "uuid" in value and isinstance(value.get("chat_messages"), list)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each record."""
    for record in records:
        if matches(record.value):
            yield _conversation(record.location, record.value)
        else:
            yield Conversation(record.location, [], [f"{record.location}: not a Claude.ai conversation"])


def _conversation(location: str, conversation: Mapping[str, Any]) -> Conversation:
    messages = conversation["chat_messages"]
    gaps, texts = list(_missing(messages, location)), list[Text]()
    pairing = Pairing(texts)
    for index, message in enumerate(messages):
        place = f"{location}/chat_messages/{index}"
        role = _ROLES.get(text_of(message.get("sender"))) if isinstance(message, dict) else None
        if role is None:
            gaps.append(f"{place}: not a message of a person or of Claude")
            continue
        noted = BlockMessage(role, place, pairing, gaps, iso_time(message.get("created_at")))
        texts += read_content(_content(message, place, gaps), noted)
        gaps += _beside(message, _READ, place)
        texts += _pasted(message)
    gaps += _beside(conversation, {"chat_messages"}, location)
    answers = [message for message in messages if isinstance(message, dict) and message.get("sender") == "assistant"]
    if answers and _is_cut(answers[-1]):
        gaps.append("it ends before the model has answered")
    name = text_of(conversation["uuid"]) or location
    return Conversation(name, pairing.calls(), gaps + pairing.gaps(), texts)


def _is_cut(answer: Mapping[str, Any]) -> bool:
    """Whether the model was to go on after this: it was stopped, or its last words come before a call or result."""
    if answer.get("truncated") is True or not is_end(answer.get("stop_reason")):
        return True
    content = answer.get("content")
    for block in reversed(content if isinstance(content, list) else []):
        if is_call_or_result(block):
            return True
        if isinstance(block, dict) and block.get("type") == "text":
            return False
    return False


def _beside(value: Mapping[str, Any], read: Collection[str], place: str) -> list[str]:
    key = overlooked(value, read)
    return [] if key is None else [f"{place}: {sanitized(key, 40)} may hold calls"]


def _content(message: Mapping[str, Any], place: str, gaps: list[str]) -> object:
    content = message.get("content")
    if content or not text_of(message.get("text")):
        return _with_ids(content, place) if isinstance(content, list) else content
    if message["sender"] == "assistant":
        gaps.append(f"{place}: only the text of the answer is there, which leaves out the calls")
    return message["text"]


def _with_ids(content: Sequence[Any], place: str) -> list[Any]:
    """The blocks; calls and results without an id are paired by name and order within their message."""
    seen: Counter[tuple[str, str]] = Counter()
    blocks = []
    for block in content:
        kind = text_of(block.get("type")) if isinstance(block, dict) else ""
        key = "id" if kind in CALLS else "tool_use_id" if kind == "tool_result" else ""
        if key and block.get(key) is None:
            name = text_of(block.get("name"))
            seen[key, name] += 1
            block = {**block, key: f"{place} {name} {seen[key, name]}"}
        if kind not in _MARKS:
            blocks.append(block)
    return blocks


def _missing(messages: Sequence[Any], location: str) -> Iterator[str]:
    """A gap for each message that answers one which is not there."""
    known = {text_of(message.get("uuid")) for message in messages if isinstance(message, dict)} | {"", _ROOT}
    for index, message in enumerate(messages):
        if isinstance(message, dict) and text_of(message.get("parent_message_uuid")) not in known:
            yield f"{location}/chat_messages/{index}: the message before it is not in the export"


def _pasted(message: Mapping[str, Any]) -> Iterator[Text]:
    """What somebody pasted that was so long that Claude made a file of it."""
    attachments = message.get("attachments")
    for attachment in attachments if isinstance(attachments, list) else []:
        if isinstance(attachment, dict) and isinstance(attachment.get("extracted_content"), str):
            yield Text(_ROLES[message["sender"]], attachment["extracted_content"])
