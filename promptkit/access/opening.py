"""Opens a server for many people at its public address: its state, its names, its health and its figures."""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import typer
from mcp.server.lowlevel import Server
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from promptkit.access.application import ROUTES, access_application
from promptkit.access.keys import keys_of_file, keys_of_variable
from promptkit.access.metrics import Metrics
from promptkit.access.operations import Operations, purge_regularly
from promptkit.access.people import People, PersonalSignIn
from promptkit.access.readiness import Readiness
from promptkit.access.serving import serve_until_told
from promptkit.access.state import SharedState
from promptkit.access.trusted_names import trusted_only
from promptkit.connection.client import publishes_metadata

KEY_VARIABLE = "PROMPTKIT_ENCRYPTION_KEY"
"""The environment variable with the keys that encrypt the state, where they are not to be in a file."""


def serve_people(
    make: Callable[[PersonalSignIn], Server[Any]],
    server: str,
    *,
    public_url: str,
    state: str | None,
    hosts: Sequence[str],
    origins: Sequence[str],
    sockets: Sequence[socket.socket],
) -> int:
    """Serve everybody who signs in, until stopped.

    Args:
        make: makes the server of one person, given their sign-in.
        server: the URL of Torii's server.
        public_url: the origin at which people reach it.
        state: the URL of the database; None is a file in promptkit's settings folder.
        hosts: other names by which it may be called.
        origins: pages elsewhere that may call it.
        sockets: they listen already, the first for people, and the second, if any, for operators.

    Raises:
        UsageError: an address or a name may not be used.
        PromptkitError: the state cannot be opened.
    """
    open_state = state_opener(state)
    anyio.run(_require, open_state)
    metrics = Metrics()
    opened = OpenedServer(open_state, lambda state: access_application(public_url, server, state, make), metrics)
    readiness = Readiness({"state": opened.is_state_reached, "torii": partial(publishes_metadata, server)})
    port_of_operators = sockets[1].getsockname()[1] if sockets[1:] else None
    app = trusted_only(opened.app, public_url, hosts, origins)
    print(f"{public_url}/mcp", flush=True)
    return serve_until_told(Operations(app, ROUTES, readiness, metrics, port_of_operators), sockets)


def state_opener(state: str | None) -> Callable[[], AbstractAsyncContextManager[SharedState]]:
    """Opens the state at a URL, or the one in promptkit's settings folder, with the keys that this machine has."""
    folder = Path(typer.get_app_dir("promptkit"))
    keys = keys_of_variable(KEY_VARIABLE) if KEY_VARIABLE in os.environ else keys_of_file(folder / "access.key")
    return partial(SharedState.open, state or f"sqlite:///{folder / 'access.db'}", keys)


def end_everybody(server: str, state: str | None) -> tuple[int, int]:
    """End the sign-ins of all people at a server of Torii, and forget them; see `People.end_everybody`.

    Raises:
        UsageError: the URL of the state is not one.
        PromptkitError: the state cannot be opened.
    """

    async def end() -> tuple[int, int]:
        async with state_opener(state)() as opened:
            return await People(opened, server, "").end_everybody()

    return anyio.run(end)


async def _require(open_state: Callable[[], AbstractAsyncContextManager[SharedState]]) -> None:
    """Open the state once, so that what is wrong with it is said before anything listens."""
    async with open_state():
        pass


class OpenedServer:
    """An application whose state is opened when it starts, in the loop that it runs in.

    Args:
        open_state: opens the state, in a context.
        make: makes the application, given the state.
        metrics: counts what is purged.
    """

    def __init__(
        self,
        open_state: Callable[[], AbstractAsyncContextManager[SharedState]],
        make: Callable[[SharedState], Starlette],
        metrics: Metrics,
    ) -> None:
        self._open_state = open_state
        self._make = make
        self._metrics = metrics
        self._state: SharedState | None = None
        self._inner: Starlette | None = None
        self.app = Starlette(routes=[Mount("/", self._answer)], lifespan=self._lifespan)

    async def is_state_reached(self) -> bool:
        """Whether entries can be read."""
        return self._state is not None and await self._state.is_reachable()

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            state = self._state = await stack.enter_async_context(self._open_state())
            group = await stack.enter_async_context(anyio.create_task_group())
            stack.callback(group.cancel_scope.cancel)
            group.start_soon(purge_regularly, state, self._metrics)
            self._inner = self._make(state)
            await stack.enter_async_context(self._inner.router.lifespan_context(self._inner))
            yield

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._inner is not None  # noqa: S101  (nothing is answered before the lifespan has begun)
        await self._inner(scope, receive, send)
