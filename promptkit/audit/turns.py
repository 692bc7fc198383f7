"""The calls in a tree of ChatGPT messages, and what became of each: answers and results stand somewhere below it.

    user       "Start the workflow."
    assistant  to api_tool.call_tool: {"path": "/Torii/link_1/run_workflow", ...}     the call
    tool       jit_plugin_data.from_server.type: "confirm_action"                     the question about it
    user       jit_plugin_data.from_client.user_action: "allow" or "deny"             the answer to the question
    tool       invoked_resource.resource_uri: "/asdk_app_9/link_1/run_workflow"       the result

Other branches may begin at each message, and parallel calls stand below each other before their results.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from promptkit.audit.pairing import furthest, iso_time, text_of
from promptkit.audit.spelling import expand_carrier
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, RecordedCall, Text

# A result stands close below its call; this many calls in between are looked at.
_MAX_CALLS_BACK = 50
_HTTP_ERROR = 400
# What a host asks before it calls: whether it may, and for a sign-in. Whatever else it says has come of a call.
_QUESTIONS = frozenset({"confirm_action", "oauth_required"})


class ChatTurn(NamedTuple):
    """A message of the tree.

    `role` is what its author is, `place` a JSON pointer to it, `said` what was said last above it.
    """

    node_id: str
    parent: str
    place: str
    message: Mapping[str, Any]
    role: str
    said: Sequence[Text] = ()

    @property
    def content(self) -> Mapping[str, Any]:
        """Its content, which may be empty."""
        return _mapping(self.message.get("content"))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What the host noted beside it, which may be empty."""
        return _mapping(self.message.get("metadata"))

    @property
    def author(self) -> str:
        """The name of the tool that wrote it, empty where it has none."""
        return text_of(_mapping(self.message.get("author")).get("name"))

    @property
    def payload(self) -> object:
        """What it hands to a tool: the text of code, or the parts of any other content."""
        text, parts = self.content.get("text"), self.content.get("parts")
        if isinstance(text, str):
            return text
        if isinstance(parts, list) and parts and all(isinstance(part, str) for part in parts):
            return "".join(parts)
        return NOT_RECORDED

    @property
    def resource(self) -> str:
        """The path of what the host called for it, empty where it says none."""
        return text_of(_mapping(self.metadata.get("invoked_resource")).get("resource_uri"))

    @property
    def operations(self) -> Sequence[str]:
        """What the host says, beside the path, that it called or asks about; empty where it does not say."""
        asked = _mapping(_mapping(self.metadata.get("jit_plugin_data")).get("from_server"))
        plugin = _mapping(self.metadata.get("invoked_plugin"))
        return text_of(_mapping(asked.get("body")).get("operation")), text_of(plugin.get("operation"))

    @property
    def is_result(self) -> bool:
        """Whether the host notes that something it called has answered."""
        return "http_response_status" in _mapping(self.metadata.get("invoked_plugin"))

    @property
    def is_error(self) -> bool:
        """Whether what answered did so with an error, or the host failed at it."""
        status = _mapping(self.metadata.get("invoked_plugin")).get("http_response_status")
        return self.content.get("content_type") == "system_error" or (isinstance(status, int) and status >= _HTTP_ERROR)

    @property
    def time(self) -> str | None:
        """When it was written."""
        return iso_time(self.message.get("create_time"))


@dataclass(eq=False)
class _Call:
    recorded: RecordedCall
    # The spellings that its result may have as its author, and the last parts of the paths it called.
    authors: frozenset[str]
    tools: frozenset[str]
    # Without the carrier.
    names: frozenset[str]
    before: _Call | None
    outcomes: set[CallState] = field(default_factory=set)


class Turns:
    """Built up message by message, each after its parent."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        # The nearest call at or above a node, by its id.
        self._above: dict[str, _Call | None] = {}
        self._nodes: dict[str, str] = {}
        self.gaps: list[str] = []

    def call(self, turn: ChatTurn, recipient: str) -> None:
        """Add a call: a message whose recipient is a tool."""
        arguments = turn.payload
        spelled = [call.name for call in expand_carrier(recipient, arguments)]
        recorded = RecordedCall(recipient, None, arguments, CallState.UNKNOWN, turn.place, turn.time, said=turn.said)
        tools = frozenset(name.rpartition("/")[2] for name in spelled)
        authors = frozenset([recipient, *spelled, *(name.removeprefix("functions.") for name in spelled)])
        call = _Call(recorded, authors, tools, frozenset(spelled), self._above.get(turn.parent))
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
        elif text_of(asked.get("type")) in _QUESTIONS:
            self._asked(turn, is_open=asked["type"] == "confirm_action")
        else:
            return False
        return True

    def _asked(self, turn: ChatTurn, *, is_open: bool) -> None:
        tool = turn.resource.rpartition("/")[2]
        if call := self._called(turn, tool) if tool else self._above.get(turn.parent):
            call.outcomes |= {CallState.AWAITING_APPROVAL} if is_open else set()
            self._compare(turn, call.names)
        elif tool:
            self._without_call(turn, turn.resource, CallState.AWAITING_APPROVAL)
        else:
            self.gaps.append(f"{turn.place}: a question about a call that is not there")

    def _answered(self, turn: ChatTurn, target: str, *, is_denied: bool) -> None:
        call = self._above.get(self._nodes.get(target, turn.parent))
        if call is None:
            self.gaps.append(f"{turn.place}: an answer to a question about a call that is not there")
            return
        if turn.resource and turn.resource.rpartition("/")[2] not in call.tools:
            self._without_call(turn, turn.resource, CallState.UNKNOWN)
        call.outcomes.discard(CallState.AWAITING_APPROVAL)
        if not is_denied:
            call.outcomes.discard(CallState.DENIED)
        # Without a target, a denial may be meant for another call that waits.
        is_sure = target in self._nodes or not (call.before and not call.before.outcomes)
        if is_denied and is_sure:
            call.outcomes.add(CallState.DENIED)

    def result(self, turn: ChatTurn) -> None:
        """Take in a result. One of a call that is not above it is a call of its own; if it names none, a gap."""
        state = CallState.FAILED if turn.is_error else CallState.EXECUTED
        if call := self._called(turn, turn.resource.rpartition("/")[2]):
            # Where somebody denied a call, the host says so in a message that looks like a result and names no tool.
            if turn.resource or turn.is_result or CallState.DENIED not in call.outcomes:
                call.outcomes.add(state)
            elif turn.author in call.names:
                call.outcomes.add(CallState.UNKNOWN)
            self._compare(turn, call.names)
        elif name := turn.resource or turn.author:
            self._without_call(turn, name, state)
            self._compare(turn, {name})
        else:
            self.gaps.append(f"{turn.place}: a result that does not say of what")

    def _compare(self, turn: ChatTurn, names: Collection[str]) -> None:
        for operation in filter(None, turn.operations):
            if not any(_letters(name).endswith(_letters(operation)) for name in names):
                self.gaps.append(f"{turn.place}: it names {sanitized(operation, 40)}, which is not what was called")

    def _without_call(self, turn: ChatTurn, name: str, state: CallState) -> None:
        call = RecordedCall(name, None, NOT_RECORDED, state, turn.place, turn.time, said=turn.said)
        self._calls.append(_Call(call, frozenset(), frozenset(), frozenset(), None, {state}))

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


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
