"""What a client over stdio sends, without a first question that it has given up by the time that we read it.

Some clients ask for the revisions of MCP with `server/discover`, wait a second for a program that is still starting,
and then open an older session. The SDK (mcp 2.3) goes by the first request alone, and would refuse that session.
"""

from __future__ import annotations

from typing import Any

import anyio
from anyio.abc import ObjectReceiveStream
from mcp.shared.message import SessionMessage

# What was sent before we read is there at once.
_SECONDS = 0.05


class FirstRequest(ObjectReceiveStream[SessionMessage | Exception]):
    """The read side of a transport; `server/discover` is left out where `initialize` comes right behind it."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401
        self._inner = inner
        self._is_open = False
        self._waiting: list[SessionMessage | Exception] = []

    @property
    def last_context(self) -> Any:  # noqa: ANN401
        """The context variables that the last message came with, where the transport keeps them."""
        return getattr(self._inner, "last_context", None)

    async def receive(self) -> SessionMessage | Exception:
        """The next message.

        Raises:
            EndOfStream: the client has left.
        """
        if self._waiting:
            return self._waiting.pop(0)
        item: SessionMessage | Exception = await self._inner.receive()
        if self._is_open or _method(item) != "server/discover":
            self._is_open = True
            return item
        self._is_open = True
        with anyio.move_on_after(_SECONDS):
            await self._look_ahead()
        is_given_up = bool(self._waiting) and _method(self._waiting[-1]) == "initialize"
        return self._waiting.pop() if is_given_up else item

    async def _look_ahead(self) -> None:
        """Read on to the next request; that the client has given the first one up may be said before it."""
        async for item in self._inner:
            self._waiting.append(item)
            if _method(item) != "notifications/cancelled":
                return

    async def aclose(self) -> None:
        """Close the transport's own side."""
        await self._inner.aclose()


def _method(item: SessionMessage | Exception) -> str | None:
    return getattr(item.message, "method", None) if isinstance(item, SessionMessage) else None
