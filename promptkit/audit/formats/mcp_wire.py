"""Logs of MCP messages: JSON-RPC as it went over the wire, bare or inside the lines of a log, and our gate's own log.

The strongest evidence there is, if the log was taken where every message passes. Source: MCP 2026-07-28, where a call
that asks for input is made again under a new id; earlier revisions for batches. Each line of our gate's log holds the
digest of the line before (promptkit/guard/log.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_GATE = frozenset({"method", "tool", "arguments", "allowed"})
_TIMES = ("timestamp", "time", "ts", "at")
# Of all revisions; none of these calls a tool or hands anything over. Any other method may: a server that asks for a
# message of the model or for input of the person is another way to act.
_OTHERS = frozenset(
    {
        *("initialize", "ping", "server/discover", "tools/list", "completion/complete", "logging/setLevel"),
        *("resources/list", "resources/templates/list", "resources/read", "resources/subscribe"),
        *("resources/unsubscribe", "prompts/list", "prompts/get", "roots/list", "subscriptions/listen"),
        *("tasks/get", "tasks/list", "tasks/result", "tasks/cancel"),
    }
)
# The request was not understood: parse error, invalid request, no such method.
_NOT_UNDERSTOOD = frozenset({-32700, -32600, -32601})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message, a batch, a line of a log with a message in it, or a line of our gate's log."""
    return _is_of_gate(value) or any(True for _ in _messages(value, ""))


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """All messages of a file are one conversation."""
    wire = _Wire()
    for record in records:
        wire.line(record.location, record.value)
    yield wire.ledger.conversation("wire log")


def _is_of_gate(value: object) -> bool:
    return isinstance(value, dict) and value.keys() >= _GATE


def _messages(value: object, place: str, depth: int = 0) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The messages in a line with their places. A line of a log holds them as values; JSON in a text is only text."""
    if isinstance(value, dict) and value.get("jsonrpc") == "2.0":
        yield place, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield from _messages(item, f"{place}/{index}", 1)
    elif isinstance(value, dict) and depth == 0:
        for key, item in value.items():
            if isinstance(item, dict | list):
                yield from _messages(item, f"{place}/{key}", 1)


class _Wire:
    def __init__(self) -> None:
        self.ledger = Ledger()
        # The names of calls by their ids, and the ids of requests that are none.
        self._calls: dict[object, str] = {}
        self._others: set[object] = set()
        # Calls that wait for input, by their name; and calls that were made again, by their new id.
        self._waiting: dict[str, object] = {}
        self._first: dict[object, object] = {}
        self._last_of_gate = ""

    def line(self, location: str, line: Any) -> None:  # noqa: ANN401
        if _is_of_gate(line):
            self._chain(location, line)
            self._gate(location, line)
            return
        time = next((line[key] for key in _TIMES if key in line), None) if isinstance(line, dict) else None
        has_message = False
        for place, message in _messages(line, location):
            has_message = True
            self._message(place, message, time)
        if not has_message:
            self.ledger.gap(f"{location}: it holds no message of MCP")

    def _message(self, place: str, message: Mapping[str, Any], time: object) -> None:
        id_ = _id(message.get("id"))
        if message.get("method") == "tools/call":
            self._call(place, id_, message.get("params"), time)
        elif "method" in message:
            method = text_of(message["method"])
            self._others.add(id_)
            if method not in _OTHERS and not method.startswith("notifications/"):
                self.ledger.gap(f"{place}: a method that may do more than read ({sanitized(method, 40) or 'none'})")
        elif "result" in message or "error" in message:
            if id_ in self._calls or id_ not in self._others:
                self._answer(place, id_, message)
        else:
            self.ledger.gap(f"{place}: it is neither a request nor an answer")

    def _call(self, place: str, id_: object, params: Any, time: object) -> None:  # noqa: ANN401
        given = params if isinstance(params, dict) else {}
        name = given.get("name")
        if "inputResponses" in given and text_of(name) in self._waiting:
            self._first[id_] = self._waiting.pop(text_of(name))
        first = self._first.get(id_, id_)
        self._calls[id_] = text_of(name)
        key = place if first is None else first
        self.ledger.call(key, name, given.get("arguments"), CallState.UNKNOWN, f"{place}/params", time=time)

    def _answer(self, place: str, id_: object, message: Mapping[str, Any]) -> None:
        result, error = message.get("result"), message.get("error")
        first = self._first.get(id_, id_)
        if error is not None:
            code = error.get("code") if isinstance(error, dict) else None
            is_refusal = type(code) is int and code in _NOT_UNDERSTOOD
            self.ledger.settle(first, CallState.REFUSED if is_refusal else CallState.FAILED, place)
        elif isinstance(result, dict) and result.get("resultType") == "input_required":
            self._waiting[self._calls.get(id_, "")] = first
            self.ledger.gap(f"{place}: the server asked for more input")
        else:
            has_failed = isinstance(result, dict) and result.get("isError")
            self.ledger.settle(first, CallState.FAILED if has_failed else CallState.EXECUTED, place)

    def _chain(self, location: str, line: Mapping[str, Any]) -> None:
        if line.get("previous") != self._last_of_gate:
            self.ledger.gap(f"{location}: the line before it was taken out or changed")
        self._last_of_gate = hashlib.sha256(json.dumps(line).encode()).hexdigest()

    def _gate(self, location: str, line: Mapping[str, Any]) -> None:
        """A line of our gate: it logs before it sends, so what was allowed has an unknown outcome."""
        if line["method"] == "tools/call":
            state = CallState.UNKNOWN if line["allowed"] is not False else CallState.REFUSED
            time = next((line[key] for key in _TIMES if key in line), None)
            self.ledger.call(location, line["tool"], line.get("arguments", NOT_RECORDED), state, location, time=time)
        elif line["method"] is None:
            self.ledger.gap(f"{location}: the gate could not read this message")


def _id(value: object) -> object:
    return value if isinstance(value, str | int | float) else None
