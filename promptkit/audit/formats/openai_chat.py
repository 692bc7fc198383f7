"""OpenAI's Chat Completions: completions, streams of chunks, requests with their messages, and lists of messages.

The API only proposes calls and the client runs them, so a call is a proposal until a message follows it.
Source: the types of openai-python 3.57, `chat.ChatCompletion`, `ChatCompletionChunk`, `ChatCompletionMessageParam`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_OBJECTS = frozenset({"chat.completion", "chat.completion.chunk"})
_PEOPLE = frozenset({"system", "developer", "user"})
_ROLES = _PEOPLE | {"assistant", "tool", "function"}
_PARTS = frozenset({"text", "refusal", "image_url", "input_audio", "file"})
_CONTINUED = frozenset({"name", "arguments", "input"})
_READ = frozenset({"messages", "choices", "content", "tool_calls", "tool_call_id"})
_ENDS = frozenset({"stop", "tool_calls", "function_call"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A completion, a chunk, messages with a call of this format in them, or one such message."""
    if not isinstance(value, dict):
        return False
    if text_of(value.get("object")) in _OBJECTS or _is_telling(value):
        return True
    messages = value["messages"] if isinstance(value.get("messages"), list) else []
    choices = value["choices"] if isinstance(value.get("choices"), list) else []
    messages = messages + [choice.get("message") for choice in choices if isinstance(choice, dict)]
    return any(_is_telling(message) for message in messages)


