"""A session with Torii for as long as a server of ours runs: opened when first wanted, and again when it was lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
from anyio.abc import TaskGroup, TaskStatus
from mcp import MCPError

from promptkit.connection.open_session import OpenedSession, SignedInReader, open_session
from promptkit.errors import PromptkitError
from promptkit.library.store import Library
from promptkit.model import Profile
from promptkit.policy.decision import Definition, definition_digest
from promptkit.torii.names import LOCAL_SERVERS

MAX_LIST_AGE_SECONDS = 10
MAX_WAIT_SECONDS = 30


class KeptSession:
    """The one session of a server.

    A list of tools that has changed since the session was opened counts as a loss: no call is decided by an old one.
    """

    def __init__(
        self,
        library: Library,
        server: str,
        profile: Profile,
        *,
        cache: bool,
        share: float = 1.0,
        reader: SignedInReader | None = None,
    ) -> None:
        self._library = library
        self._server = server
        self._profile = profile
        self._cache = cache
        self._share = share
        self._reader = reader
        self._group: TaskGroup
        self._opening: anyio.Lock
        self._opened: OpenedSession | None = None
        self._over = anyio.Event()
        self._seen_at = 0.0

    @asynccontextmanager
    async def running(self, group: TaskGroup) -> AsyncIterator[None]:
        """Hold the session in this group of tasks for as long as the block lasts."""
        self._group, self._opening = group, anyio.Lock()
        try:
            yield
        finally:
            self._let_go()

    async def get(self, max_list_age_seconds: float = MAX_LIST_AGE_SECONDS) -> OpenedSession:
        """The session, opened anew if it is lost, or if the list of tools has changed.

        Raises:
            PromptkitError: the server cannot be used.
        """
        try:
            with anyio.fail_after(MAX_WAIT_SECONDS):
                async with self._opening:
                    if self._opened and not await self._is_as_before(self._opened, max_list_age_seconds):
                        self._let_go()
                    return self._opened or await self._group.start(self._hold)
        except TimeoutError:
            message = f"Torii did not answer within {MAX_WAIT_SECONDS} seconds"
            raise PromptkitError.of("no-server", message, "ask again later") from None

    async def _is_as_before(self, opened: OpenedSession, max_age_seconds: float) -> bool:
        if anyio.current_time() - self._seen_at < max_age_seconds:
            return True
        try:
            tools = await opened.session.list_tools()
        except (MCPError, PromptkitError):
            return False
        self._seen_at = anyio.current_time()
        return _digests(tools) == _digests(opened.session.tools)

    def _let_go(self) -> None:
        self._opened = None
        self._over.set()

    async def _hold(self, *, task_status: TaskStatus[OpenedSession]) -> None:
        over = self._over = anyio.Event()
        is_open = False
        try:
            async with open_session(
                self._library,
                self._server,
                self._profile,
                cache=self._cache,
                share=self._share,
                reader=self._reader,
                is_marked=self._server not in LOCAL_SERVERS,  # Who names a local Torii is told at the start.
            ) as opened:
                self._opened, self._seen_at, is_open = opened, anyio.current_time(), True
                task_status.started(opened)
                await over.wait()
        except Exception:
            if not is_open:
                raise  # Who waits for it hears why; later, the next request opens another.
        if self._over is over:
            self._opened = None


class GivenSession:
    """A session that somebody else holds open; once it is lost, it stays lost."""

    def __init__(self, opened: OpenedSession) -> None:
        self._opened = opened

    @asynccontextmanager
    async def running(self, _: TaskGroup) -> AsyncIterator[None]:
        """Nothing is held here."""
        yield

    async def get(self, _: float = MAX_LIST_AGE_SECONDS) -> OpenedSession:
        """The session as it was given."""
        return self._opened


def _digests(tools: Sequence[Definition]) -> list[str]:
    return [definition_digest(tool) for tool in tools]
