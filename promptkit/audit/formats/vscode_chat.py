"""GitHub Copilot Chat in VS Code: what `Export Chat` writes, and the folder `chatSessions` of a workspace.

Both hold the calls that the host showed, with their approvals, and those that the model asked for. An export holds one
state of a session; in the folder it is a log of changes, of which all that was ever written is read. Neither says
whether a person refused a call, or only its result after it ran: the outcome is then unknown.
Source: `chatService.ts`, `chatModel.ts`, `objectMutationLog.ts` of microsoft/vscode and public sessions, 2026.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import furthest, text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="GitHub Copilot Chat in VS Code",
    get="Run the command `Chat: Export Chat...`, or take workspaceStorage/*/chatSessions of the person's machine.",
    shows="Each call that the host showed or the model asked for, with arguments, approvals and results.",
    lacks=(
        "Since VS Code 1.104 a refusal may concern only the result, so its outcome is unknown. What a shell "
        "command did. Not verified with files of users."
    ),
)

_INVOCATIONS = ("toolInvocationSerialized", "toolInvocation")
_BEGINNINGS = ("prepareToolInvocation", "externalToolInvocationUpdate")
# A part without a kind is text. An answer to a server's question is not among them: it is another way to act.
_SILENT = (
    "", "markdownContent", "markdownVuln", "thinking", "inlineReference", "codeblockUri", "textEditGroup", "textEdit",
    "notebookEditGroup", "notebookEdit", "workspaceEdit", "externalEdit", "move", "progressMessage", "progressTask",
    "progressTaskSerialized", "progressTaskResult", "undoStop", "mcpServersStarting", "mcpServersStartingSerialized",
    "command", "warning", "info", "treeData", "multiDiffData", "reference", "references", "codeCitation", "extensions",
    "pullRequest", "todoList", "hook", "autoModeResolution", "clearToPreviousToolInvocation", "voiceProgress",
    "confirmation", "questionCarousel",
)  # fmt: skip
# Where a call holds what it was given: as a person may have edited it, or as it went to the server.
_GIVEN = (("resultDetails", "input"), ("toolSpecificData", "rawInput"))
_LOG = {0: "v", 1: "k", 2: "k", 3: "k"}
_NOT_OF_LABELS = re.compile(r"[^a-z0-9_.-]+")
_LABEL_LENGTH = 13
# Many calls under one id are compared with the last of them only.
_MAX_COMPARED = 16


def matches(value: Any) -> bool:  # noqa: ANN401
    """A session with its requests, or a line of a log of changes to one."""
    if not isinstance(value, dict):
        return False
    if type(kind := value.get("kind")) is int and _LOG.get(kind, "kind") in value:
        return isinstance(value.get("k"), list) or (kind == 0 and _is_session(value["v"]))
    return _is_session(value)


def _is_session(value: object) -> bool:
    requests = value.get("requests") if isinstance(value, dict) else None
    if not isinstance(requests, list):
        return False
    has_request = any(isinstance(request, dict) and "requestId" in request for request in requests)
    return has_request or (isinstance(value, dict) and bool(value.keys() & {"responderUsername", "creationDate"}))


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each exported session, and one for a whole log, named by the id of the session."""
    log: _ChatSession | None = None
    for location, value in records:
        if _is_session(value):
            session = _ChatSession()
            session.state(location, value)
            yield session.conversation(location)
        elif log is None:
            log = _ChatSession()
            log.change(location, value)
            if not (isinstance(value, dict) and value.get("kind") == 0):
                log.ledger.gap(f"{location}: the beginning of the log is missing")
        else:
            log.change(location, value)
    if log:
        yield log.conversation("session")


class _ChatCall(NamedTuple):
    """A call as one place tells of it. `tool_id` is the name that the host makes of the server and the tool."""

    tool_id: str
    arguments: object
    state: CallState
    place: str
    labels: tuple[str, ...] = ()

    def may_be(self, other: _ChatCall) -> bool:
        """Whether both places can tell of one call."""
        is_known = NOT_RECORDED not in (self.arguments, other.arguments)
        return self.tool_id == other.tool_id and not (is_known and self.arguments != other.arguments)

    def with_what_is_in(self, other: _ChatCall) -> _ChatCall:
        """The same call, with what another place tells of it."""
        arguments = other.arguments if self.arguments == NOT_RECORDED else self.arguments
        return self._replace(arguments=arguments, state=furthest([self.state, other.state]))


