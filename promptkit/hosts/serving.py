"""Runs any of our MCP servers on stdio or over streamable HTTP."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import anyio
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from starlette.types import ASGIApp

from promptkit.errors import UsageError
from promptkit.guard.unreadable import Log, ReadableMessages
from promptkit.hosts.first_request import FirstRequest
from promptkit.text import sanitized


def run_server(
    server: Server[Any],
    http: str | None,
    app: Callable[[str], ASGIApp] | None = None,
    stdout: Any = None,  # noqa: ANN401
    log: Log = lambda _: None,
) -> int:
    """Serve on stdio until the client leaves, or over streamable HTTP at HOST:PORT until stopped.

    Args:
        server: the server to run.
        http: HOST:PORT, or None for stdio.
        app: creates the HTTP application, given its origin; None is the server's own application.
        stdout: the asynchronous file that stdio writes to; None is the process's standard output.
        log: receives a line about each message over stdio that cannot be read, and so never reaches the server.

    Raises:
        UsageError: the server cannot listen at the address.
    """
    if http is None:
        anyio.run(_serve_stdio, server, stdout, log)
        return 0
    listening = listen(http)
    host, port = listening.getsockname()[:2]
    origin = f"http://{host}:{port}"
    application = app(origin) if app else server.streamable_http_app()
    print(f"{origin}/mcp", flush=True)
    run_application(application, listening)
    return 0


def run_application(application: ASGIApp, listening: socket.socket) -> None:
    """Serve over HTTP at a socket that listens already, until stopped."""
    config = uvicorn.Config(application, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
    # Being stopped is the normal end; uvicorn would afterwards raise the signal again for the previous handler.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    uvicorn.Server(config).run(sockets=[listening])


async def _serve_stdio(server: Server[Any], stdout: Any, log: Log) -> None:  # noqa: ANN401
    async with stdio_server(stdout=stdout) as (read, write):
        with _ended_by_signals() as received:
            messages = ReadableMessages(FirstRequest(read), write, log)
            await server.run(messages, write, server.create_initialization_options())
        if received:
            # What the server held is closed now, but a thread that waits for the next line cannot be interrupted.
            signal.raise_signal(received[0])


@contextmanager
def _ended_by_signals() -> Iterator[Sequence[signal.Signals]]:
    """Cancel the block when the process is told to end; gives the signals that came."""
    received: list[signal.Signals] = []
    loop = asyncio.get_running_loop()
    with anyio.CancelScope() as scope:

        def end(number: int, _: FrameType | None) -> None:
            received.append(signal.Signals(number))
            loop.call_soon_threadsafe(scope.cancel)

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, end)
        try:
            yield received
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)


def listen(address: str) -> socket.socket:
    """A socket that already listens at HOST:PORT when the port is printed; port 0 picks a free one.

    Raises:
        UsageError: it cannot listen at the address.
    """
    host, _, port = address.rpartition(":")
    # The protocol is given because without it asyncio does not turn off Nagle's delay.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, int(port)))
        made.listen(128)
    except (OSError, ValueError, OverflowError) as error:
        made.close()
        raise UsageError.of(
            "address", f"cannot listen at {sanitized(address)}: {error}", "write 127.0.0.1:0 for a free port"
        ) from error
    print(f"listening at {host}:{made.getsockname()[1]}", file=sys.stderr)
    return made
