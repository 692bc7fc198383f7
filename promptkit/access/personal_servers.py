"""An MCP server for each person who is signed in: their own sessions, list of tools, cursors and connection to Torii.

One opens with a person's first request, and closes when they have asked nothing for half an hour. What one person's
server knows, no other has: a session or cursor of somebody else is simply unknown.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from anyio.abc import TaskGroup, TaskStatus
from mcp.server.lowlevel import Server
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from promptkit.access.logs import log_event
from promptkit.access.people import People, PersonalSignIn

MAX_OPEN = 1000
IDLE_SECONDS = 1800
GRACE_SECONDS = 300
"""How long a call that began just before its token expired may still be answered."""
_TICK_SECONDS = 30
# By which names it may be called is decided before, for all people at once.
_ANY_NAME = TransportSecuritySettings(enable_dns_rebinding_protection=False)


@dataclass
class _Open:
    """A person's server; `requests` are being answered, and `over` ends it."""

    app: Starlette
    sign_in: PersonalSignIn
    requests: int = 0
    used_at: float = 0.0
    over: anyio.Event = field(default_factory=anyio.Event)


class PersonalServers:
    """The application behind the sign-in: it hands each request to the server of whoever sent it.

    Args:
        make: makes the server of one person, given their sign-in.
        people: have signed in.
        max_open: how many servers may be open.
        idle_seconds: how long one stays open that is asked nothing.
    """

    def __init__(
        self,
        make: Callable[[PersonalSignIn], Server[Any]],
        people: People,
        max_open: int = MAX_OPEN,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._make = make
        self._people = people
        self._max_open = max_open
        self._idle_seconds = idle_seconds
        self._open: dict[str, _Open] = {}
        self._opening = anyio.Lock()
        self._group: TaskGroup

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the servers for as long as the block lasts."""
        async with anyio.create_task_group() as group:
            self._group = group
            group.start_soon(self._close_idle)
            yield
            group.cancel_scope.cancel()

    def close(self, person: str) -> None:
        """Close a person's server, and with it whatever they still listen to."""
        if opened := self._open.pop(person, None):
            opened.over.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of somebody who is signed in."""
        token = scope["user"].access_token
        opened = await self._opened(token.subject)
        if opened is None:
            await _BUSY(scope, receive, send)
            return
        opened.requests += 1
        try:
            await _until(token.expires_at + GRACE_SECONDS, opened.app, scope, receive, send)
        finally:
            opened.requests -= 1
            opened.used_at = anyio.current_time()
        if opened.sign_in.is_over:
            # Their next request is told to sign in again.
            self.close(token.subject)
            await self._people.forget(token.subject)

    async def _opened(self, person: str) -> _Open | None:
        """A person's server; None where no more can be open."""
        async with self._opening:
            if person not in self._open:
                if len(self._open) >= self._max_open and not self._close_longest_idle():
                    return None
                await self._group.start(self._hold, person)
            return self._open[person]

    def _close_longest_idle(self) -> bool:
        idle = [person for person, opened in self._open.items() if not opened.requests]
        if idle:
            self.close(min(idle, key=lambda person: self._open[person].used_at))
        return bool(idle)

    async def _close_idle(self) -> None:
        while True:
            await anyio.sleep(min(_TICK_SECONDS, self._idle_seconds))
            before = anyio.current_time() - self._idle_seconds
            for person, opened in list(self._open.items()):
                if not opened.requests and opened.used_at < before:
                    self.close(person)

    async def _hold(self, person: str, *, task_status: TaskStatus[None]) -> None:
        sign_in = self._people.sign_in(person)
        is_kept = await sign_in.read()
        app = self._make(sign_in).streamable_http_app(transport_security=_ANY_NAME)
        opened = _Open(app, sign_in, used_at=anyio.current_time())
        sign_in.is_over = not is_kept
        is_open = False
        try:
            async with app.router.lifespan_context(app):
                self._open[person] = opened
                is_open = True
                task_status.started()
                await opened.over.wait()
        except Exception:
            if not is_open:
                raise  # Whoever waits for it hears why.
            log_event("a person's server ended by an error")
        finally:
            if self._open.get(person) is opened:
                del self._open[person]


async def _until(end: float, app: Starlette, scope: Scope, receive: Receive, send: Send) -> None:
    """Let an application answer until a time; a stream that lasts longer ends then."""
    is_begun = False

    async def watch(message: Message) -> None:
        nonlocal is_begun
        is_begun = True
        await send(message)

    with anyio.move_on_after(end - time.time()) as waiting:
        await app(scope, receive, watch)
    if waiting.cancelled_caught and is_begun:
        await send({"type": "http.response.body"})


_BUSY = JSONResponse({"error": "too many people are connected; try again later"}, 503, {"retry-after": "60"})