def _is_telling(message: Any) -> bool:  # noqa: ANN401
    if not isinstance(message, dict):
        return False
    if message.get("role") == "tool":
        return "tool_call_id" in message and "function" not in message
    calls = message.get("tool_calls") if message.get("role") == "assistant" else None
    return isinstance(calls, list) and any(isinstance(call, dict) and _function(call) is not None for call in calls)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each completion, request or stream; loose messages of a file are one together."""
    loose: Ledger | None = None
    streams: dict[str, _Stream] = {}
    for location, value in records:
        if not isinstance(value, dict):
            yield Conversation(location, [], [f"{location}: not from Chat Completions"])
        elif value.get("object") == "chat.completion.chunk":
            streams.setdefault(text_of(value.get("id")), _Stream(location)).add(value)
        elif "messages" in value or "choices" in value:
            yield _exchange(location, value)
        else:
            loose = loose or Ledger()
            _message(loose, value, location)
    yield from (stream.conversation(name or "stream") for name, stream in streams.items())
    if loose:
        yield loose.conversation("messages")


def _exchange(location: str, value: Mapping[str, Any]) -> Conversation:
    ledger = Ledger()
    for place, message in ledger.each(value.get("messages"), f"{location}/messages"):
        _message(ledger, message, place)
    if "choices" in value:
        ledger.pairing.go_on()
        ledger.is_waiting = False
    elif "model" in value:
        ledger.is_waiting = True
    for place, choice in ledger.each(value.get("choices"), f"{location}/choices"):
        _choice(ledger, choice, choice.get("message"), place, value.get("created"))
        if "delta" in choice:
            ledger.gap(f"{place}: a piece of a stream, and it is not in one")
    if "role" in value:
        _message(ledger, value, location)
    ledger.beside(value, _READ, location)
    return ledger.conversation(text_of(value.get("id")) or location or "messages")


def _choice(ledger: Ledger, choice: Mapping[str, Any], message: object, location: str, time: object) -> None:
    if text_of(choice.get("finish_reason")) not in _ENDS:
        ledger.gap(f"{location}: the answer is cut off: {sanitized(choice.get('finish_reason'), 40)}")
    ledger.beside(choice, {"message", "tool_calls"}, location)
    if isinstance(message, dict):
        ledger.beside(message, _READ, f"{location}/message")
        _said(ledger, message, f"{location}/message", time)
    else:
        ledger.gap(f"{location}: a choice without a message")


def _message(ledger: Ledger, message: Mapping[str, Any], location: str) -> None:
    role = text_of(message.get("role"))
    ledger.beside(message, _READ, location)
    if role not in _PEOPLE:
        ledger.is_waiting = role != "assistant" or bool(message.get("tool_calls") or message.get("function_call"))
    if role in {"tool", "function"}:
        ledger.settle(message.get("tool_call_id"), CallState.EXECUTED, location, message.get("name"))
        _calls(ledger, message, location)
        return
    if role not in _ROLES:
        ledger.gap(f"{location}: not a Chat Completions message")
    ledger.pairing.go_on()
    _said(ledger, message, location)


def _said(ledger: Ledger, message: Mapping[str, Any], location: str, time: object = None) -> None:
    content = message.get("content")
    ledger.text(message.get("role"), content)
    for place, part in ledger.each(None if isinstance(content, str) else content, f"{location}/content"):
        if text_of(part.get("type")) not in _PARTS:
            ledger.gap(f"{place}: parts of the kind {sanitized(part.get('type'), 40)} are not known")
    _calls(ledger, message, location, time)


def _calls(ledger: Ledger, message: Mapping[str, Any], location: str, time: object = None) -> None:
    for place, call in ledger.each(message.get("tool_calls"), f"{location}/tool_calls"):
        _call(ledger, call.get("id"), call, place, time)
    if message.get("function_call") is not None:
        _call(ledger, None, {"function": message["function_call"]}, f"{location}/function_call", time)


def _call(ledger: Ledger, call_id: object, call: Mapping[str, Any], location: str, time: object) -> None:
    function = _function(call) or {}
    if "custom" in call:
        ledger.gap(f"{location}: the input of a custom tool may hide calls")
    arguments = function.get("arguments", function.get("input", NOT_RECORDED))
    ledger.call(call_id, function.get("name"), arguments, CallState.PROPOSED, location, time=time, entry=location)


def _function(call: Mapping[str, Any]) -> dict[str, Any] | None:
    function = call.get("function", call.get("custom"))
    return function if isinstance(function, dict) else None


class _Stream:
    """The chunks of one completion, whose calls come in pieces."""

    def __init__(self, location: str) -> None:
        self._ledger = Ledger()
        self._location = location
        self._choices: dict[str, dict[str, Any]] = {}
        self._time: object = None

    def add(self, chunk: Mapping[str, Any]) -> None:
        self._time = chunk.get("created")
        for place, choice in self._ledger.each(chunk.get("choices"), f"{self._location}/choices"):
            whole = self._choices.setdefault(str(choice.get("index")), {"tool_calls": {}})
            whole["finish_reason"] = choice.get("finish_reason") or whole.get("finish_reason")
            delta = choice["delta"] if isinstance(choice.get("delta"), dict) else {}
            if "function_call" in delta:
                self._ledger.gap(f"{place}: calls of the older kind are not read from streams")
            if "message" in choice:
                self._ledger.gap(f"{place}: a whole message inside a piece of a stream")
            for _, piece in self._ledger.each(delta.get("tool_calls"), f"{place}/delta/tool_calls"):
                _join(whole["tool_calls"].setdefault(str(piece.get("index")), {}), piece)

    def conversation(self, name: str) -> Conversation:
        if not self._choices:
            self._ledger.gap(f"{self._location}: a stream without choices")
        for whole in self._choices.values():
            message = {"role": "assistant", "tool_calls": [_joined(call) for call in whole["tool_calls"].values()]}
            _choice(self._ledger, whole, message, self._location, self._time)
        return self._ledger.conversation(name)


class _Pieces(list[str]):
    """The pieces of a text so far."""


def _join(whole: dict[str, Any], piece: Mapping[str, Any]) -> None:
    """Add a piece of a call to what came of it so far; texts are continued, all else stays as it came first."""
    for key, value in piece.items():
        if isinstance(value, dict) and isinstance(inner := whole.setdefault(key, {}), dict):
            _join(inner, value)
        elif key in _CONTINUED and isinstance(value, str):
            pieces = whole.setdefault(key, _Pieces())
            if isinstance(pieces, _Pieces):
                pieces.append(value)
        else:
            whole.setdefault(key, value)


def _joined(whole: Any) -> Any:  # noqa: ANN401
    """The same with each text in one piece."""
    if isinstance(whole, _Pieces):
        return "".join(whole)
    return {key: _joined(value) for key, value in whole.items()} if isinstance(whole, dict) else whole
