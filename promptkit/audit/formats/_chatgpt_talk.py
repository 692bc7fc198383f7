"""ChatGPT conversations of mere talk, as a type: what fits holds no call and no result, however it is spelled.

Most conversations of an export are talk, and reading one in full takes several times as long. The type fails on the
first recipient, role or node it does not expect, also on one that a later key overwrites. What fails is read in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import MsgspecError, Raw, Struct
from msgspec.json import Decoder

from promptkit.audit.prose import may_hold_stamp
from promptkit.json_strict import UnreadableError, strict_json
from promptkit.transcript import Conversation, Text

_NOT_TALK = (MsgspecError, UnicodeDecodeError, RecursionError, UnreadableError)
_NOTHING = Raw(b"")
_NO_TEXT = re.compile(rb'[^"]')
# Not a text, or one that begins with an object or a list, after what may be space, in any spelling.
_MAY_BE_CALL = re.compile(
    rb'[^"]|"(?:[\s\x80-\xff]|\\[nrtf]|\\u[0-9A-Fa-f]{4})*(?:[\{\[]|(?<=\\u007[bB])|(?<=\\u005[bB]))'
)


class _Author(Struct, gc=False):
    role: Literal["user", "assistant", "system"]


class _Content(Struct, gc=False):
    parts: list[Raw] = []
    text: Raw = _NOTHING
    user_profile: Raw = _NOTHING
    user_instructions: Raw = _NOTHING


class _Metadata(Struct, gc=False):
    # These are on what came back of a call, or asks about one.
    invoked_resource: None = None
    invoked_plugin: None = None
    jit_plugin_data: None = None


class _Message(Struct, gc=False):
    author: _Author
    content: _Content
    recipient: Literal["all", "assistant"]
    metadata: _Metadata | None = None


class _Node(Struct, gc=False):
    parent: str | None = None
    children: list[str] = []
    message: _Message | None = None


class _Chat(Struct, gc=False):
    mapping: dict[str, _Node]
    current_node: str | None = None
    conversation_id: str = ""
    id: str = ""


_decode = Decoder(_Chat).decode


def read_talk(location: str, written: bytes | memoryview) -> Conversation | None:
    """The conversation that this JSON text is; None unless it is whole and all of it is talk."""
    try:
        chat = _decode(written)
        if not _is_whole(chat):
            return None
        return Conversation(chat.conversation_id or chat.id or location, [], [], list(_texts(chat, bytes(written))))
    except _NOT_TALK:
        return None


def _is_whole(chat: _Chat) -> bool:
    """Whether every node that is referred to is there, and every node but the first has a message."""
    nodes = chat.mapping
    known = {None, *nodes}
    return chat.current_node in known and all(
        node.parent in known and known.issuperset(node.children) and (node.message or not node.parent)
        for node in nodes.values()
    )


def _texts(chat: _Chat, written: bytes) -> Iterator[Text]:
    """What may hold a stamp: the texts of people and of the system that have an `@`."""
    may_hold_stamps = may_hold_stamp(written)
    for node in chat.mapping.values():
        if node.message:
            role, content = node.message.author.role, node.message.content
            if any(map(_NO_TEXT.match, content.parts)):
                raise UnreadableError("a part of it is more than text")
            if role == "assistant":
                _check(content.parts)
                if content.text is not _NOTHING:
                    _check((content.text,))
            if role != "assistant" and may_hold_stamps:
                yield from _stamped(role, content.parts)
            if may_hold_stamps:
                yield from _stamped("system", (content.user_profile, content.user_instructions))


def _stamped(role: str, parts: Iterable[Raw]) -> Iterator[Text]:
    for part in map(bytes, parts):
        if part.startswith(b'"') and may_hold_stamp(part):
            yield Text(role, strict_json(part))


def _check(parts: Iterable[Raw]) -> None:
    """Fail at what may be a call, as turns of Work hold them: JSON text of an object."""
    if any(map(_MAY_BE_CALL.match, parts)):
        raise UnreadableError("it may be a call")
