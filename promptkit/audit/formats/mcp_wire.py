"""Logs of MCP messages, such as Claude Desktop's `mcp*.log`: JSON-RPC as it went over the wire, or our guard's own log.

The strongest evidence there is, if the log was taken where every message passes. Source: MCP 2026-07-28, where a call
that asks for input is made again under a new id; earlier revisions for batches. Each line of our guard's log holds the
digest of the line before (promptkit/guard/log.py).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.spelling import expand_carrier
from promptkit.audit.stamps import answered_stamp
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Any MCP client or server, and our guard",
    get=(
        "Log the messages where all of them pass: `promptkit guard --log FILE`, or a proxy of your own. Claude Desktop "
        "logs those of local servers in mcp*.log, on a Mac in ~/Library/Logs/Claude."
    ),
    shows="Each call that went over this wire, with its arguments and its result: the strongest evidence.",
    lacks=(
        "What was said; calls that went another way. The guard's log says what it let through, and not what came back."
    ),
)

_GATE = frozenset({"method", "tool", "arguments", "allowed"})
_NO_MESSAGE = "it holds no message of MCP"
_TIMES = ("timestamp", "time", "ts", "at")
# Of all revisions; none of these calls a tool or hands anything over.
_OTHERS = frozenset(
    {
        *("initialize", "ping", "server/discover", "tools/list", "completion/complete", "logging/setLevel"),
        *("resources/list", "resources/templates/list", "resources/read", "resources/subscribe"),
        *("resources/unsubscribe", "prompts/list", "prompts/get", "roots/list", "subscriptions/listen"),
        *("tasks/get", "tasks/list", "tasks/result", "tasks/cancel"),
    }
)
# What a call brings back, and nothing else that these methods do; `tasks/result` brings back that of an earlier call.
_OF_CALLS = frozenset({"content", "structuredContent", "isError"})
_MEMBERS = frozenset({"jsonrpc", "id", "method", "params", "result", "error"})
# Deep places are cut off, or those of many messages deep inside a line would fill the memory.
_MAX_PLACE = 200
# A log of HTTP has methods too.
_HTTP = re.compile(r"[A-Z]+")
# The request was not understood: parse error, invalid request, no such method.
_NOT_UNDERSTOOD = frozenset({-32700, -32600, -32601})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message, a batch, a line of a log with a message in it, or a line of our guard's log."""
    if _is_of_gate(value) or _is_marked(value):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_is_marked(item) or (isinstance(item, list) and any(map(_is_marked, item))) for item in inner)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """All messages of a file are one conversation."""
    wire = _Wire()
    for record in records:
        wire.line(record.location, record.value)
    yield wire.ledger.conversation("wire log")


def read_messages(messages: Iterable[tuple[Value, object]]) -> Iterator[Conversation]:
    """As `read`, for the messages that another record holds, each with its time."""
    wire = _Wire()
    for (location, value), time in messages:
        if not wire.messages(location, value, time):
            wire.ledger.gap(f"{location}: {_NO_MESSAGE}")
    yield wire.ledger.conversation("wire log")


def why_it_may_act(method: object) -> str:
    """Why a method other than `tools/call` may do more than read; empty where it cannot.

    Any method that we do not know may: a server that asks for a message of the model or for input of the person is
    another way to act.
    """
    name = text_of(method)
    if name in _OTHERS or name.startswith("notifications/"):
        return ""
    return f"a method that may do more than read ({sanitized(name, 40) or 'none'})"


def _is_of_gate(value: object) -> bool:
    return isinstance(value, dict) and value.keys() >= _GATE


def _is_marked(value: object) -> bool:
    return isinstance(value, dict) and value.get("jsonrpc") == "2.0"


def _is_message(value: Mapping[str, Any]) -> bool:
    """Whether an object is a message, or looks like one that lacks its mark."""
    if "jsonrpc" in value or value.get("method") == "tools/call":
        return True
    method = value.get("method")
    if isinstance(method, str) and not _HTTP.fullmatch(method):
        return "params" in value or method in _OTHERS
    return "id" in value and any(isinstance(value.get(key), dict) for key in ("result", "error"))


