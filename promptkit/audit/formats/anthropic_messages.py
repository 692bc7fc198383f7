"""Anthropic's Messages API: messages, requests with their answer, streams of events, and lists or lines of messages.

The provider runs `mcp_tool_use`, the client runs `tool_use`: the latter is a proposal until a message follows it.
Source: the types of anthropic 2.13, `types.beta.BetaMessage` and `BetaRawMessageStreamEvent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.audit.blocks import CALLS, BlockMessage, read_content
from promptkit.audit.ledger import Ledger
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Anthropic's Messages API",
    get="Log the requests and answers of your own client, or the events of its streams, as JSON Lines.",
    shows=(
        "Calls that the provider ran, with their results; calls that your client was asked to run, and the "
        "results it sent back."
    ),
    lacks="What your client ran and did not send back; calls made by code that ran at the provider.",
)

_TELLING = CALLS | {"tool_result", "mcp_tool_result"}
_ROLES = frozenset({"user", "assistant", "system"})
_READ = frozenset({"messages", "content", "system"})
_DELTAS = frozenset({
    "text_delta", "input_json_delta", "citations_delta", "thinking_delta", "signature_delta", "compaction_delta",
})  # fmt: skip
_TEXTS = frozenset({"text", "thinking", "redacted_thinking"})
_OF_EVENTS = frozenset({"message", "content_block", "delta"})
_ENDS = frozenset({"end_turn", "stop_sequence", "tool_use"})
_EVENTS = frozenset({
    "message_start", "message_delta", "message_stop", "content_block_start", "content_block_delta",
    "content_block_stop",
})  # fmt: skip


def matches(value: Any) -> bool:  # noqa: ANN401
    """An answer, messages with a call or a result in them, one such message, or an event of a stream."""
    if not isinstance(value, dict):
        return False
    messages = value["messages"] if isinstance(value.get("messages"), list) else []
    if _is_answer(value) or any(_is_telling(message) for message in [value, *messages]):
        return True
    return text_of(value.get("type")) in _EVENTS and bool(value.keys() & {"message", "index", "delta"})


def _is_answer(value: Mapping[str, Any]) -> bool:
    return value.get("type") == "message" and "stop_reason" in value and isinstance(value.get("content"), list)


def _is_telling(message: Any) -> bool:  # noqa: ANN401
    # Cline and Roo write the same blocks, and the time of each message.
    if not isinstance(message, dict) or text_of(message.get("role")) not in _ROLES or "ts" in message:
        return False
    content = message["content"] if isinstance(message.get("content"), list) else []
    # Inspect AI has blocks of the same name, with a `tool_type`.
    return any(isinstance(b, dict) and text_of(b.get("type")) in _TELLING and "tool_type" not in b for b in content)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each request and stream. Messages are one, up to an answer that follows an answer."""
    reading = _MessageReading()
    for location, value in records:
        if not isinstance(value, dict):
            yield Conversation(location, [], [f"{location}: not from the Messages API"])
        elif text_of(value.get("type")) in _EVENTS or value.get("type") == "ping":
            yield from reading.event(location, value)
        elif "messages" in value:
            yield _exchange(location, value)
        else:
            yield from reading.message(location, value)
    yield from reading.end()


def _exchange(location: str, value: Mapping[str, Any]) -> Conversation:
    ledger = Ledger()
    ledger.text("system", value.get("system"))
    for place, message in ledger.each(value.get("messages"), f"{location}/messages"):
        _message(ledger, message, place)
    if "content" in value:
        _message(ledger, value, location)
    elif "max_tokens" in value:
        ledger.is_waiting = True
    ledger.beside(value, _READ, location)
    return ledger.conversation(text_of(value.get("id")) or location or "messages")


def _message(ledger: Ledger, message: Mapping[str, Any], location: str, places: Sequence[str] = ()) -> None:
    role = text_of(message.get("role"))
    if role == "assistant":
        ledger.is_waiting = "stop_reason" not in message and _holds(message.get("content"), "tool_use")
    elif _holds(message.get("content"), "tool_result"):
        ledger.is_waiting = True
    if role not in _ROLES:
        ledger.gap(f"{location}: not a Messages API message")
    if text_of(message.get("stop_reason", "end_turn")) not in _ENDS:
        ledger.gap(f"{location}: the answer is cut off: {sanitized(message.get('stop_reason'), 40)}")
    ledger.pairing.go_on()
    ledger.beside(message, _READ, location)
    noted = BlockMessage(role, location, ledger.pairing, ledger.gaps, asked=CallState.PROPOSED, places=places)
    ledger.texts += read_content(message.get("content"), noted)


def _holds(content: object, kind: str) -> bool:
    blocks = content if isinstance(content, list) else []
    return any(isinstance(block, dict) and block.get("type") == kind for block in blocks)