class _ChatSession:
    def __init__(self) -> None:
        self.ledger = Ledger()
        self._name = ""
        # By the id of the call: what the host showed, what it began to show, and what the model asked for.
        self._shown: dict[str, list[_ChatCall]] = {}
        self._begun: dict[str, list[_ChatCall]] = {}
        self._asked: dict[str, list[_ChatCall]] = {}

    def change(self, location: str, line: Any) -> None:  # noqa: ANN401
        """Read what a line of the log writes; what it takes away was read before."""
        if not matches(line):
            self.ledger.gap(f"{location}: not a line of a log of changes")
            return
        value, place = line.get("v"), f"{location}/v"
        match line.get("k", []):
            case []:
                self.state(place, value)
            case ["requests"]:
                self._requests(place, value)
            case ["requests", int()]:
                self._requests(place, [value])
            case ["requests", int(), "response"]:
                self._parts(place, value)
            case ["requests", int(), "response", int()]:
                self._parts(place, [value])
            case ["requests", int(), "response", *_]:
                self.ledger.gap(f"{place}: a change inside a part of an answer")
            case ["requests", int(), "result"]:
                self._result(place, value)
            case _:
                self.ledger.beside({"v": value}, (), place)

    def state(self, location: str, value: Any) -> None:  # noqa: ANN401
        """Read a whole session."""
        given = value if isinstance(value, dict) else {}
        self._name = self._name or text_of(given.get("sessionId"))
        self._requests(f"{location}/requests", given.get("requests"))
        self.ledger.beside(given, ("requests",), location)

    def _requests(self, location: str, requests: object) -> None:
        for place, request in self.ledger.each(requests, location):
            message = request.get("message")
            self.ledger.text("user", message.get("text") if isinstance(message, dict) else message)
            self.ledger.is_waiting = True
            self._parts(f"{place}/response", request.get("response"))
            if request.get("result") is not None:
                self._result(f"{place}/result", request["result"])
            self.ledger.beside(request, ("response", "result"), place)

    def _parts(self, location: str, parts: object) -> None:
        for place, part in self.ledger.each(parts, location):
            kind = part.get("kind", "")
            call_id = text_of(part.get("toolCallId")) or place
            if kind in _INVOCATIONS:
                call = _ChatCall(text_of(part.get("toolId")), _arguments(part), _state(part), place, _labels(part))
                self._note(self._shown, call_id, call)
                self._beside_call(place, part)
            elif kind in _BEGINNINGS:
                call = _ChatCall(text_of(part.get("toolName")), NOT_RECORDED, CallState.UNKNOWN, place)
                self._note(self._begun, call_id, call)
            elif kind in _SILENT:
                self.ledger.text("assistant", part.get("value"))
                self.ledger.beside(part, (), place)
            else:
                self.ledger.gap(f"{place}: parts of the kind {sanitized(kind, 40)} are not known")

    def _beside_call(self, place: str, part: Mapping[str, Any]) -> None:
        holders = {key: part[key] for key, _ in _GIVEN if isinstance(part.get(key), dict)}
        self.ledger.beside(part, {"toolCallId", *holders}, place)
        for key, given in _GIVEN:
            self.ledger.beside(holders.get(key, {}), (given,), f"{place}/{key}")

    def _result(self, location: str, result: Any) -> None:  # noqa: ANN401
        """Note what the model asked for while it answered; the answer is then whole."""
        self.ledger.is_waiting = False
        given = result if isinstance(result, dict) else {}
        metadata = given["metadata"] if isinstance(given.get("metadata"), dict) else {}
        place = f"{location}/metadata"
        for at, turn in self.ledger.each(metadata.get("toolCallRounds"), f"{place}/toolCallRounds"):
            for inner, call in self.ledger.each(turn.get("toolCalls"), f"{at}/toolCalls"):
                arguments = parse_arguments(call.get("arguments", NOT_RECORDED))
                asked = _ChatCall(text_of(call.get("name")), arguments, CallState.UNKNOWN, inner)
                self._note(self._asked, text_of(call.get("id")) or inner, asked)
                self.ledger.beside(call, ("arguments",), inner)
            self.ledger.beside(turn, ("toolCalls",), at)
        results = metadata.get("toolCallResults")
        if results and not (isinstance(results, dict) and results.keys() <= self._asked.keys() | self._shown.keys()):
            self.ledger.gap(f"{place}/toolCallResults: a result without its call")
        self.ledger.beside(given, ("metadata",), location)
        self.ledger.beside(metadata, ("toolCallRounds", "toolCallResults"), place)

    def _note(self, calls: dict[str, list[_ChatCall]], call_id: str, call: _ChatCall) -> None:
        if not call.tool_id:
            self.ledger.gap(f"{call.place}: a call without a name")
            return
        same = calls.setdefault(call_id, [])
        # A log writes the same call again and again.
        for index in range(max(0, len(same) - _MAX_COMPARED), len(same)):
            if same[index].may_be(call):
                same[index] = same[index].with_what_is_in(call)
                return
        same.append(call)

    def conversation(self, name: str) -> Conversation:
        """All of it: what was shown, and of what was asked for all that cannot be one of those."""
        shown = [call for same in self._shown.values() for call in same]
        alone = [call for found in (self._begun, self._asked) for call in _without(shown, found)]
        for index, (tool_id, arguments, state, place, labels) in enumerate([*shown, *alone]):
            tool, server = spelled_in_vscode(tool_id, labels)
            self.ledger.call(f"{index}", tool, arguments, state, place, server=server)
        return self.ledger.conversation(self._name or name)


