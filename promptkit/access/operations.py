"""A server for many people as its operators see it: who may call it, its health, its figures and its log.

What is asked of `/healthz` and `/readyz` needs no trusted name, since the probes of a platform call by address, and is
answered with words alone. The figures are only at the address for operators.
"""

from __future__ import annotations

import time

import anyio
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from promptkit.access.logs import log_event
from promptkit.access.metrics import Metrics
from promptkit.access.readiness import Readiness
from promptkit.access.state import SharedState
from promptkit.errors import PromptkitError

PURGE_SECONDS = 3600
_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})


class Operations:
    """Counts and logs what happens; nothing that it is given may come from outside.

    Args:
        readiness: what requests need.
    """

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness
        self._metrics = Metrics(lambda: self._running)
        self._running = 0

    @property
    def running(self) -> int:
        """How many requests are being answered, without pages and the streams to which a client only listens."""
        return self._running

    def event(self, event: str, outcome: str) -> None:
        """Log and count that something happened, such as ("sign-in", "refused")."""
        log_event(event, outcome=outcome)
        self._metrics.event(event, outcome)

    def operated(self, app: ASGIApp, routes: frozenset[str], port_of_operators: int | None = None) -> ASGIApp:
        """The application with its health beside it, and with every request counted and logged.

        Args:
            app: the application, behind whatever it trusts.
            routes: the paths that are named in figures and log; any other is "other".
            port_of_operators: requests at this port get health and figures, and nothing else. None is no such port.
        """
        health = [Route("/healthz", _alive), Route("/readyz", self._ready)]
        public = Starlette(routes=health)
        operators = Starlette(routes=[*health, Route("/metrics", self._figures)])
        paths = {route.path for route in health}

        async def choose(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
            elif port_of_operators is not None and scope["server"][1] == port_of_operators:
                await operators(scope, receive, send)
            elif scope["path"] in paths:
                await public(scope, receive, send)
            else:
                await self._measured(app, routes, scope, receive, send)

        return choose

    async def _measured(self, app: ASGIApp, routes: frozenset[str], scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = scope["path"] if scope["path"] in routes else "other"
        status, begun = 500, time.perf_counter()

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        is_call = method != "GET"
        self._running += is_call
        try:
            await app(scope, receive, watch)
        finally:
            self._running -= is_call
            seconds = time.perf_counter() - begun
            self._metrics.request(method, route, status, seconds)
            log_event("request", method=method, route=route, status=status, milliseconds=round(seconds * 1000))

    async def _ready(self, _: Request) -> Response:
        parts = await self._readiness.parts()
        words = {name: "ready" if is_ready else "not ready" for name, is_ready in parts.items()}
        return JSONResponse(words, 200 if all(parts.values()) else 503)

    async def _figures(self, _: Request) -> Response:
        return Response(
            self._metrics.text(await self._readiness.parts()), headers={"content-type": CONTENT_TYPE_LATEST}
        )


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok")


async def purge_regularly(state: SharedState, operations: Operations) -> None:
    """Take away what has expired, each hour, until cancelled."""
    while True:
        await anyio.sleep(PURGE_SECONDS)
        try:
            await state.purge()
        except PromptkitError:
            operations.event("purge", "failed")
