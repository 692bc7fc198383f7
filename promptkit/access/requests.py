"""The requests of a server for many people: each is counted and logged, and those that only listen can be ended."""

from __future__ import annotations

import time
from collections.abc import Callable

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from promptkit.access.logs import log_event

_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})


class Requests:
    """An application that passes requests on to another.

    Args:
        app: the other.
        routes: the paths that are named in figures and log; any other is "other".
        count: is given the method, the route, the status and the seconds of each request that was answered.
    """

    def __init__(self, app: ASGIApp, routes: frozenset[str], count: Callable[[str, str, int, float], None]) -> None:
        self._app = app
        self._routes = routes
        self._count = count
        self._listening: set[anyio.CancelScope] = set()
        self.calls_running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by the other application."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = scope["path"] if scope["path"] in self._routes else "other"
        status, begun = 500, time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await (self._call if _is_call(scope) else self._listen)(scope, receive, watch)
        finally:
            seconds = time.perf_counter() - begun
            self._count(method, route, status, seconds)
            log_event("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000))

    def end_listening(self) -> None:
        """End every stream to which a client only listens. It would last as long as the client likes."""
        for stream in self._listening:
            stream.cancel()

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls_running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self.calls_running -= 1

    async def _listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = anyio.CancelScope()

        async def watch(message: Message) -> None:
            if "text/event-stream" in Headers(raw=message.get("headers", [])).get("content-type", ""):
                self._listening.add(stream)
            await send(message)

        try:
            with stream:
                await self._app(scope, receive, watch)
        finally:
            self._listening.discard(stream)
        if stream.cancelled_caught:
            await send({"type": "http.response.body"})


def _is_call(scope: Scope) -> bool:
    """Whether somebody waits for an answer."""
    return scope["method"] != "GET" and Headers(scope=scope).get("mcp-method") != "subscriptions/listen"