def _messages(value: object, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The messages in a line with their places, however deep. JSON in a text is only text, as in a result.

    What only looks like a call, with arguments and outside any message, is among them.
    """
    waiting: list[tuple[str, object]] = [(place, value)]
    while waiting:
        at, inner = waiting.pop()
        is_message = isinstance(inner, dict) and _is_message(inner)
        if isinstance(inner, dict) and (is_message or isinstance(inner.get("arguments"), dict)):
            yield at, inner
        waiting += [
            (f"{at}/{sanitized(key, 40)}" if len(at) < _MAX_PLACE else at, item)
            for key, item in reversed(_items(inner))
            if isinstance(item, dict | list) and not (is_message and key in _MEMBERS)
        ]


def _items(value: object) -> list[tuple[object, object]]:
    return list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())


class _Wire:
    def __init__(self) -> None:
        self.ledger = Ledger()
        # By their ids: the names of calls, and the methods of the other requests.
        self._calls: dict[str, str] = {}
        self._others: dict[str, str] = {}
        # Calls that wait for input, by their name; and calls that were made again, by their new id.
        self._waiting: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self._last_of_gate = ""
        self._last_call = ""

    def line(self, location: str, line: Any) -> None:  # noqa: ANN401
        time = next((line[key] for key in _TIMES if key in line), None) if isinstance(line, dict) else None
        is_of_gate = _is_of_gate(line)
        if is_of_gate:
            self._chain(location, line)
            self._gate(location, line, time)
            line = {key: value for key, value in line.items() if key not in _GATE}
        if not self.messages(location, line, time) and not is_of_gate:
            self.ledger.gap(f"{location}: {_NO_MESSAGE}")

    def messages(self, location: str, value: object, time: object) -> bool:
        """Note the messages in a value; whether there are any."""
        has_message = False
        for place, message in _messages(value, location):
            has_message = True
            self._message(place, message, time)
        return has_message

    def _message(self, place: str, message: Mapping[str, Any], time: object) -> None:
        if not _is_marked(message):
            self.ledger.gap(f"{place}: it looks like a message, and does not say that it is JSON-RPC 2.0")
        id_ = _id(message.get("id"))
        is_answer = "result" in message or "error" in message
        if message.get("method") == "tools/call":
            self._call(place, id_ or place, message.get("params"), time)
        elif "method" in message:
            self._end_of_call(_cancelled(message))
            if id_:
                self._others[id_] = text_of(message["method"])
            if reason := why_it_may_act(message["method"]):
                self.ledger.gap(f"{place}: {reason}")
        elif is_answer:
            self._answer(place, id_, message)
        if is_answer == ("method" in message):
            self.ledger.gap(f"{place}: neither a request nor an answer")

    def _call(self, place: str, id_: str, params: Any, time: object) -> None:  # noqa: ANN401
        given = params if isinstance(params, dict) else {}
        name = given.get("name")
        if "inputResponses" in given and text_of(name) in self._waiting:
            self._first[id_] = self._waiting.pop(text_of(name))
        self._calls[id_] = text_of(name)
        self._last_call, self.ledger.is_waiting = id_, True
        key = self._first.get(id_, id_)
        self.ledger.call(key, name, given.get("arguments"), CallState.UNKNOWN, f"{place}/params", time=time)
        if not expand_carrier(text_of(name), None):
            self.ledger.gap(f"{place}: hosts list tools under this name, and a server was called by it")

    def _answer(self, place: str, id_: str | None, message: Mapping[str, Any]) -> None:
        self._end_of_call(id_)
        result, error = message.get("result"), message.get("error")
        other = self._others.get(id_ or "")
        if other and id_ not in self._calls:
            if other != "tasks/result" and isinstance(result, dict) and not _OF_CALLS.isdisjoint(result):
                self.ledger.gap(f"{place}: the result of a call, and its id is that of {sanitized(other, 40)}")
            return
        key = self._first.get(id_, id_) if id_ else None
        if error is not None:
            code = error.get("code") if isinstance(error, dict) else None
            # Client and server count their requests apart, so it may be the other side that did not understand.
            is_refusal = type(code) is int and code in _NOT_UNDERSTOOD and not other
            self.ledger.settle(key, CallState.REFUSED if is_refusal else CallState.FAILED, place)
        elif isinstance(result, dict) and result.get("resultType") == "input_required":
            self._waiting[self._calls.get(id_ or "", "")] = key or place
            self.ledger.gap(f"{place}: the server asked for more input")
        else:
            has_failed = isinstance(result, dict) and result.get("isError")
            self.ledger.settle(key, CallState.FAILED if has_failed else CallState.EXECUTED, place)
            self.ledger.texts += answered_stamp(result)

    def _end_of_call(self, id_: str | None) -> None:
        """Note that nothing more comes of the call with this id, so that the log may end here."""
        if id_ == self._last_call:
            self.ledger.is_waiting = False

    def _chain(self, location: str, line: Mapping[str, Any]) -> None:
        if line.get("previous") != self._last_of_gate:
            self.ledger.gap(f"{location}: the line before it was taken out or changed")
        self._last_of_gate = hashlib.sha256(json.dumps(line).encode()).hexdigest()

    def _gate(self, location: str, line: Mapping[str, Any], time: object) -> None:
        """A line of our guard: it logs before it sends, so what was allowed has an unknown outcome."""
        if line["method"] == "tools/call":
            state = CallState.UNKNOWN if line["allowed"] is not False else CallState.REFUSED
            self.ledger.call(location, line["tool"], line["arguments"], state, location, time=time)
        elif line["method"] is None:
            self.ledger.gap(f"{location}: the gate could not read this message")
        elif line["allowed"] is not False and (reason := _why_a_line_may_act(line["method"], line["tool"])):
            self.ledger.gap(f"{location}: {reason}")


def _why_a_line_may_act(method: object, tool: object) -> str:
    """As `why_it_may_act`, for a message of ours: the gate lets an answer leave only if it gives the server nothing."""
    return "" if tool is None and text_of(method).startswith("answer to ") else why_it_may_act(method)


def _cancelled(message: Mapping[str, Any]) -> str | None:
    """The id of the request that a notification takes back; None for any other message."""
    params = message.get("params") if message.get("method") == "notifications/cancelled" else None
    return _id(params.get("requestId")) if isinstance(params, dict) else None


def _id(value: object) -> str | None:
    """An id of a message as a key: 1, 1.0 and "1" are three."""
    return f"{type(value).__name__} {value}" if isinstance(value, str | int | float) else None
