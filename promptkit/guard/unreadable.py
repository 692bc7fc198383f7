"""What a client sends and nobody can take for a request: it is logged, and over stdio answered, too.

The SDK (mcp 2.3) drops it without a word over stdio, where the client would wait for ever: half of a character, a
number of thousands of digits, a batch, a request without an id. Over HTTP it answers, but nobody hears of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from anyio.abc import ObjectReceiveStream
from mcp.shared.message import SessionMessage
from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    jsonrpc_message_adapter,
)
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from promptkit.errors import PromptkitError
from promptkit.guard.request_ids import parts_of, replaying
from promptkit.text import sanitized

Log = Callable[[dict[str, Any]], None]
# The errors of pydantic whose input is the whole message.
_OF_WHOLE = frozenset({"json_invalid", "model_type", "missing"})
_ACCEPTED, _FAILED = 202, 400
_TURNED_AWAY = frozenset({401, 403, 421})
# A longer id is not repeated.
_MAX_DIGITS = 18


class ReadableMessages(ObjectReceiveStream[SessionMessage]):
    """The read side of a transport, without what cannot be read: that is logged, and answered here.

    Args:
        inner: the read side as it is.
        write: the write side.
        log: receives a line of the gate's shape for each such message.
    """

    def __init__(self, inner: Any, write: Any, log: Log) -> None:  # noqa: ANN401
        self._inner = inner
        self._write = write
        self._log = log

    @property
    def last_context(self) -> Any:  # noqa: ANN401
        """The context variables that the last message came with, where the transport keeps them."""
        return self._inner.last_context

    async def receive(self) -> SessionMessage:
        """The next message that can be read.

        Raises:
            EndOfStream: the client has left.
        """
        while True:
            item: SessionMessage | Exception = await self._inner.receive()
            value: object
            if isinstance(item, SessionMessage):
                value, error = item.message, _lacks_id(item.message)
                if error is None:
                    return item
            else:
                value, error = _sent(item)
            is_blank = isinstance(value, str) and not value.strip()
            if not is_blank:
                await self._answer(value, error)

    async def _answer(self, value: object, error: ErrorData) -> None:
        try:
            self._log(_line(value, error))
        except PromptkitError as unwritten:
            error = ErrorData(code=error.code, message=f"{error.message}; {unwritten.problems[0].message}")
        ids: list[int | str | None] = [*_ids(value)]
        for id_ in ids or [None]:
            await self._write.send(SessionMessage(JSONRPCError(jsonrpc="2.0", id=id_, error=error)))

    async def aclose(self) -> None:
        """Close the transport's own side."""
        await self._inner.aclose()


class LoggedRequests:
    """The application of a server over HTTP, with a line in the log about what it does not take for a request.

    Whoever is turned away for what calls it, such as a page of another origin, leaves no line.
    """

    def __init__(self, app: ASGIApp, log: Log) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of HTTP."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        parts = await parts_of(receive)

        async def logged(message: Message) -> None:
            status = message.get("status", 0)
            # What is answered as a request is one, and is not looked at again.
            if status == _ACCEPTED or (status >= _FAILED and status not in _TURNED_AWAY):
                value, error = _posted(b"".join(part.get("body", b"") for part in parts))
                try:
                    if error:
                        self._log(_line(value, error))
                except PromptkitError:
                    message = {**message, "status": 500}
            await send(message)

        await self._app(scope, replaying(parts, receive), logged)


def _posted(body: bytes) -> tuple[object, ErrorData | None]:
    try:
        message = jsonrpc_message_adapter.validate_json(body, by_name=False)
    except ValidationError as error:
        return _sent(error)
    return message, _lacks_id(message)


def _lacks_id(message: JSONRPCMessage) -> ErrorData | None:
    """What to answer a request without an id: to the SDK it is a notification, of which nothing comes."""
    if not isinstance(message, JSONRPCNotification) or message.method.startswith("notifications/"):
        return None
    words = f"{sanitized(message.method, 40)} has no id, so it is not done; give each request an id"
    return ErrorData(code=INVALID_REQUEST, message=words)


def _line(value: object, error: ErrorData) -> dict[str, Any]:
    """The line in the log, in the shape of the gate's."""
    line = {"method": None, "tool": None, "arguments": None, "allowed": False, "reason": error.message}
    if not isinstance(value, JSONRPCNotification):
        return line
    params = value.params or {}
    return line | {"method": value.method, "tool": params.get("name"), "arguments": params.get("arguments")}


def _sent(error: Exception) -> tuple[object, ErrorData]:
    """What was sent, as text where it is not JSON, and what to answer."""
    faults = error.errors(include_url=False) if isinstance(error, ValidationError) else []
    fault = next((one for one in faults if one["type"] in _OF_WHOLE), None)
    value = fault["input"] if fault else None
    if fault and fault["type"] == "json_invalid":
        why = sanitized(fault.get("ctx", {}).get("error", ""))
        return value, ErrorData(code=PARSE_ERROR, message=f"the message cannot be read as JSON: {why}")
    words = (
        "send each message on a line of its own, not as a batch" if isinstance(value, list) else "write JSON-RPC 2.0"
    )
    return value, ErrorData(code=INVALID_REQUEST, message=f"the line is not one message of JSON-RPC: {words}")


def _ids(value: object) -> Iterator[int | str]:
    """The ids of the requests in a message, as far as they can be read."""
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_int=lambda digits: int(digits) if len(digits) <= _MAX_DIGITS else None)
        except (ValueError, RecursionError):
            return
    for one in value if isinstance(value, list) else [value]:
        id_ = one.get("id") if isinstance(one, dict) and "method" in one else None
        if type(id_) is int or (isinstance(id_, str) and id_.isascii()):
            yield id_
