"""What a server sends, without the secrets of ours that it may send back, before anybody reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from threading import Thread
from typing import Any, TextIO, assert_never

from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCError, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from promptkit.known_secrets import redacted, redacted_values

_MAX_LINE_CHARS = 64 * 1024
_LAST_WORDS_SECONDS = 0.5


@asynccontextmanager
async def redacted_answers(transport: AbstractAsyncContextManager[Any]) -> AsyncIterator[Any]:
    """A transport whose messages hold no secret that is known; the session and its streams stay its own."""
    async with transport as (read, write):
        yield _RedactedStream(read), write


@contextmanager
def redacted_errors() -> Iterator[TextIO]:
    """A file for the standard error of a server's process; what is written to it goes to ours."""
    reading, writing = os.pipe()
    thread = Thread(target=_pass_on, args=(reading,), daemon=True)
    thread.start()
    with os.fdopen(writing, "w", encoding="utf-8") as file:
        yield file
    # Its last words, unless a process that it left behind still holds the other end.
    thread.join(_LAST_WORDS_SECONDS)


def _pass_on(reading: int) -> None:
    with os.fdopen(reading, encoding="utf-8", errors="backslashreplace") as lines, suppress(OSError, ValueError):
        while line := lines.readline(_MAX_LINE_CHARS):
            print(redacted(line), end="", file=sys.stderr, flush=True)


class _RedactedStream:
    """The read side of a transport."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401
        self._inner = inner

    async def receive(self) -> SessionMessage | Exception:
        return _redacted(await self._inner.receive())

    def __aiter__(self) -> _RedactedStream:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        return _redacted(await self._inner.__anext__())

    async def __aenter__(self) -> _RedactedStream:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *details: Any) -> Any:  # noqa: ANN401
        return await self._inner.__aexit__(*details)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._inner, name)


def _redacted(item: SessionMessage | Exception) -> SessionMessage | Exception:
    if isinstance(item, SessionMessage):
        message = item.message
        match message:
            case JSONRPCResponse():
                message.result = redacted_values(message.result)
            case JSONRPCError():
                message.error.message = redacted(message.error.message)
                message.error.data = redacted_values(message.error.data)
            case JSONRPCRequest() | JSONRPCNotification():
                message.params = redacted_values(message.params)
            case _:
                assert_never(message)
    return item
