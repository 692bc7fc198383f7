"""Lines of mere talk, as types: what fits one of them holds no call, no result and no stamp, however it is spelled.

Most of a long session is talk. A typed decoder skips a text it need not build at many times the speed of reading it,
follows every escape, and fails on the first key or kind it does not expect, also on one that a later key overwrites.
So a line either fits, or is read in full.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from msgspec import MsgspecError, Raw, Struct, ValidationError, field
from msgspec.json import Decoder

_NOT_TALK = (MsgspecError, UnicodeDecodeError, RecursionError)


def but_talk(lines: Iterable[tuple[int, bytes]], prose: Any) -> Iterator[tuple[int, bytes]]:  # noqa: ANN401
    """The numbered lines without those that fit; the first of each conversation stays, and what may hold a stamp."""
    decode, seen = Decoder(prose).decode, set[str | None]()
    for number, line in lines:
        try:
            conversation = decode(line).conversation
        except _NOT_TALK:
            yield number, line
            continue
        if conversation not in seen:
            yield number, line
            if conversation is not None:
                seen.add(conversation)


class _Block(Struct, gc=False):
    type: Literal["text", "thinking", "redacted_thinking"]


class _Said(Struct, gc=False):
    content: list[_Block]


class _Asked(Struct, gc=False):
    content: Raw


class _Line(Struct, tag_field="type", kw_only=True, gc=False):
    # These are on lines that are more than talk, whatever their value.
    agent: None = field(name="agentId", default=None)
    is_compact_summary: None = field(name="isCompactSummary", default=None)
    tool_use_result: None = field(name="toolUseResult", default=None)


class _ClaudeCodeAssistant(_Line, tag="assistant", kw_only=True, gc=False):
    # A field and no property, which would cost as much as reading the line.
    conversation: str = field(name="sessionId")
    message: _Said


class _ClaudeCodeUser(_Line, tag="user", kw_only=True, gc=False):
    session: str = field(name="sessionId")
    message: _Asked

    @property
    def conversation(self) -> str | None:
        content = bytes(self.message.content)
        if not content.startswith(b'"'):
            raise ValidationError("it is more than a text")
        # Only a text with an `@`, written in one of these two ways, can hold a stamp.
        return None if b"@" in content or b"\\u0040" in content else self.session


ClaudeCodeProse = _ClaudeCodeAssistant | _ClaudeCodeUser
