"""AWS Bedrock's logs of model invocations: lines from S3 or CloudWatch, and requests and answers of Converse.

They show what a model was told and asked for. The client runs the tools, so that a call counts as proposed until a
later request brings its result. A body that the log keeps elsewhere, since it is too large, is not read.
Source: the user guide of Amazon Bedrock on model invocation logging, and the types of botocore's `bedrock-runtime`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from promptkit.audit.formats._exchange import read_exchange
from promptkit.audit.ledger import Ledger, read_whole_or_loose
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="AWS Bedrock",
    get=(
        "Turn on the logging of model invocations, with texts, to S3 or CloudWatch; unpack the gzip files of S3 "
        "first. Or log the messages of Converse."
    ),
    shows="Calls that models asked for, and the results that later requests brought back.",
    lacks=(
        "What your client ran and did not send back. Bodies that are kept elsewhere in S3 are gaps. Not verified "
        "with files of users."
    ),
)

_CALLS = ("toolUse", "toolResult")
_SILENT = frozenset({
    "text", "image", "document", "video", "audio", "guardContent", "cachePoint", "reasoningContent", "citationsContent",
    "searchResult",
})  # fmt: skip
_ROLES = frozenset({"user", "assistant"})
_ENDS = frozenset({"end_turn", "tool_use", "stop_sequence"})
_CONVERSE = frozenset({"Converse", "ConverseStream"})
_READ = frozenset({"messages", "output", "system", "toolConfig"})
# What a tool was given, or gave.
_DATA = frozenset({"toolUseId", "input", "content"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A line of a log, a request or an answer of Converse, or one of its messages with a call or a result."""
    if not isinstance(value, dict):
        return False
    if value.get("schemaType") == "ModelInvocationLog" or _is_answer(value):
        return True
    messages = value["messages"] if isinstance(value.get("messages"), list) else [value]
    return any(map(_is_telling, messages))


def _is_answer(value: Mapping[str, Any]) -> bool:
    return "stopReason" in value and isinstance(value.get("output"), dict) and "message" in value["output"]


def _is_telling(message: object) -> bool:
    content = message.get("content") if isinstance(message, dict) and "role" in message else None
    blocks = content if isinstance(content, list) else []
    # Blocks of Goose have a type.
    return any(
        isinstance(block, dict) and "type" not in block and any(isinstance(block.get(kind), dict) for kind in _CALLS)
        for block in blocks
    )


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each invocation, request or answer; loose messages of a file are one together."""
    return read_whole_or_loose(records, _whole, _message, "messages")


def _whole(location: str, value: Any) -> Conversation | None:  # noqa: ANN401
    if not isinstance(value, dict):
        return Conversation(location, [], [f"{location}: not from Bedrock"])
    if "schemaType" in value:
        return _invocation(location, value)
    if "messages" in value or "output" in value:
        return _exchange(Value(location, value), Value(location, value), location or "converse")
    return None


def _invocation(location: str, line: Mapping[str, Any]) -> Conversation:
    name = text_of(line.get("requestId")) or location
    asked, answered = (_body(location, line, side) for side in ("input", "output"))
    if line.get("operation") in _CONVERSE and isinstance(asked.value, dict) and isinstance(answered.value, dict):
        found: Conversation | None = _exchange(asked, answered, name)
    else:
        answers = answered.value if isinstance(answered.value, list) else [answered.value]
        values = [Value(answered.location, answer) for answer in answers if answer is not None]
        found = read_exchange(name, asked if asked.value is not None else None, values)
    beside = Ledger()
    _look_beside(beside, location, line)
    if found is None:
        return Conversation(name, [], [*beside.gaps, f"{location}: bodies that are not of an API we know"])
    return replace(found, id=name, gaps=[*found.gaps, *beside.gaps])


def _look_beside(ledger: Ledger, location: str, line: Mapping[str, Any]) -> None:
    if line.get("schemaType") != "ModelInvocationLog" or line.get("errorCode") is not None:
        ledger.gap(f"{location}: not the log of an invocation that succeeded")
    ledger.beside(line, ("input", "output"), location)
    for side in ("input", "output"):
        if _body(location, line, side).value is None:
            ledger.gap(f"{location}: the {side} is not in the log")
        elif isinstance(line[side], dict):
            ledger.beside(line[side], (f"{side}BodyJson",), f"{location}/{side}")


def _body(location: str, line: Mapping[str, Any], side: str) -> Value:
    held = line.get(side)
    key = f"{side}BodyJson"
    return Value(f"{location}/{side}/{key}", held.get(key) if isinstance(held, dict) else None)


def _exchange(asked: Value, answered: Value, name: str) -> Conversation:
    """A request and its answer; one value may be both."""
    ledger = Ledger()
    ledger.text("system", asked.value.get("system"))
    for place, message in ledger.each(asked.value.get("messages"), f"{asked.location}/messages"):
        _message(ledger, message, place)
    if "output" in answered.value or answered.value is not asked.value:
        _answer(ledger, answered.value, answered.location)
    for body in (asked, answered):
        ledger.beside(body.value, _READ, body.location)
    return ledger.conversation(name)


def _answer(ledger: Ledger, answer: Mapping[str, Any], location: str) -> None:
    output = answer["output"] if isinstance(answer.get("output"), dict) else {}
    if not isinstance(output.get("message"), dict):
        ledger.gap(f"{location}: an answer without its message")
        return
    _message(ledger, output["message"], f"{location}/output/message")
    ledger.is_waiting = False
    if text_of(answer.get("stopReason")) not in _ENDS:
        ledger.gap(f"{location}: the answer is cut off: {sanitized(answer.get('stopReason'), 40)}")
    ledger.beside(output, ("message",), f"{location}/output")


def _message(ledger: Ledger, message: Mapping[str, Any], location: str) -> None:
    role, content = text_of(message.get("role")), message.get("content")
    if role not in _ROLES or not isinstance(content, list):
        ledger.gap(f"{location}: not a message of Converse")
    ledger.pairing.go_on()
    ledger.is_waiting = role != "assistant"
    ledger.text(role, content)
    for place, block in ledger.each(content, f"{location}/content"):
        for kind, held in block.items():
            _block(ledger, kind, held, f"{place}/{sanitized(kind, 40)}")
    ledger.beside(message, ("content",), location)


def _block(ledger: Ledger, kind: str, held: Any, place: str) -> None:  # noqa: ANN401
    given = held if isinstance(held, dict) else {}
    if kind == "toolUse":
        ledger.is_waiting = True
        # A tool of the provider's has a type, and the provider runs it.
        state = CallState.UNKNOWN if "type" in given else CallState.PROPOSED
        ledger.call(given.get("toolUseId"), given.get("name"), given.get("input", NOT_RECORDED), state, place)
        ledger.beside(given, _DATA, place)
    elif kind == "toolResult":
        state = CallState.FAILED if given.get("status") == "error" else CallState.EXECUTED
        ledger.settle(given.get("toolUseId"), state, place)
        for at, part in ledger.each(given.get("content"), f"{place}/content"):
            ledger.beside(part, ("json",), at)
        ledger.beside(given, _DATA, place)
    elif kind not in _SILENT:
        ledger.gap(f"{place}: blocks of this kind are not known")
    elif overlooked({"held": held}, ()):
        ledger.gap(f"{place}: it may hold calls")
