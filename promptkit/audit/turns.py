"""The calls in a tree of ChatGPT messages, and what became of each: answers and results stand somewhere below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from promptkit.audit.pairing import furthest, iso_time, text_of
from promptkit.audit.spelling import expand_carrier
from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import CallState, RecordedCall

# A result stands close below its call; this many calls in between are looked at.
_MAX_CALLS_BACK = 50


class ChatTurn(NamedTuple):
    """A message of the tree. `role` is what its author is, `place` a JSON pointer to it."""

    node_id: str
    parent: str
    place: str
    message: Mapping[str, Any]
    role: str

    @property
    def content(self) -> Mapping[str, Any]:
        """Its content, empty where there is none."""
        return _mapping(self.message.get("content"))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the host noted beside it, empty where there is none."""
        return _mapping(self.message.get("metadata"))

    @property
    def author(self) -> str:
        """The name of the tool that wrote it, empty where it has none."""
        return text_of(_mapping(self.message.get("author")).get("name"))

    @property
    def time(self) -> str | None:
        """When it was written."""
        return iso_time(self.message.get("create_time"))


@dataclass(eq=False)
class _Call:
    recorded: RecordedCall
    # The spellings that a result of it may have as its author, and the last parts of the paths it called.
    authors: frozenset[str]
    tools: frozenset[str]
    before: _Call | None
    outcomes: set[CallState] = field(default_factory=set)


class Turns:
    """Built up message by message, each after its parent."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        # The nearest call at or above a node, by its id.
        self._above: dict[str, _Call | None] = {}
        self._nodes: dict[str, str] = {}

    def call(self, turn: ChatTurn, recipient: str) -> None:
        """Add a call: a message whose recipient is a tool."""
        arguments = _payload(turn.content)
        spelled = [call.name for call in expand_carrier(recipient, arguments)]
        recorded = RecordedCall(recipient, None, arguments, CallState.UNKNOWN, turn.place, turn.time)
        tools = frozenset(name.rpartition("/")[2] for name in spelled)
        authors = frozenset([recipient, *spelled, *(name.removeprefix("functions.") for name in spelled)])
        call = _Call(recorded, authors, tools, self._above.get(turn.parent))
        self._calls.append(call)
        self._above[turn.node_id] = call

    def answer(self, turn: ChatTurn) -> bool:
        """Take in a question for approval, or what a person answered to it; whether it was one of them."""
        approval = _mapping(turn.metadata.get("jit_plugin_data"))
        asked, answered = _mapping(approval.get("from_server")), _mapping(approval.get("from_client"))
        self._nodes[text_of(turn.message.get("id")) or turn.node_id] = turn.node_id
        if answered:
            action = _mapping(answered.get("user_action"))
            said = _mapping(action.get("data")).get("type") or answered.get("type")
            self._answered(turn, text_of(action.get("target_message_id")), is_denied=said == "deny")
        elif asked.get("type") == "confirm_action" and (call := self._above.get(turn.parent)):
            call.outcomes.add(CallState.AWAITING_APPROVAL)
        return bool(answered or asked)

    def _answered(self, turn: ChatTurn, target: str, *, is_denied: bool) -> None:
        node_id = self._nodes.get(target, turn.parent)
        call = self._above.get(node_id)
        if call:
            call.outcomes.discard(CallState.AWAITING_APPROVAL)
            # Without a target, a denial may be meant for another call that waits.
            is_sure = target in self._nodes or not (call.before and not call.before.outcomes)
            if is_denied and is_sure:
                call.outcomes.add(CallState.DENIED)

    def result(self, turn: ChatTurn) -> bool:
        """Take in a result. One of a call that is not above it is a call of its own; False if it names none."""
        uri = text_of(_mapping(turn.metadata.get("invoked_resource")).get("resource_uri"))
        state = CallState.FAILED if turn.content.get("content_type") == "system_error" else CallState.EXECUTED
        if call := self._called(turn, uri.rpartition("/")[2]):
            # Where somebody denied a call, the host says so in a message that looks like a result and names no tool.
            if uri or CallState.DENIED not in call.outcomes:
                call.outcomes.add(state)
            return True
        if name := uri or turn.author:
            lost = RecordedCall(name, None, NOT_RECORDED, state, turn.place, turn.time)
            self._calls.append(_Call(lost, frozenset(), frozenset(), None, {state}))
        return bool(name)

    def _called(self, turn: ChatTurn, tool: str) -> _Call | None:
        for call in self._above_it(turn):
            if tool in call.tools if tool else turn.author in call.authors:
                return call
        return None

    def _above_it(self, turn: ChatTurn) -> Iterator[_Call]:
        call = self._above.get(turn.parent)
        for _ in range(_MAX_CALLS_BACK):
            if call is None:
                return
            yield call
            call = call.before

    def pass_on(self, node_id: str, parent: str) -> None:
        """Say that a node is done, so that what stands below it finds the calls above it."""
        self._above.setdefault(node_id, self._above.get(parent))

    def calls(self) -> list[RecordedCall]:
        """Every call with its final state; unknown where nothing tells of the outcome."""
        return [
            replace(call.recorded, state=furthest(list(call.outcomes)) if call.outcomes else CallState.UNKNOWN)
            for call in self._calls
        ]


def _payload(content: Mapping[str, Any]) -> object:
    """What a call was called with: the text of code, or the parts of any other content."""
    if isinstance(content.get("text"), str):
        return content["text"]
    parts = content.get("parts")
    if isinstance(parts, list) and parts and all(isinstance(part, str) for part in parts):
        return "".join(parts)
    return NOT_RECORDED


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
