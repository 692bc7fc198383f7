"""The guard's connection to the server: opened again whenever it is lost, and its list of tools kept fresh.

    connecting --- the list is read and reviewed ---> connected
        ^                                                 |
        |                                                 | a request finds the session over: `_lost` is set
        |                                                 v
        +--- a pause, or `_wanted` by a caller --- disconnected

`_tried` fires whenever an attempt has ended, in `connected` or back in `disconnected`. A caller that finds no session
sets `_wanted`, and waits for `_tried` until there is one, the wait is over, or a person has to do something first.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from math import inf
from typing import Any

import anyio
from mcp import MCPError
from mcp.shared.dispatcher import ProgressFnT
from mcp.types import CONNECTION_CLOSED

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.named_server import NOT_REACHED, NamedServer
from promptkit.connection.session import UNSURE, GatedSession, SessionLostError
from promptkit.connection.sign_in import SignIn
from promptkit.connection.stand_in import STAND_IN_NOTICE, has_invented_data
from promptkit.errors import PromptkitError
from promptkit.library.store import Library
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, Definition, ToolPolicy, decide, definition_digest
from promptkit.policy.review import tool_changes, tool_policy
from promptkit.text import sanitized

Log = Callable[[dict[str, Any]], None]
MAX_LIST_AGE_SECONDS = 10
MAX_WAIT_SECONDS = 20
_FIRST_PAUSE_SECONDS = 0.2
_LAST_PAUSE_SECONDS = 10.0
# Problems that go away by themselves; all others are for a person.
_PASSING = frozenset({"no-server", "sign-in-later"})


class Upstream:
    """The server behind the guard.

    Args:
        library: whose rules and lock decide.
        server: the URL, or the command line, of the server; or a named server.
        log: receives every message before it leaves, and every drift of the list.
        tell: receives what a person at the terminal should know.
        list_changed: is awaited after the list of tools became another one.
        sign_in: as for `connect`.
        max_list_age_seconds: a call waits for a new list where the one that is known is older.
        max_wait_seconds: how long a call waits for a connection.
    """

    def __init__(
        self,
        library: Library,
        server: str | Sequence[str] | NamedServer,
        log: Log,
        tell: Callable[[str], None],
        list_changed: Callable[[], Coroutine[Any, Any, None]],
        *,
        sign_in: SignIn | None = None,
        max_list_age_seconds: float = MAX_LIST_AGE_SECONDS,
        max_wait_seconds: float = MAX_WAIT_SECONDS,
    ) -> None:
        self._library = library
        self._server = server
        self._log = log
        self._tell = tell
        self._list_changed = list_changed
        self._sign_in = sign_in
        self._max_list_age_seconds = max_list_age_seconds
        self._max_wait_seconds = max_wait_seconds
        self._known = tool_policy(library)
        self._policy = ToolPolicy({})
        self._session: GatedSession | None = None
        self._listed_at = 0.0
        self._lost = anyio.Event()
        self._listing = anyio.Lock()
        # `_tried` fires after each attempt to connect; `_wanted` is set by waiting callers.
        self._tried = anyio.Event()
        self._wanted = anyio.Event()
        self._trouble = "it has not answered yet"
        self._needs_person = False

    async def run(self) -> None:
        """Keep the connection, until cancelled."""
        pause = _FIRST_PAUSE_SECONDS
        last_trouble = ""
        while True:
            opened_at = anyio.current_time()
            try:
                await self._hold()
            except Exception as error:  # Whatever ended the connection, it is opened again.
                fault = error.problems[0] if isinstance(error, PromptkitError) else None
                self._trouble = (
                    f"{fault.message}; {fault.fix}" if fault else f"{type(error).__name__}: {sanitized(error)}"
                )
                self._needs_person = fault is not None and fault.code not in _PASSING
            is_flapping = anyio.current_time() - opened_at < _LAST_PAUSE_SECONDS
            if not (is_flapping and last_trouble == self._trouble):
                self._tell(f"not connected: {self._trouble}")
            last_trouble = self._trouble
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
        async with connect(self._server, gate, lambda tools: self._review(gate, tools), self._sign_in) as session:
            self._session = session
            self._lost = anyio.Event()
            self._trouble = "it does not answer any more"
            self._needs_person = False
            self._say_tried()
            self._tell("connected")
            address = self._server.address if isinstance(self._server, NamedServer) else self._server
            if await has_invented_data(session, address):
                self._tell(STAND_IN_NOTICE)
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
        # By their digests, since to Python true and 1 are equal.
        if self._policy.offered is None or _digests(self._policy.offered) != _digests(tools):
            self._policy = tool_policy(self._library, tools)
            for drift in tool_changes(self._policy.locked, tools):
                change = {"tool": drift.tool, "arguments": None, "allowed": False, "reason": f"drift: {drift.kind}"}
                self._log({"method": "tools/list", **change})
        gate.policy = self._policy

    async def _refresh(self, session: GatedSession) -> None:
        """Ask for the list again if it is old."""
        before = self._policy
        async with self._listing:
            if anyio.current_time() - self._listed_at > self._max_list_age_seconds:
                self._review(session.gate, await session.list_tools())
        if self._policy is not before:
            await self._list_changed()

    def input_schema(self, name: str) -> Any:  # noqa: ANN401
        """The schema of a tool's arguments as it was reviewed; None where no call can be made."""
        return self._policy.locked.get(name, {}).get("inputSchema")

    async def tools(self) -> ToolPolicy:
        """What the server offers, and which tools are allowed.

        Raises:
            MCPError: the server cannot be reached.
        """
        try:
            return await self._listed(await self._open_session())
        except SessionLostError:
            return await self._listed(await self._open_session())

    async def _listed(self, session: GatedSession) -> ToolPolicy:
        """What the server offers now; a session that turns out to be lost is opened again.

        Raises:
            SessionLostError: the session is lost.
        """
        try:
            await self._refresh(session)
        except SessionLostError:
            self._let_go(session)
            raise
        return self._policy

    async def call(self, call: ToolCall, progress: ProgressFnT | None) -> Decision | dict[str, Any]:
        """Make a call if it is allowed by a list that is not old: the server's result, or the refusal.

        Where the server has forgotten the session, there is a new one, its list is compared, and the call is made once
        more; but never where the server may have taken it the first time.

        Raises:
            MCPError: the server's own error, the server cannot be reached, or nobody knows what became of the call.
        """
        if self._session is None and not (decision := decide(call, self._known)).allowed:
            return decision
        try:
            return await self._make(await self._open_session(), call, progress)
        except SessionLostError as lost:
            session = await self._open_session()  # If there is none, that says more than the call's own error.
            if lost.may_have_run:
                raise MCPError(lost.code, f"{lost.message}; {UNSURE}", lost.data) from None
        try:
            return await self._make(session, call, progress)
        except SessionLostError as lost:
            words = f"{lost.message}; {UNSURE}" if lost.may_have_run else lost.message
            raise MCPError(lost.code, words, lost.data) from None

    async def _make(
        self, session: GatedSession, call: ToolCall, progress: ProgressFnT | None
    ) -> Decision | dict[str, Any]:
        await self._listed(session)
        decision = session.decide(call)
        if not decision.allowed:
            return decision
        try:
            return await session.forward(call, progress)
        except SessionLostError:
            self._let_go(session)
            raise

    def _let_go(self, session: GatedSession) -> None:
        """Have a lost session opened again, unless that happened already."""
        if session is self._session:
            self._session = None
            self._lost.set()

    async def _open_session(self) -> GatedSession:
        is_tried = False
        self._wanted.set()
        with anyio.move_on_after(self._max_wait_seconds):
            # Where a person has to do something first, one more attempt tells whether they have.
            while self._session is None and not (is_tried and self._needs_person):
                await self._tried.wait()
                is_tried = True
        if self._session is None:
            raise MCPError(CONNECTION_CLOSED, f"{NOT_REACHED}{self._trouble}")
        return self._session


def _digests(tools: Sequence[Definition]) -> list[str]:
    return [definition_digest(tool) for tool in tools]
