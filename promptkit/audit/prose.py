"""Lines of mere talk, as types: what fits one of them holds no call and no result, however it is spelled.

Most of a long session is talk. A typed decoder skips a text it need not build at many times the speed of reading it,
follows every escape, and fails on the first key or kind it does not expect, also on one that a later key overwrites.
So a line either fits, or is read in full.

    {"type": "assistant", "sessionId": "s1", "message": {"role": "assistant", "content": [{"type": "text", ...}]}}
        fits: nothing but text, so it is passed over.
    {"type": "assistant", "sessionId": "s1", "message": {"role": "assistant", "content": [{"type": "tool_use", ...}]}}
        does not fit: a block that is neither text nor a thought.
    {"type": "user", "sessionId": "s1", "message": {"role": "user", "content": "... [renewal_calendar@1.0.0 ...]"}}
        fits, and may tell more: it has an `@`, so it may carry a stamp.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import MsgspecError, Raw, Struct, field
from msgspec.json import Decoder

_NOT_TALK = (MsgspecError, UnicodeDecodeError, RecursionError)


class Prose:
    """Tells lines of talk from the others.

    Args:
        types: what a line of talk fits, as `Shortcuts.prose` has it.
    """

    def __init__(self, types: Any) -> None:  # noqa: ANN401
        decoder = Decoder(types)
        self._line = decoder.decode
        self._lines = decoder.decode_lines
        self._seen = set[str]()

    def talk(self, lines: bytes) -> list[Any]:
        """The values of the lines, if all are talk and none the first of its conversation; else nothing.

        This is faster than line by line. Two values in a line, and one in two lines, are values as well.
        """
        try:
            read = self._lines(lines)
        except _NOT_TALK:
            return []
        conversations = [None if line.message.may_tell_more else line.conversation for line in read]
        return read if self._seen.issuperset(conversations) else []

    def line_of_talk(self, line: bytes) -> Any:  # noqa: ANN401
        """The value of the line, if it is talk and not the first of its conversation; else None."""
        try:
            read = self._line(line)
        except _NOT_TALK:
            return None
        if read.message.may_tell_more:
            return None
        is_known = read.conversation in self._seen
        self._seen.add(read.conversation)
        return read if is_known else None


def may_hold_stamp(text: bytes) -> bool:
    """Whether a JSON text has an `@`, as every stamp has.

    No writer of JSON that we know escapes it. Who did so by hand could as well have left the stamp out: it tells which
    text was pasted, and no verdict rests on it.
    """
    return b"@" in text


class _Block(Struct, gc=False):
    type: Literal["text", "thinking", "redacted_thinking"]


# The role is the first key of most messages, and a tag that is not first makes a decoder start again. A line whose type
# is another one holds no call either.
class _Said(Struct, tag_field="role", tag="assistant", gc=False):
    may_tell_more = False
    content: list[_Block]
    # Any other says that more was to come: a call, or the rest of the answer.
    stop_reason: Literal["end_turn", "stop_sequence"] | None = None


class _Asked(Struct, tag_field="role", tag="user", gc=False):
    content: Raw

    @property
    def may_tell_more(self) -> bool:
        content = bytes(self.content)
        return not content.startswith(b'"') or may_hold_stamp(content)


class ClaudeCodeProse(Struct, kw_only=True, gc=False):
    """A line of a session of Claude Code."""

    type: Literal["user", "assistant"]
    conversation: str = field(name="sessionId")
    message: _Said | _Asked
    uuid: str = ""
    parent: str | None = field(name="parentUuid", default=None)
    # These are on lines that are more than talk, whatever their value.
    agent: None = field(name="agentId", default=None)
    is_compact_summary: None = field(name="isCompactSummary", default=None)
    tool_use_result: None = field(name="toolUseResult", default=None)
