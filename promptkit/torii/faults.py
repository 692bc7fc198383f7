"""Faults on the wire: what a busy server or a broken connection does to tool calls, whatever they ask for.

Everything else (connecting, listing tools) works, so that a client gets as far as its first calls. Which calls fail
depends only on their number: the same calls meet the same faults, and a client that tries again gets its answer.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from io import TextIOWrapper
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from promptkit.torii.api_error import too_many_requests

_EVERY = 3
_RETRY_AFTER_SECONDS = 1
_LATE_SECONDS = 2


class _Calls:
    """Counts tool calls, and decides which of them fail."""

    def __init__(self, faults: frozenset[str]) -> None:
        self._faults = faults
        self._count = 0

    async def spoil(self, answer: str) -> tuple[str, bool]:
        """What to send instead of the answer to the next call, and whether nothing more is sent after it."""
        self._count += 1
        is_due = self._count % _EVERY == 0
        if "latency" in self._faults:
            await anyio.sleep(_LATE_SECONDS)
        if is_due and "disconnect" in self._faults:
            return answer[: len(answer) // 2], True
        if is_due and "malformed-json" in self._faults:
            # The length must not change, because it has been announced.
            return answer.replace('"jsonrpc":', '"jsonrpc";', 1), False
        return answer, False


class WireFaults:
    """An HTTP application with faults on the wire around it.

    Args:
        app: the MCP server's application.
        faults: names from `fault_names.WIRE_FAULTS`; others are ignored.
        clock: seconds from any start, to measure Retry-After.
    """

    def __init__(self, app: ASGIApp, faults: frozenset[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock
        self._calls = _Calls(faults)
        self._passed = 0
        self._open_again = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        again = replayed_body(body, receive)
        if _field(body, "method") != "tools/call":
            await self._app(scope, again, send)
        elif "rate-limited" in self._faults and self._is_limited():
            error = too_many_requests(_RETRY_AFTER_SECONDS)
            answer = JSONResponse(error.body, 429, {"Retry-After": str(_RETRY_AFTER_SECONDS)})
            await answer(scope, again, send)
        else:
            await self._app(scope, again, self._spoiled(send))

    def _is_limited(self) -> bool:
        now = self._clock()
        if now < self._open_again:
            return True
        if self._passed < _EVERY:
            self._passed += 1
            return False
        self._passed = 0
        self._open_again = now + _RETRY_AFTER_SECONDS
        return True

    def _spoiled(self, send: Send) -> Send:
        is_over = False

        async def spoiled(message: Message) -> None:
            nonlocal is_over
            if is_over:
                return
            body: bytes = message.get("body", b"")
            if b'"jsonrpc":' in body:
                text, is_over = await self._calls.spoil(body.decode("utf-8"))
                # An answer that never ends makes uvicorn close the connection once the application has returned.
                message = {**message, "body": text.encode(), "more_body": is_over or message.get("more_body", False)}
            await send(message)

        return spoiled


class FaultyStdout:
    """Standard output with faults on the wire, with the methods that the SDK's stdio transport uses: lines of JSON."""

    def __init__(self, faults: frozenset[str]) -> None:
        self._stdout = anyio.wrap_file(TextIOWrapper(sys.stdout.buffer, encoding="utf-8"))
        self._calls = _Calls(faults)

    async def write(self, line: str) -> None:
        """Write one message, changed by the faults."""
        result = _field(line, "result")
        if not (isinstance(result, dict) and "content" in result):
            await self._stdout.write(line)
            return
        text, is_over = await self._calls.spoil(line)
        await self._stdout.write(text)
        if is_over:
            await self._stdout.flush()
            # On stdio a connection ends with its process. A clean exit would wait for the thread that reads the input.
            os._exit(1)

    async def flush(self) -> None:
        """Flush what was written."""
        await self._stdout.flush()


def _field(message: str | bytes, name: str) -> Any:  # noqa: ANN401
    try:
        parsed = json.loads(message)
    except ValueError:
        return None
    return parsed.get(name) if isinstance(parsed, dict) else None


def replayed_body(body: bytes, receive: Receive) -> Receive:
    """A `receive` that returns the body that has already been read, and then whatever else is received."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return parts.pop() if parts else await receive()

    return replayed
