"""A server for many people as its operators see it: its health, its figures and its log.

What is asked of `/healthz` and `/readyz` needs no trusted name, since the probes of a platform call by address, and is
answered with words alone. The figures are only at the address for operators.
"""

from __future__ import annotations

import anyio
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from promptkit.access.metrics import Metrics
from promptkit.access.readiness import Readiness
from promptkit.access.requests import Requests
from promptkit.access.state import SharedState
from promptkit.errors import PromptkitError

PURGE_SECONDS = 3600


class Operations:
    """An application as it is operated; nothing that it logs or counts may come from outside.

    Args:
        app: the application, behind whatever it trusts.
        routes: the paths that are named in figures and log.
        readiness: what requests need.
        metrics: what is counted.
        port_of_operators: requests at this port get health and figures, and nothing else. None is no such port.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: frozenset[str],
        readiness: Readiness,
        metrics: Metrics,
        port_of_operators: int | None = None,
    ) -> None:
        self._app = app
        self._readiness = readiness
        self._port_of_operators = port_of_operators
        self._metrics = metrics
        self.requests = Requests(app, routes, metrics.request)
        metrics.watch_calls(lambda: self.requests.calls_running)
        health = [Route("/healthz", _alive), Route("/readyz", self._ready)]
        self._paths = {route.path for route in health}
        self._health = Starlette(routes=health)
        self._for_operators = Starlette(routes=[*health, Route("/metrics", self._figures)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request by whichever part it is for."""
        await self._part(scope)(scope, receive, send)

    def _part(self, scope: Scope) -> ASGIApp:
        if scope["type"] != "http":
            return self._app
        if self._port_of_operators is not None and scope["server"][1] == self._port_of_operators:
            return self._for_operators
        return self._health if scope["path"] in self._paths else self.requests

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


async def purge_regularly(state: SharedState, metrics: Metrics) -> None:
    """Take away what has expired, each hour, until cancelled."""
    while True:
        await anyio.sleep(PURGE_SECONDS)
        try:
            await state.purge()
        except PromptkitError:
            metrics.event("purge", "failed")
