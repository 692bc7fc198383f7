"""The guard's connection to the server: opened again whenever it is lost, and its list of tools kept fresh."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from math import inf
from typing import Any, TypeVar

import anyio
from mcp import MCPError
from mcp.shared.dispatcher import ProgressFnT
from mcp.types import CONNECTION_CLOSED

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.session import GatedSession
from promptkit.errors import PromptkitError
from promptkit.library.store import Library
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, Definition, ToolPolicy, decide
from promptkit.policy.review import tool_changes, tool_policy
from promptkit.text import sanitized

Log = Callable[[dict[str, Any]], None]
T = TypeVar("T")
MAX_LIST_AGE_SECONDS = 10
MAX_WAIT_SECONDS = 20
_FIRST_PAUSE_SECONDS = 0.2
_LAST_PAUSE_SECONDS = 10.0
_SESSION_ENDS = ("Connection closed", "Session not found", "Session terminated")
_NOT_FOUND = 404
# Problems that go away by themselves; all others are for a person.
_PASSING = frozenset({"no-server", "sign-in-later"})


class Upstream:
    """The server behind the guard.

    Args:
        library: whose rules and lock decide.
        server: the URL, or the command line, of the server.
        log: is told of every message before it leaves, and of every drift of the list.
        tell: is told what a person at the terminal should know.
        list_changed: is awaited after the list of tools became another one.
        max_list_age_seconds: a call waits for a new list where the one that is known is older.
        max_wait_seconds: how long a call waits for a connection.
    """

    def __init__(
        self,
        library: Library,
        server: str | Sequence[str],
        log: Log,
        tell: Callable[[str], None],
        list_changed: Callable[[], Coroutine[Any, Any, None]],
        *,
        max_list_age_seconds: float = MAX_LIST_AGE_SECONDS,
        max_wait_seconds: float = MAX_WAIT_SECONDS,
    ) -> None:
        self._library, self._server, self._log, self._tell = library, server, log, tell
        self._list_changed = list_changed
        self._max_list_age_seconds = max_list_age_seconds
        self._max_wait_seconds = max_wait_seconds
        self._known = tool_policy(library)
        self._policy = ToolPolicy({})
        self._session: GatedSession | None = None
        self._listed_at = 0.0
        self._lost, self._listing = anyio.Event(), anyio.Lock()
        # One is set, and made anew, whenever an attempt to connect has ended; one is set by who waits for the next.
        self._tried, self._wanted = anyio.Event(), anyio.Event()
        self._trouble, self._needs_person = "it has not answered yet", False

    async def run(self) -> None:
        """Keep the connection, until cancelled."""
        pause, told = _FIRST_PAUSE_SECONDS, ""
        while True:
            opened_at = anyio.current_time()
            try:
                await self._hold()
            except Exception as error:
                fault = error.problems[0] if isinstance(error, PromptkitError) else None
                self._trouble = (
                    f"{fault.message}; {fault.fix}" if fault else f"{type(error).__name__}: {sanitized(error)}"
                )
                self._needs_person = fault is not None and fault.code not in _PASSING
            is_flapping = anyio.current_time() - opened_at < _LAST_PAUSE_SECONDS
            if not (is_flapping and told == self._trouble):
                self._tell(f"the connection is lost: {self._trouble}")
            told = self._trouble
            self._say_tried()
            await anyio.sleep(_FIRST_PAUSE_SECONDS)
            pause = min(pause * 2, _LAST_PAUSE_SECONDS) if is_flapping else _FIRST_PAUSE_SECONDS
            with anyio.move_on_after(pause):
                await self._wanted.wait()
            self._wanted = anyio.Event()

    def _say_tried(self) -> None:
        self._tried.set()
        self._tried = anyio.Event()

    async def _hold(self) -> None:
        # A gate of its own for each connection: one that has shut ends its connection for good, and no other.
        gate, before = Gate(self._log), self._policy
        async with connect(self._server, gate, lambda tools: self._review(gate, tools)) as session:
            self._session, self._lost = session, anyio.Event()
            self._trouble, self._needs_person = "it does not answer any more", False
            self._say_tried()
            self._tell("connected")
            try:
                async with anyio.create_task_group() as group:
                    if self._policy is not before:
                        group.start_soon(self._list_changed)
                    group.start_soon(self._listen, session)
                    await self._lost.wait()
                    group.cancel_scope.cancel()
            finally:
                self._session = None

    async def _listen(self, session: GatedSession) -> None:
        while True:
            await session.list_changed()
            self._listed_at = -inf  # No call is decided by the old list from here on.
            await self._refresh(session)
            await anyio.sleep(_FIRST_PAUSE_SECONDS)

    def _review(self, gate: Gate, tools: Sequence[Definition]) -> None:
        self._listed_at = anyio.current_time()
        if self._policy.offered != tuple(tools):
            self._policy = tool_policy(self._library, tools)
            for drift in tool_changes(self._policy.locked, tools):
                told = {"tool": drift.tool, "arguments": None, "allowed": False, "reason": f"drift: {drift.kind}"}
                self._log({"method": "tools/list", **told})
        gate.policy = self._policy

    async def _refresh(self, session: GatedSession) -> None:
        """Ask for the list again if it is old."""
        before = self._policy
        async with self._listing:
            if anyio.current_time() - self._listed_at > self._max_list_age_seconds:
                self._review(session.gate, await session.list_tools())
        if self._policy is not before:
            await self._list_changed()

    async def tools(self) -> ToolPolicy:
        """What the server offers, and what of it is allowed.

        Raises:
            MCPError: the server cannot be reached.
        """
        return await self._trying(self._list)

    async def _list(self, session: GatedSession) -> ToolPolicy:
        await self._refresh(session)
        return self._policy

    async def call(self, call: ToolCall, progress: ProgressFnT | None) -> Decision | dict[str, Any]:
        """Make a call if it is allowed by a list that is not old: the server's result, or the refusal.

        Raises:
            MCPError: the server's own error, or the server cannot be reached.
        """
        if self._session is None and not (decision := decide(call, self._known)).allowed:
            return decision

        async def make(session: GatedSession) -> Decision | dict[str, Any]:
            await self._refresh(session)
            decision = session.decide(call)
            return await session.forward(call, progress) if decision.allowed else decision

        return await self._trying(make)

    async def _trying(self, ask: Callable[[GatedSession], Awaitable[T]]) -> T:
        """What is asked of the session; asked once more where the session was lost, since all of it only reads."""
        session = await self._open_session()
        try:
            return await ask(session)
        except MCPError as error:
            if not self._is_lost(session, error):
                raise
        return await ask(await self._open_session())

    def _is_lost(self, session: GatedSession, error: MCPError) -> bool:
        """Whether an error says that the session is lost; it is then opened again."""
        status = error.data.get("httpStatus") if isinstance(error.data, dict) else None
        is_lost = error.message in _SESSION_ENDS or status == _NOT_FOUND
        if is_lost and session is self._session:
            self._session = None
            self._lost.set()
        return is_lost

    async def _open_session(self) -> GatedSession:
        is_tried = False
        self._wanted.set()
        with anyio.move_on_after(self._max_wait_seconds):
            # Where a person has to do something first, one more attempt tells whether they have.
            while self._session is None and not (is_tried and self._needs_person):
                await self._tried.wait()
                is_tried = True
        if self._session is None:
            raise MCPError(CONNECTION_CLOSED, f"Torii cannot be reached: {self._trouble}")
        return self._session
