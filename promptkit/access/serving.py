"""Runs a server for many people, and ends it without cutting off a call."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Sequence

import uvicorn
from sse_starlette.sse import AppStatus

from promptkit.access.logs import LOG_CONFIG
from promptkit.access.operations import Operations
from promptkit.access.requests import Requests
from promptkit.errors import UsageError

GRACE_SECONDS = 30
_TICK_SECONDS = 0.05


def serve_until_told(app: Operations, sockets: Sequence[socket.socket]) -> int:
    """Serve until SIGTERM or Ctrl-C: no more requests are taken then, and running ones have thirty seconds.

    Args:
        app: the application, which knows what is running.
        sockets: they listen already.

    Raises:
        UsageError: two of them have one port, by which those for operators are told from those for people.
    """
    if len({one.getsockname()[1] for one in sockets}) < len(sockets):
        message = "people and operators cannot share a port, even at two addresses"
        raise UsageError.of("shared-port", message, "give the figures a port of their own")
    # Otherwise every answer that is a stream would be cut off at once, a running call's too.
    AppStatus.enable_automatic_graceful_drain = False
    config = uvicorn.Config(
        app,
        log_config=LOG_CONFIG,
        access_log=False,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    # Being stopped is the normal end; uvicorn would afterwards raise the signal again for the previous handler.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    _PatientServer(config, app.requests).run(sockets=list(sockets))
    return 0


class _PatientServer(uvicorn.Server):
    """Ends the streams to which clients only listen once no call is running; they would last as long as it waits."""

    def __init__(self, config: uvicorn.Config, requests: Requests) -> None:
        super().__init__(config)
        self._requests = requests

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        ending = asyncio.create_task(self._end_streams())
        await super().shutdown(sockets)
        ending.cancel()

    async def _end_streams(self) -> None:
        while self._requests.calls_running:
            await asyncio.sleep(_TICK_SECONDS)
        self._requests.end_listening()
