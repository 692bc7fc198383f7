"""Gemini CLI's sessions, `~/.gemini/tmp/PROJECT/chats/session-*.json` or `.jsonl`.

They show each call that the host dealt with, and what came of it, also where a session was rewound. Of a call that was
cancelled they do not show whether it had begun, so its outcome is unknown. Sub-agents have files in a folder beside it.
Source: `chatRecordingTypes` and `chatRecordingService` of @google/gemini-cli-core 0.61.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import furthest, text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Gemini CLI",
    get="Take ~/.gemini/tmp/PROJECT/chats of the person's machine, with the folders of the sub-agents.",
    shows="Each call with its result, also in turns that were rewound.",
    lacks=(
        "Whether a call that was cancelled had begun: its outcome is unknown. What a shell command did. Not "
        "verified with files of users."
    ),
)

# `cancelled` stands there for what never began as well as for what was stopped, so it proves nothing.
_STATES = {
    "success": CallState.EXECUTED,
    "error": CallState.FAILED,
    "awaiting_approval": CallState.AWAITING_APPROVAL,
}
# Many calls under one id are compared with the last of them only.
_MAX_COMPARED = 16
_ENDS = frozenset({CallState.EXECUTED, CallState.FAILED})
# Who writes a message of each kind; the others are notes of the host.
_KINDS = {"user": "user", "gemini": "assistant", "info": "", "error": "", "warning": ""}


def matches(value: Any) -> bool:  # noqa: ANN401
    """A session, or the line that begins one."""
    return isinstance(value, dict) and "projectHash" in value and isinstance(value.get("sessionId"), str)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation, named by the id of the session: a file holds one, which needs those of its sub-agents."""
    session = _CliSession()
    for record in records:
        session.record(record.location, record.value)
    yield session.conversation()


class _CliSession:
    def __init__(self) -> None:
        self._ledger = Ledger()
        self._name = ""
        self._needs: dict[str, None] = {}
        # The calls by their id. A message is written again whenever one of its calls comes further.
        self._calls: dict[str, list[_CliCall]] = {}

    def record(self, location: str, value: Any) -> None:  # noqa: ANN401
        if not isinstance(value, dict):
            self._ledger.gap(f"{location}: not a record of a session")
        elif matches(value):
            self._name = self._name or value["sessionId"]
            self._change(location, value)
        elif isinstance(value.get("$set"), dict):
            self._change(f"{location}/$set", value["$set"])
            self._ledger.beside(value, ("$set",), location)
        elif "$rewindTo" in value:
            self._ledger.beside(value, (), location)
        else:
            self._message(location, value)

    def _change(self, location: str, value: Mapping[str, Any]) -> None:
        for place, message in self._ledger.each(value.get("messages"), f"{location}/messages"):
            self._message(place, message)
        self._ledger.beside(value, ("messages",), location)

    def _message(self, place: str, message: Mapping[str, Any]) -> None:
        kind = text_of(message.get("type"))
        if kind not in _KINDS:
            self._ledger.gap(f"{place}: messages of the kind {sanitized(kind, 40) or 'none'} are not known")
        if role := _KINDS.get(kind):
            self._ledger.text(role, message.get("content"))
            self._ledger.is_waiting = role == "user" or bool(message.get("toolCalls"))
        for at, call in self._ledger.each(message.get("toolCalls"), f"{place}/toolCalls"):
            self._call(at, call)
        self._ledger.beside(message, ("toolCalls",), place)

    def _call(self, place: str, call: Mapping[str, Any]) -> None:
        state = _STATES.get(text_of(call.get("status")), CallState.UNKNOWN)
        found = _CliCall(call.get("name"), call.get("args", NOT_RECORDED), state, place, call.get("timestamp"))
        known = ["args", "result"]
        if isinstance(call.get("agentId"), str):
            self._needs[call["agentId"]] = None
            # It shows what the sub-agent did, which has a file of its own.
            known.append("resultDisplay")
        self._ledger.beside(call, known, place)
        self._beside_result(f"{place}/result", call.get("result"))
        same = self._calls.setdefault(text_of(call.get("id")) or place, [])
        for index in range(max(0, len(same) - _MAX_COMPARED), len(same)):
            if same[index][:2] == found[:2]:
                same[index] = same[index].after(state)
                return
        same.append(found)

    def _beside_result(self, place: str, result: object) -> None:
        parts = result if isinstance(result, list) else [result]
        for part in (part for part in parts if isinstance(part, dict)):
            self._ledger.beside(part, ("functionResponse",), place)
            if isinstance(response := part.get("functionResponse"), dict):
                self._ledger.beside(response, ("response",), f"{place}/functionResponse")

    def conversation(self) -> Conversation:
        """All of it, in the order in which the calls were first written."""
        for index, (name, arguments, state, place, time) in enumerate(c for same in self._calls.values() for c in same):
            self._ledger.call(f"{index}", name, arguments, state, place, time=time)
        if not self._name:
            self._ledger.gap("the beginning of the session is missing")
        return self._ledger.conversation(self._name or "session", list(self._needs))


class _CliCall(NamedTuple):
    """A call as a message tells of it."""

    name: object
    arguments: object
    state: CallState
    place: str
    time: object

    def after(self, state: CallState) -> _CliCall:
        """The same call once it has come to a state; only an end that was written before still counts then."""
        is_end = state in _ENDS and self.state not in _ENDS
        return self._replace(state=state if is_end else furthest([self.state, state]))
