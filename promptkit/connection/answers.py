"""What a server sends, looked at before the SDK sees it: broken answers fail their call, and its requests end here."""

from __future__ import annotations

from typing import Any

import anyio
import msgspec
from mcp.shared.message import SessionMessage
from mcp.types import METHOD_NOT_FOUND, PARSE_ERROR, ErrorData, JSONRPCError, JSONRPCRequest, JSONRPCResponse

from promptkit.connection.gate import Gate
from promptkit.json_strict import MAX_DEPTH, is_deeper

MAX_ANSWER_BYTES = 32 * 1024 * 1024
_REFUSAL = ErrorData(code=METHOD_NOT_FOUND, message="This client only reads; it answers a ping and no other request")


class BrokenAnswerError(Exception):
    """An answer that is not passed on. The message says why, and quotes nothing from it."""


def parsed_answer(text: bytes) -> Any:  # noqa: ANN401
    """Parse a message of a server; the SDK would let NaN and numbers beyond a double through.

    Raises:
        BrokenAnswerError: it is too large or too deep, or not JSON in UTF-8 as every reader reads it.
    """
    if len(text) > MAX_ANSWER_BYTES:
        raise BrokenAnswerError(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
    try:
        answer = msgspec.json.decode(text)
    except (ValueError, RecursionError):  # What msgspec raises is a ValueError.
        raise BrokenAnswerError("the answer is not valid JSON in UTF-8") from None
    if text.count(b"[") + text.count(b"{") > MAX_DEPTH and is_deeper(answer, MAX_DEPTH):
        raise BrokenAnswerError(f"the answer is more than {MAX_DEPTH} lists and objects deep")
    return answer


def is_answer(message: Any, id_: object) -> bool:  # noqa: ANN401
    """Whether a message answers the request with that id; like the SDK, it takes "7" for 7."""
    if not isinstance(message, dict) or "method" in message or not ("result" in message or "error" in message):
        return False
    return str(message.get("id")) == str(id_)


class Incoming:
    """The read side of a transport, without the requests of the server: each is answered here, and goes no further.

    A ping gets its empty result. Everything else a server may ask for (a sample, input, roots) gets an error: this
    side only reads, whatever the revision of MCP.
    """

    def __init__(self, inner: Any, outgoing: Any, gate: Gate) -> None:  # noqa: ANN401
        self._inner = inner
        self._outgoing = outgoing
        self._gate = gate
        self.is_over = False

    @property
    def last_context(self) -> Any:  # noqa: ANN401
        """The context variables that the last message came with, where the transport keeps them."""
        return getattr(self._inner, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        """The next message that is not a request.

        Raises:
            EndOfStream: the connection is over.
        """
        try:
            while True:
                item: SessionMessage | Exception = await self._inner.receive()
                message = item.message if isinstance(item, SessionMessage) else None
                if not isinstance(message, JSONRPCRequest):
                    return SessionMessage(_unquoted(message)) if isinstance(message, JSONRPCError) else item
                await self._answer(message)
        except (anyio.EndOfStream, anyio.ClosedResourceError, anyio.BrokenResourceError):
            self.is_over = True
            raise anyio.EndOfStream from None

    async def _answer(self, request: JSONRPCRequest) -> None:
        # At once and one after another, so that a server that asks without end waits for us and fills no memory.
        self._gate.expect_answer(request.id, request.method)
        answer: JSONRPCResponse | JSONRPCError = JSONRPCError(jsonrpc="2.0", id=request.id, error=_REFUSAL)
        if request.method == "ping":
            answer = JSONRPCResponse(jsonrpc="2.0", id=request.id, result={})
        await self._outgoing.send(SessionMessage(answer))

    async def aclose(self) -> None:
        """Close the transport's own side."""
        self.is_over = True
        await self._inner.aclose()

    def __aiter__(self) -> Incoming:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    async def __aenter__(self) -> Incoming:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *details: Any) -> Any:  # noqa: ANN401
        self.is_over = True
        return await self._inner.__aexit__(*details)


def _unquoted(failure: JSONRPCError) -> JSONRPCError:
    """The SDK's complaint about an answer, without the piece of the answer that it quotes."""
    error = failure.error
    if error.code != PARSE_ERROR or not error.message.startswith("Failed to parse"):
        return failure
    broken = ErrorData(code=PARSE_ERROR, message="the answer is not a message of MCP")
    return JSONRPCError(jsonrpc="2.0", id=failure.id, error=broken)
