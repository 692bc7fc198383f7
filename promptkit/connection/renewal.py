"""A session that goes on in a new one when it is lost, as when its server was started again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import anyio
from anyio.abc import TaskGroup, TaskStatus

from promptkit.connection.session import UNSURE, GatedSession, Outcome, Session, SessionAround
from promptkit.errors import PromptkitError
from promptkit.model import ToolCall
from promptkit.policy.decision import Definition, definition_digest

MAX_WAIT_SECONDS = 30
Review = Callable[[Sequence[Definition]], None]
Connect = Callable[[Review], AbstractAsyncContextManager[GatedSession]]
"""Opens a session whose list of tools the review has let pass."""


@asynccontextmanager
async def renewed(session: GatedSession, connect: Connect) -> AsyncIterator[Session]:
    """The session, and whatever new one takes its place, for as long as the block lasts.

    A new one has the same list of tools as the first, or there is none.
    """
    async with anyio.create_task_group() as group:
        whole = RenewedSession(session, connect, group)
        try:
            yield whole
        finally:
            whole.over.set()


class RenewedSession(SessionAround):
    """A session that goes on in a new one when it is lost.

    A call is made once more where the server cannot have taken it. Where it may have, its outcome says so.

    Args:
        first: the session to begin with.
        connect: opens another.
        group: holds what is opened, until `over` is set.
    """

    def __init__(self, first: Session, connect: Connect, group: TaskGroup) -> None:
        super().__init__(first)
        self.over = anyio.Event()
        self._connect = connect
        self._group = group
        self._opening = anyio.Lock()

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed, in a new session if this one turns out to be lost."""
        used = self._inner
        outcome = await used.call(call)
        if outcome.lost is None:
            return outcome
        if trouble := await self._why_not_renewed(used):
            return replace(outcome, text=f"{outcome.text}; {trouble}")
        if outcome.lost.may_have_run:
            return replace(outcome, text=f"{outcome.text}; {UNSURE}")
        return await self._inner.call(call)

    async def _why_not_renewed(self, used: Session) -> str | None:
        """Open a new session in place of the one that was used, unless another call has done so."""
        try:
            with anyio.fail_after(MAX_WAIT_SECONDS):
                async with self._opening:
                    if self._inner is used:
                        self._inner = await self._group.start(self._hold)
        except PromptkitError as error:
            return error.problems[0].message
        except TimeoutError:
            return f"there is no new session after {MAX_WAIT_SECONDS} seconds"
        return None

    async def _hold(self, *, task_status: TaskStatus[Session]) -> None:
        is_open = False
        try:
            async with self._connect(self._compare) as session:
                is_open = True
                task_status.started(session)
                await self.over.wait()
        except Exception:
            if not is_open:
                raise  # Who waits for it hears why; later, the next call does.

    def _compare(self, tools: Sequence[Definition]) -> None:
        if [*map(definition_digest, tools)] != [*map(definition_digest, self.tools)]:
            message = "the server's list of tools has changed since the session was opened"
            raise PromptkitError.of("changed-tools", message, "begin again")
