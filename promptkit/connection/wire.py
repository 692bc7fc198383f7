"""The HTTP client of an MCP session: a failed message fails alone, not the session.

The SDK's own transport ends the whole session, with every call in flight, when one connection breaks. It also forgets
the status and Retry-After of an HTTP error, waits for ever for an answer with another id, and passes on NaN and text
that is not UTF-8.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx2
from mcp.types import CONNECTION_CLOSED, INTERNAL_ERROR, INVALID_REQUEST, PARSE_ERROR

from promptkit.connection.answers import MAX_ANSWER_BYTES, BrokenAnswerError, is_answer, parsed_answer
from promptkit.connection.scopes import insufficient_scope, missing_scopes

_SESSION = "mcp-session-id"
_KEPT_HEADERS = frozenset({"content-type", _SESSION})
# Answers of a server that does not know the session, or the revision of MCP, any more.
_FORGOTTEN = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class McpHttpClient(httpx2.AsyncClient):
    """An HTTP client whose answers to requests of JSON-RPC are always answers of JSON-RPC, each to its own request.

    The `data` of an error that it makes has `httpStatus` and `retryAfter` (the header, or None), and `isForgotten`
    where the server may have forgotten the session, or `missingScopes` where it wants a wider sign-in; or `transport`,
    the name of what broke. An answer larger than `MAX_ANSWER_BYTES`, unpacked, is an error, and so is an event of a
    stream.
    """

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """Send a request; the authorization is inside, and sees every answer as it came."""
        if request.method != "POST" or b'"jsonrpc"' not in request.content:
            return await super().send(request, **options)
        message = json.loads(request.content)
        # A notification, or our answer to the server, gets none.
        exchange = Exchange(request, message["id"] if "method" in message and "id" in message else None)
        try:
            response = await super().send(request, **options)
            if response.is_success and response.headers.get("content-type", "").lower().startswith(_STREAM):
                checked = exchange.stream(response)
                if not options.get("stream"):
                    await checked.aread()
                return checked
            return exchange.whole(response, await _bounded(response))
        except httpx2.TransportError as error:
            return exchange.error(CONNECTION_CLOSED, f"{type(error).__name__}: {error}", transport=type(error).__name__)


_STREAM = "text/event-stream"


class Exchange:
    """One message that is sent, and what is made of the answer. `id_` is None where none is awaited."""

    def __init__(self, request: httpx2.Request, id_: object) -> None:
        self._request = request
        self._id = id_

    def stream(self, response: httpx2.Response) -> httpx2.Response:
        """The events of a stream, each looked at as it comes."""
        return httpx2.Response(
            response.status_code, headers=_kept(response), stream=CheckedEvents(response, self), request=self._request
        )

    def whole(self, response: httpx2.Response, body: bytes) -> httpx2.Response:
        """The answer as it came if it can be passed on, else the error of this message."""
        if response.is_error:
            return self._failed(response, body)
        if self._id is not None and response.headers.get("content-type", "").lower().startswith("application/json"):
            body = self.checked(body)
        return httpx2.Response(response.status_code, headers=_kept(response), content=body, request=self._request)

    def checked(self, text: bytes, *, is_event: bool = False) -> bytes:
        """The text of one message if it can be passed on, else that of the error in its place.

        In a stream, notifications and requests of the server may come before the answer.
        """
        try:
            message = parsed_answer(text)
        except BrokenAnswerError as error:
            return self._error(PARSE_ERROR, str(error))
        if is_answer(message, self._id) or (is_event and isinstance(message, dict) and "method" in message):
            return text
        if is_answer(message, None):  # The server gave up before it had read the id.
            return self._error(*_code_and_words(message, INTERNAL_ERROR, "the server could not read the request"))
        return self._error(INVALID_REQUEST, "the answer is to another request")

    def _failed(self, response: httpx2.Response, body: bytes) -> httpx2.Response:
        try:
            message = parsed_answer(body)
        except BrokenAnswerError:
            message = None
        status, has_session = response.status_code, _SESSION in self._request.headers
        missing = missing_scopes(status, response.headers.get("www-authenticate", ""))
        if missing is not None:
            problem = insufficient_scope(missing).problems[0]
            words = f"{problem.message}; {problem.fix}"
            return self.error(INTERNAL_ERROR, words, httpStatus=status, missingScopes=missing)
        if is_answer(message, self._id) and not (has_session and status == HTTPStatus.NOT_FOUND):
            return httpx2.Response(status, headers=_kept(response), content=body, request=self._request)
        details: dict[str, Any] = {"httpStatus": status, "retryAfter": response.headers.get("retry-after")}
        if status in _FORGOTTEN or (has_session and status == HTTPStatus.SERVICE_UNAVAILABLE):
            details["isForgotten"] = True
        code, words = _code_and_words(message, INTERNAL_ERROR, f"HTTP {status}")
        return self.error(code, words, **details)

    def error(self, code: int, words: str, **details: Any) -> httpx2.Response:  # noqa: ANN401
        """The error of this message; nothing where nobody waits for an answer."""
        if self._id is None:
            return httpx2.Response(httpx2.codes.ACCEPTED, request=self._request)
        headers = {"content-type": "application/json"}
        return httpx2.Response(200, request=self._request, headers=headers, content=self._error(code, words, **details))

    def _error(self, code: int, words: str, **details: Any) -> bytes:  # noqa: ANN401
        error = {"code": code, "message": words, "data": details}
        return json.dumps({"jsonrpc": "2.0", "id": self._id, "error": error}).encode()


class CheckedEvents(httpx2.AsyncByteStream):
    """The events of a stream, written anew once the data of each has been looked at."""

    def __init__(self, response: httpx2.Response, exchange: Exchange) -> None:
        self._response = response
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        # One character a byte, so that what is not UTF-8 is seen and not replaced. A character beyond ASCII then counts
        # twice against the limit of the source; `checked` holds the exact one.
        self._response.encoding = "latin-1"
        async for event in httpx2.EventSource(self._response, max_event_size=2 * MAX_ANSWER_BYTES):
            data = event.data.encode("latin-1")
            if data and event.event == "message":
                data = self._exchange.checked(data, is_event=True)
            lines = [b"event: " + event.event.encode("latin-1"), b"id: " + event.id.encode("latin-1")]
            lines += [b"retry: %d" % event.retry] if event.retry is not None else []
            lines += [b"data: " + line for line in data.split(b"\n")]
            yield b"\n".join(lines) + b"\n\n"

    async def aclose(self) -> None:
        """Close the connection's own stream."""
        await self._response.aclose()


def _kept(response: httpx2.Response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name in _KEPT_HEADERS}


def _code_and_words(message: Any, code: int, words: str) -> tuple[int, str]:  # noqa: ANN401
    """The code and the words of an error of JSON-RPC, or those given where it has none."""
    error = message.get("error") if isinstance(message, dict) else None
    if isinstance(error, dict) and type(error.get("code")) is int and isinstance(error.get("message"), str):
        return error["code"], error["message"]
    return code, words


async def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    try:
        async for part in response.aiter_bytes():
            body += part
            if len(body) > MAX_ANSWER_BYTES:
                raise httpx2.ReadError(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
    finally:
        await response.aclose()
    return bytes(body)