class _MessageReading:
    def __init__(self) -> None:
        self._ledger: Ledger | None = None
        self._name = ""
        self._is_answered = False
        # The message that the events of a stream are making.
        self._stream: _StreamedMessage | None = None

    def message(self, location: str, message: Mapping[str, Any], places: Sequence[str] = ()) -> Iterator[Conversation]:
        if self._is_answered and _is_answer(message):
            yield from self._let_go()
        self._is_answered = _is_answer(message)
        self._name = self._name or text_of(message.get("id"))
        self._ledger = self._ledger or Ledger()
        _message(self._ledger, message, location, places)

    def _let_go(self) -> Iterator[Conversation]:
        if self._ledger:
            yield self._ledger.conversation(self._name or "messages")
        self._ledger = None
        self._name = ""

    def event(self, location: str, event: Mapping[str, Any]) -> Iterator[Conversation]:
        kind = event.get("type")
        if kind == "message_start":
            yield from self._answer(location)
            message = event.get("message")
            self._stream = _StreamedMessage(location, message if isinstance(message, dict) else {})
        begun = self._stream
        if kind != "ping" or begun or overlooked(event, ()) is not None:
            self._stream = begun or _StreamedMessage(location, {})
            self._stream.add(location, event)
        if kind == "message_stop":
            if begun:
                begun.stop()
            yield from self._answer(location)

    def _answer(self, location: str) -> Iterator[Conversation]:
        if self._stream:
            yield from self.message(location, self._stream.message(), self._stream.places)
        self._stream = None

    def end(self) -> Iterator[Conversation]:
        yield from self._answer("the end")
        yield from self._let_go()


def _identity(block: object) -> str:
    """What two tellings of a call or a result share; empty for other blocks."""
    given = block if isinstance(block, dict) else {}
    ids = [given.get(key) for key in ("type", "id", "tool_use_id", "name")]
    return repr(ids) if any(ids[1:3]) else ""


class _StreamedMessage:
    """One message, made of its start and the events that go on with it."""

    def __init__(self, location: str, start: Mapping[str, Any]) -> None:
        self._start = {"type": "message", "stop_reason": None} | dict(start)
        content = start.get("content")
        self._blocks: list[Any] = content if isinstance(content, list) else [content] if content else []
        self.places = [f"{location}/message/content/{index}" for index in range(len(self._blocks))]
        # The block of each index that goes on, and the pieces of its input.
        self._at: dict[str, dict[str, Any]] = {}
        self._pieces: dict[int, list[str]] = {}
        self._known = {_identity(block) for block in self._blocks} - {""}

    def add(self, location: str, event: Mapping[str, Any]) -> None:
        """Add what an event tells; what looks like a call where none is known to stand is a gap."""
        index, kind = str(event.get("index")), event.get("type")
        delta = event["delta"] if isinstance(event.get("delta"), dict) else {}
        if overlooked(event, _OF_EVENTS) is not None or overlooked(delta, ()) is not None:
            self._begin(index, {}, location)
        if kind == "message_delta" and "stop_reason" in delta:
            self._start["stop_reason"] = delta["stop_reason"]
        elif kind == "content_block_start":
            self._begin(index, event.get("content_block"), f"{location}/content_block")
        elif isinstance(delta.get("partial_json"), str):
            block = self._at[index] if index in self._at else self._begin(index, {}, location)
            self._pieces.setdefault(id(block), []).append(delta["partial_json"])
        elif kind == "content_block_delta" and text_of(delta.get("type")) not in _DELTAS:
            self._begin(index, {}, location)
        if kind not in {"message_start", "content_block_start"}:
            self._complete(location, event)

    def _complete(self, location: str, event: Mapping[str, Any]) -> None:
        """Add the blocks that stand whole in an event other than their start, as the SDK's own events have them."""
        message = event["message"] if isinstance(event.get("message"), dict) else {}
        content = message["content"] if isinstance(message.get("content"), list) else []
        self._add_once(f"{location}/content_block", event.get("content_block"))
        for index, block in enumerate(content):
            self._add_once(f"{location}/message/content/{index}", block)

    def _add_once(self, place: str, block: object) -> None:
        is_told = not isinstance(block, dict) or text_of(block.get("type")) in _TEXTS or _identity(block) in self._known
        if not is_told:
            self._begin("", block, place)

    def stop(self) -> None:
        """Note that nothing follows; the event that says why may be missing."""
        self._start["stop_reason"] = self._start["stop_reason"] or "end_turn"

    def _begin(self, index: str, block: object, place: str) -> dict[str, Any]:
        begun = dict(block) if isinstance(block, dict) else {}
        self._blocks.append(begun)
        self.places.append(place)
        self._known |= {_identity(begun)} - {""}
        self._at[index] = begun
        return begun

    def message(self) -> dict[str, Any]:
        """All of it. What cannot be read is a block without a kind, which is a gap."""
        return self._start | {"content": [self._whole(block) for block in self._blocks]}

    def _whole(self, block: Any) -> Any:  # noqa: ANN401
        pieces = self._pieces.get(id(block))
        if not pieces:
            return block
        # An input that was there from the start may be another one.
        return block | {"input": NOT_RECORDED if block.get("input") else parse_arguments("".join(pieces))}