def _without(shown: list[_ChatCall], found: Mapping[str, list[_ChatCall]]) -> Iterator[_ChatCall]:
    """The calls that none of those shown can be; from the others these take what they lack."""
    waiting: dict[str, deque[int]] = {}
    for index, call in enumerate(shown):
        waiting.setdefault(call.tool_id, deque()).append(index)
    for call in (call for same in found.values() for call in same):
        fitting = _first_that_may_be(call, shown, waiting.get(call.tool_id, deque()))
        if fitting is None:
            yield call
        else:
            waiting[call.tool_id].remove(fitting)
            shown[fitting] = shown[fitting].with_what_is_in(call._replace(state=shown[fitting].state))


def _first_that_may_be(call: _ChatCall, shown: list[_ChatCall], waiting: Iterable[int]) -> int | None:
    near = islice(waiting, _MAX_COMPARED)
    return next((index for index in near if shown[index].may_be(call)), None)


def _labels(part: Mapping[str, Any]) -> tuple[str, ...]:
    """What the server of a tool is called, if it has one."""
    source = part.get("source")
    if not isinstance(source, dict) or source.get("type") != "mcp":
        return ()
    return tuple(label for key in ("serverLabel", "label") if (label := text_of(source.get(key))))


def spelled_in_vscode(tool_id: str, labels: Iterable[str]) -> tuple[str, str | None]:
    """The name of a tool and its server, without what the host puts before it."""
    for label in labels:
        prefix = f"mcp_{_NOT_OF_LABELS.sub('_', label.lower())[:_LABEL_LENGTH]}_"
        if tool_id.startswith(prefix):
            return tool_id.removeprefix(prefix), label
    return tool_id, None


def _arguments(part: Mapping[str, Any]) -> object:
    """What a tool was called with."""
    for holder, key in _GIVEN:
        given = part.get(holder)
        if isinstance(given, dict) and key in given:
            return parse_arguments(given[key])
    return NOT_RECORDED


def _state(part: Mapping[str, Any]) -> CallState:
    details = part.get("resultDetails")
    if part.get("resultError") or (isinstance(details, dict) and details.get("isError")):
        return CallState.FAILED
    if details is not None:
        return CallState.EXECUTED
    # Versions before 1.104 ask before a call only, and note a plain false.
    return CallState.DENIED if part.get("isConfirmed") is False else CallState.UNKNOWN
