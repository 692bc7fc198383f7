"""Lines of mere talk, as types: what fits one of them holds no call, no result and no stamp, however it is spelled.

Most of a long session is talk. A typed decoder skips a text it need not build at many times the speed of reading it,
follows every escape, and fails on the first key or kind it does not expect, also on one that a later key overwrites.
So a line either fits, or is read in full.
"""

from __future__ import annotations

import re
from typing import Any, Literal

from msgspec import MsgspecError, Raw, Struct, ValidationError, field
from msgspec.json import Decoder

# Searched for with `in`, this would take most of the time: the fast part of that is for one byte alone.
_ESCAPED_AT = re.compile(rb"u0040")
_NOT_TALK = (MsgspecError, UnicodeDecodeError, RecursionError)


class Prose:
    """Tells lines of talk from the others.

    Args:
        types: what a line of talk fits, as `Shortcuts.prose` has it.
    """

    def __init__(self, types: Any) -> None:  # noqa: ANN401
        decoder = Decoder(types)
        self._line, self._lines = decoder.decode, decoder.decode_lines
        self._seen = set[str | None]()

    def count(self, lines: bytes) -> int:
        """How many values the lines hold, if all are talk and none the first of its conversation; else 0.

        This is faster than line by line. Two values in a line, and one in two lines, are values as well.
        """
        try:
            conversations = [line.conversation for line in self._lines(lines)]
        except _NOT_TALK:
            return 0
        return len(conversations) if self._seen.issuperset(conversations) else 0

    def may_skip(self, line: bytes) -> bool:
        """Whether the line is talk, and not the first of its conversation."""
        try:
            conversation = self._line(line).conversation
        except _NOT_TALK:
            return False
        is_known = conversation in self._seen
        if conversation is not None:
            self._seen.add(conversation)
        return is_known


def may_hold_stamp(text: bytes) -> bool:
    """Whether a JSON text has an `@`, written in one of the two ways there are, as every stamp has."""
    return b"@" in text or bool(_ESCAPED_AT.search(text))


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
        return None if may_hold_stamp(content) else self.session


ClaudeCodeProse = _ClaudeCodeAssistant | _ClaudeCodeUser
