"""Tasks of Cline and Roo, `api_conversation_history.json`: messages in Anthropic's blocks, each with its time.

The host runs the calls, those of MCP through `use_mcp_tool`. Older tasks hold them as text in tags, and their results
as text that begins with the name of the tool. To a call that a person denied the host writes an answer in words, which
counts as a result.
Source: cline/cline and RooCodeInc/Roo-Code of 2025 and 2026; tasks that people exported in public.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.blocks import BlockMessage, read_content
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import iso_time, text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Cline and Roo Code",
    get="Take the folder `tasks` of the extension's storage in VS Code: `api_conversation_history.json` of each task.",
    shows="Each call of the task, those of MCP servers also where they stand in the text.",
    lacks=(
        "Whether a person denied a call: the host answers in words, which count as a result. What a shell command "
        "did. Not verified with files of users."
    ),
)

_ROLES = frozenset({"user", "assistant"})
_CARRIER = "use_mcp_tool"
# The host's own tools that only speak to the person or note a plan.
_HARMLESS = frozenset({
    "attempt_completion", "ask_followup_question", "plan_mode_respond", "act_mode_respond", "update_todo_list",
    "load_mcp_documentation",
})  # fmt: skip
# What a tool was given, or gave.
_DATA = frozenset({"input", "content", "tool_use_id"})
# The tag of a tool at the beginning of a line, and in it the first one of what it is given.
_TAGGED = re.compile(r"^<([a-z]+(?:_[a-z]+)+)>\s*<", re.MULTILINE)
_RESULT = re.compile(r"\[(\w{1,100})(?: for '[^\n]{0,1000})?\] Result:")


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message with blocks and its time in milliseconds."""
    if not isinstance(value, dict) or text_of(value.get("role")) not in _ROLES or type(value.get("ts")) is not int:
        return False
    content = value.get("content")
    return isinstance(content, list) and all(isinstance(block, dict) and "type" in block for block in content)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation: a file holds one task."""
    task = _Task()
    for location, value in records:
        if isinstance(value, dict) and text_of(value.get("role")) in _ROLES:
            task.message(value, location)
        else:
            task.ledger.gap(f"{location}: not a message of a task")
    yield task.ledger.conversation("task")


class _Task:
    def __init__(self) -> None:
        self.ledger = Ledger()
        self._harmless: set[str] = set()

    def message(self, message: Mapping[str, Any], location: str) -> None:
        role, content, ledger = message["role"], message.get("content"), self.ledger
        if isinstance(content, list):
            content = [self._but_harmless(block, f"{location}/content/{at}") for at, block in enumerate(content)]
        ledger.is_waiting = _holds_call(content)
        time = message.get("ts")
        when = iso_time(time / 1000) if type(time) is int else None
        texts = list(read_content(content, BlockMessage(role, location, ledger.pairing, ledger.gaps, when)))
        ledger.texts += texts
        for _, text in texts:
            if role == "assistant":
                self._tagged(text, location, when)
            elif found := _RESULT.match(text):
                self._result(found[1], location)
        ledger.beside(message, {"content"}, location)

    def _but_harmless(self, block: Any, location: str) -> Any:  # noqa: ANN401
        """The block; in place of a call of a harmless tool, or of its result, a text that says nothing."""
        if not self._is_harmless(block):
            return block
        self.ledger.beside(block, _DATA, location)
        return {"type": "text", "text": ""}

    def _is_harmless(self, block: Any) -> bool:  # noqa: ANN401
        kind = text_of(block.get("type")) if isinstance(block, dict) else ""
        if kind == "tool_use" and text_of(block.get("name")) in _HARMLESS:
            self._harmless.add(text_of(block.get("id")))
            return True
        return kind == "tool_result" and text_of(block.get("tool_use_id")) in self._harmless

    def _tagged(self, text: str, location: str, time: str | None) -> None:
        """The calls in the tags of a text, which the host takes out and runs."""
        for part in text.split(f"<{_CARRIER}>")[1:]:
            inner, end, _ = part.partition(f"</{_CARRIER}>")
            if not end:
                self.ledger.gap(f"{location}: a call that is cut off")
            given = {"tool_name": _between(inner, "tool_name"), "arguments": _between(inner, "arguments")}
            self.ledger.is_waiting = True
            self.ledger.call(None, _CARRIER, given, CallState.UNKNOWN, location, time=time)
        for name in _TAGGED.findall(text):
            if name != _CARRIER and name not in _HARMLESS:
                self.ledger.is_waiting = True
                self.ledger.call(None, name, NOT_RECORDED, CallState.UNKNOWN, location, time=time)

    def _result(self, name: str, location: str) -> None:
        if name not in _HARMLESS:
            self.ledger.is_waiting = True
            self.ledger.settle(None, CallState.EXECUTED, location, name)


def _holds_call(content: object) -> bool:
    blocks = content if isinstance(content, list) else []
    return any(isinstance(block, dict) and text_of(block.get("type")).startswith("tool_") for block in blocks)


def _between(text: str, tag: str) -> str:
    """What stands between the tags; where there are none, what no tool accepts."""
    _, begin, rest = text.partition(f"<{tag}>")
    inner, end, _ = rest.partition(f"</{tag}>")
    return inner.strip() if begin and end else NOT_RECORDED
