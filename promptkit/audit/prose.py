"""Lines of mere talk, as types: what fits one of them holds no call, no result and no stamp, however it is spelled.

Most of a long session is talk. A typed decoder skips a text it need not build at many times the speed of reading it,
follows every escape, and fails on the first key or kind it does not expect, also on one that a later key overwrites.
So a line either fits, or is read in full.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Raw, Struct, field


class _Text(Struct, tag_field="type", tag="text", forbid_unknown_fields=True, gc=False):
    text: Raw


class _Thinking(Struct, tag_field="type", tag="thinking", forbid_unknown_fields=True, gc=False):
    thinking: Raw
    signature: Raw = Raw(b"")


class _Said(Struct, gc=False):
    content: list[_Text | _Thinking]
    stop_reason: Literal["end_turn", "stop_sequence", "tool_use"] | None = None


class _Asked(Struct, gc=False):
    content: str


class _ClaudeCodeLine(Struct, tag_field="type", gc=False):
    session: str = field(name="sessionId")
    # These are on lines that are more than talk, whatever their value.
    agent: None = field(name="agentId", default=None)
    is_compact_summary: None = field(name="isCompactSummary", default=None)
    tool_use_result: None = field(name="toolUseResult", default=None)


class _ClaudeCodeAssistant(_ClaudeCodeLine, tag="assistant", kw_only=True, gc=False):
    message: _Said

    @property
    def conversation(self) -> str:
        return self.session


class _ClaudeCodeUser(_ClaudeCodeLine, tag="user", kw_only=True, gc=False):
    message: _Asked

    @property
    def conversation(self) -> str | None:
        # Only a text with an `@` can hold a stamp.
        return None if "@" in self.message.content else self.session


ClaudeCodeProse = _ClaudeCodeAssistant | _ClaudeCodeUser
