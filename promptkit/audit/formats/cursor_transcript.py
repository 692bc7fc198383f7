"""Cursor's agent transcripts, `~/.cursor/projects/PROJECT/agent-transcripts/ID/ID.jsonl`.

They show what the model called, but neither what came of it nor who allowed it: each outcome is unknown. Sub-agents
have transcripts of their own, and nothing in a transcript names them. The transcripts of early 2026, lists of messages
with `toolCalls`, are read as well.
Source: public adapters and fixtures of 2026; Cursor has published no schema.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.blocks import BlockMessage, read_content
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Cursor",
    get="Take ~/.cursor/projects/PROJECT/agent-transcripts of the person's machine, with the files of the sub-agents.",
    shows="Each call of the agent with its arguments.",
    lacks=(
        "What came of the calls and who allowed them: each outcome is unknown. Which sub-agents belong to a "
        "transcript. Not verified with files of users."
    ),
)

# Each carries the call of a tool of a server, which it names in this member.
_CARRIERS = {"CallMcpTool": "server", "CallDynamicTool": "namespace"}
_ROLES = frozenset({"user", "assistant"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message with its content inside, and no kind, id of a session or model beside it; or an earlier one."""
    if not isinstance(value, dict) or value.keys() & {"type", "sessionId", "session_id", "uuid"}:
        return False
    if text_of(value.get("role")) in _ROLES and isinstance(message := value.get("message"), dict):
        return isinstance(message.get("content"), list) and not message.keys() & {"role", "model"}
    return _is_early(value)


def _is_early(value: Mapping[str, Any]) -> bool:
    if value.get("role") == "tool":
        return isinstance(value.get("toolResult"), dict)
    calls = value.get("toolCalls") if value.get("role") == "assistant" else None
    return isinstance(calls, list) and any(isinstance(call, dict) and "toolName" in call for call in calls)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation: a file holds the transcript of one agent."""
    transcript = _CursorTranscript()
    for record in records:
        transcript.line(record.location, record.value)
    yield transcript.ledger.conversation("transcript")


class _CursorTranscript:
    def __init__(self) -> None:
        self.ledger = Ledger()
        # How many calls and results of a name there were, in the early transcripts.
        self._called: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()

    def line(self, location: str, line: Any) -> None:  # noqa: ANN401
        if not isinstance(line, dict):
            self.ledger.gap(f"{location}: not a line of a transcript")
        elif line.get("type") == "turn_ended":
            self.ledger.is_waiting = False
            self.ledger.beside(line, (), location)
        elif isinstance(line.get("message"), dict):
            self._message(location, line, line["message"])
        else:
            self._early(location, line)

    def _message(self, location: str, line: Mapping[str, Any], message: Mapping[str, Any]) -> None:
        content, place = message.get("content"), f"{location}/message"
        role = text_of(line.get("role"))
        blocks = content if isinstance(content, list) else []
        self.ledger.is_waiting = role != "assistant" or any(map(_is_call, blocks))
        if role not in _ROLES or "type" in line:
            self.ledger.gap(f"{location}: not a line of a transcript")
        noted = BlockMessage(role, place, self.ledger.pairing, self.ledger.gaps)
        carried = [_without_carrier(block) for block in blocks] if blocks else content
        self.ledger.texts += read_content(carried, noted)
        self.ledger.beside(line, ("message",), location)
        self.ledger.beside(message, ("content",), place)
        for index, block in enumerate(blocks):
            if isinstance(block, dict):
                self._beside_carried(f"{place}/content/{index}", block.get("name"), block.get("input"))

    def _early(self, location: str, line: Mapping[str, Any]) -> None:
        role, result = text_of(line.get("role")), line.get("toolResult")
        if role not in _ROLES | {"tool", "system"} or (role == "tool" and not isinstance(result, dict)):
            self.ledger.gap(f"{location}: not a line of a transcript")
        self.ledger.text(role, line.get("text"))
        self.ledger.is_waiting = role != "assistant" or bool(line.get("toolCalls"))
        for place, call in self.ledger.each(line.get("toolCalls"), f"{location}/toolCalls"):
            name = text_of(call.get("toolName"))
            self._called[name] += 1
            tool, arguments, server = _carried(name, call.get("args", NOT_RECORDED))
            call_id = f"{name} {self._called[name]}"
            self.ledger.call(call_id, tool or None, arguments, CallState.UNKNOWN, place, server=server)
            self.ledger.beside(call, ("args",), place)
            self._beside_carried(place, name, call.get("args"))
        if isinstance(result, dict):
            name = text_of(result.get("toolName"))
            self._answered[name] += 1
            self.ledger.settle(f"{name} {self._answered[name]}", CallState.EXECUTED, f"{location}/toolResult")
        self.ledger.beside(line, ("toolCalls", "toolResult"), location)

    def _beside_carried(self, place: str, name: object, given: object) -> None:
        if text_of(name) in _CARRIERS and isinstance(given, dict):
            self.ledger.beside(given, ("arguments",), place)


def _is_call(block: object) -> bool:
    return isinstance(block, dict) and block.get("type") == "tool_use"


def _carried(name: str, arguments: object) -> tuple[str, object, object]:
    """The name, the arguments and the server of what a call carries; those of the call itself if it carries none."""
    held = arguments if name in _CARRIERS and isinstance(arguments, dict) else {}
    if not isinstance(held.get("toolName"), str):
        return name, arguments, None
    # What the model leaves out it did not give.
    return held["toolName"], held.get("arguments"), held.get(_CARRIERS[name])


def _without_carrier(block: Any) -> Any:  # noqa: ANN401
    if not _is_call(block):
        return block
    name, arguments, server = _carried(text_of(block.get("name")), block.get("input", NOT_RECORDED))
    return block | {"name": name or None, "input": arguments, "server_name": server}
