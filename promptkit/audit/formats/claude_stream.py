"""What `claude --output-format stream-json` prints: a line when it begins, messages as they come, a result at the end.

With `--verbose`, `--output-format json` prints the same as an array. Messages of sub-agents stand among the others and
name the call that started them. Only the result tells which calls were denied. Source: the types of Anthropic's Agent
SDK, as several libraries that read this stream give them, 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.blocks import BlockMessage, read_content
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import iso_time, text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_TALK = frozenset({"user", "assistant"})
# How things go on; and beside it pieces of messages that come whole as well, and notes on calls.
_SILENT = frozenset({"rate_limit_event", "auth_status", "system"})
_BESIDE = _SILENT | {"stream_event", "tool_progress", "tool_use_summary"}
_EVENTS = frozenset({
    "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta",
    "content_block_stop", "ping",
})  # fmt: skip
_TALK_BLOCKS = frozenset({"text", "thinking", "redacted_thinking"})
# What is read; notes on calls name them; and what a tool or the run gave.
_READ = frozenset({
    "message", "event", "permission_denials", "tool_use_id", "tool_use_result", "toolUseResult", "structured_output",
})  # fmt: skip
_LAUNCHES = frozenset({"Task", "Agent"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message, the beginning, or the result of a run."""
    if not isinstance(value, dict) or not isinstance(value.get("session_id"), str):
        return False
    match value.get("type"):
        case "user" | "assistant":
            return isinstance(value.get("message"), dict)
        case "system":
            return value.get("subtype") == "init"
        case "result":
            return "subtype" in value and "num_turns" in value
    return False


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each run, from its beginning to the result."""
    run: _Run | None = None
    for location, value in records:
        line = value if isinstance(value, dict) else {}
        # A run that goes on with another prompt begins anew after its result.
        if run and run.is_ended and line.get("type") == "system" and line.get("subtype") == "init":
            yield run.conversation()
            run = None
        run = run or _Run(text_of(line.get("session_id")), line, location)
        run.line(location, line)
    if run:
        yield run.conversation()


class _Run:
    def __init__(self, name: str, first: Mapping[str, Any], location: str) -> None:
        self._name = name or "run"
        self._ledger = Ledger()
        self._started: dict[str, str] = {}
        self._parents: set[str] = set()
        self._failed: dict[str, str] = {}
        self._denied: set[str] = set()
        # Calls that pieces of messages and notes on progress tell of: where, and the block or the name by their id.
        self._pieces: dict[str, tuple[str, dict[str, Any]]] = {}
        self._running: dict[str, tuple[str, object]] = {}
        self._summed_up: list[tuple[str, object]] = []
        self.is_ended = False
        if first.get("type") != "system":
            self._ledger.gap(f"{location}: the beginning of the run is missing")

    def line(self, location: str, line: Mapping[str, Any]) -> None:
        kind = text_of(line.get("type"))
        if kind in _TALK:
            self._message(location, line, kind)
        elif kind == "result":
            self._result(location, line)
        elif kind == "stream_event":
            self._piece(location, line.get("event"))
        elif kind == "tool_progress":
            self._running.setdefault(text_of(line.get("tool_use_id")), (location, line.get("tool_name")))
        elif kind == "tool_use_summary":
            ids = line.get("preceding_tool_use_ids")
            self._summed_up += [(location, id_) for id_ in (ids if isinstance(ids, list) else [])]
        elif kind not in _SILENT:
            self._ledger.gap(f"{location}: a line of a kind we do not know ({sanitized(kind, 40) or 'none'})")
        self._ledger.beside(line, () if kind in _SILENT else _READ, location)
        self.is_ended = kind == "result" or (self.is_ended and kind in _BESIDE)

    def _message(self, location: str, line: Mapping[str, Any], kind: str) -> None:
        self._parents.add(text_of(line.get("parent_tool_use_id")))
        message = line.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        self._ledger.beside(message if isinstance(message, dict) else {}, {"content"}, f"{location}/message")
        if isinstance(content, list):
            content = [block for block in content if not self._is_kept_back(block, location)]
        place, time = f"{location}/message", iso_time(line.get("timestamp"))
        self._ledger.texts += read_content(
            content, BlockMessage(kind, place, self._ledger.pairing, self._ledger.gaps, time, repeats=True)
        )

    def _is_kept_back(self, block: Any, location: str) -> bool:  # noqa: ANN401
        """Whether the block starts a sub-agent or brings back its answer, or is an error that may be a denial."""
        if not isinstance(block, dict):
            return False
        if block.get("type") == "tool_use" and text_of(block.get("name")) in _LAUNCHES:
            self._started[text_of(block.get("id"))] = location
            return True
        answered = text_of(block.get("tool_use_id")) if block.get("type") == "tool_result" else ""
        if not answered:
            return False
        if block.get("is_error") and answered not in self._started:
            self._failed[answered] = location
            return True
        return answered in self._started

    def _piece(self, location: str, event: object) -> None:
        """A piece of a message that should come whole later on."""
        piece = event if isinstance(event, dict) else {}
        start = piece["message"] if isinstance(piece.get("message"), dict) else {}
        blocks = start["content"] if isinstance(start.get("content"), list) else []
        for block in [piece.get("content_block"), *blocks]:
            if isinstance(block, dict) and text_of(block.get("type")) not in _TALK_BLOCKS:
                id_ = block.get("id", block.get("tool_use_id"))
                self._pieces.setdefault(text_of(id_) or location, (location, block))
        self._ledger.beside(piece, {"content_block", "message"}, location)
        if text_of(piece.get("type")) not in _EVENTS:
            self._ledger.gap(f"{location}: a piece of a kind we do not know ({sanitized(piece.get('type'), 40)})")

    def _result(self, location: str, line: Mapping[str, Any]) -> None:
        if line.get("subtype") != "success" or line.get("is_error"):
            self._ledger.gap(f"{location}: the run did not end well: {sanitized(line.get('subtype'), 40)}")
        for place, denial in self._ledger.each(line.get("permission_denials"), f"{location}/permission_denials"):
            self._denied.add(text_of(denial.get("tool_use_id")))
            self._ledger.settle(denial.get("tool_use_id"), CallState.DENIED, place, denial.get("tool_name"))

    def _note_beside(self) -> None:
        """Note the calls that only pieces, progress and summaries tell of."""
        for id_, (location, block) in self._pieces.items():
            if not self._is_noted(id_):
                place = BlockMessage("assistant", location, self._ledger.pairing, self._ledger.gaps)
                self._ledger.texts += read_content([block], place)
        for id_, (location, name) in self._running.items():
            if not self._is_noted(id_):
                self._ledger.call(id_, name, NOT_RECORDED, CallState.UNKNOWN, location)
        for location, summed_up in self._summed_up:
            if not self._is_noted(summed_up):
                self._ledger.gap(f"{location}: a summary of a call that is not there")

    def _is_noted(self, id_: object) -> bool:
        return self._ledger.pairing.has_call(id_) or text_of(id_) in self._started

    def conversation(self) -> Conversation:
        """All of it; an error that came back for a call which was denied is the denial."""
        self._note_beside()
        for id_, location in self._failed.items():
            if id_ not in self._denied:
                self._ledger.settle(id_, CallState.FAILED, location)
        for id_, location in self._started.items():
            if id_ not in self._parents | self._denied:
                self._ledger.gap(f"{location}: a sub-agent was started here, and what it did is not in the stream")
        if not self.is_ended:
            self._ledger.gap("the end of the run is missing")
        return self._ledger.conversation(self._name)
