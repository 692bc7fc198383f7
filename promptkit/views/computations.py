"""Views that are being computed: several requests may wait for one, and one may go on after its request is answered.

A request waits as long as it may. Then the computation goes on in the background, and whoever asks for the same again
waits for it too, or is given what has come of it. A request that is cancelled stops what nobody else waits for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio
from anyio.abc import TaskGroup

from promptkit.answering.analyst import Answered
from promptkit.errors import PromptkitError

MAX_WAIT_SECONDS = 45.0
MAX_COMPUTATION_SECONDS = 15 * 60.0
MAX_COMPUTATIONS = 12
_NOTICE_SECONDS = 0.5
Progress = Callable[[int, int], None]
"""Is given how many calls are made, and how many are known so far."""
Compute = Callable[[Progress], Awaitable[Answered]]


@dataclass
class Computation:
    """One view that is being computed, or was: how far it is, and what came of it."""

    made: int = 0
    known: int = 0
    outcome: Answered | Exception | None = None
    waiting: int = 0
    done: anyio.Event = field(default_factory=anyio.Event)
    moved: anyio.Event = field(default_factory=anyio.Event)
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)

    def move(self, made: int, known: int) -> None:
        """Say how far it is."""
        self.made, self.known = made, max(made, known)
        self.moved.set()
        self.moved = anyio.Event()


class Computations:
    """What is being computed for anybody.

    Args:
        max_wait_seconds: how long a request waits before it is answered with how far its view is.
        max_seconds: how long a view may take in all.
    """

    def __init__(
        self, max_wait_seconds: float = MAX_WAIT_SECONDS, max_seconds: float = MAX_COMPUTATION_SECONDS
    ) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._max_seconds = max_seconds
        self._computations: dict[Hashable, Computation] = {}
        self._group: TaskGroup

    @asynccontextmanager
    async def running(self, group: TaskGroup) -> AsyncIterator[None]:
        """Compute in this group of tasks for as long as the block lasts."""
        self._group = group
        try:
            yield
        finally:
            for computation in self._computations.values():
                computation.scope.cancel()
            self._computations.clear()

    async def get(
        self, key: Hashable, compute: Compute, report: Callable[[int, int], Awaitable[None]] | None = None
    ) -> Answered | Computation:
        """What `compute` gives, by whoever asked first under this key; the computation itself if it takes longer.

        Raises:
            PromptkitError: as computing it does; or too much is being computed already.
        """
        computation = self._computations.get(key) or self._begin(key, compute)
        computation.waiting += 1
        is_cancelled = True
        try:
            with anyio.move_on_after(self._max_wait_seconds):
                await _finished(computation, report)
            is_cancelled = False
        finally:
            computation.waiting -= 1
            if is_cancelled and not computation.waiting:
                self._forget(key, computation)
                computation.scope.cancel()
        if computation.outcome is None:
            return computation
        self._forget(key, computation)
        if isinstance(computation.outcome, Exception):
            raise computation.outcome
        return computation.outcome

    def _begin(self, key: Hashable, compute: Compute) -> Computation:
        if len(self._computations) >= MAX_COMPUTATIONS:
            # Nobody asked again for those that are done.
            self._computations = {key: one for key, one in self._computations.items() if not one.done.is_set()}
        if len(self._computations) >= MAX_COMPUTATIONS:
            message = f"{MAX_COMPUTATIONS} views are being read at once, and no more can be"
            raise PromptkitError.of("too-many-computations", message, "ask again in a minute")
        computation = self._computations[key] = Computation()
        self._group.start_soon(self._compute, computation, compute)
        return computation

    async def _compute(self, computation: Computation, compute: Compute) -> None:
        try:
            with computation.scope, anyio.move_on_after(self._max_seconds) as limit:
                computation.outcome = await compute(computation.move)
        except Exception as error:  # Whoever waits for it hears why.
            computation.outcome = error
        if limit.cancelled_caught:
            message = f"this view was not read within {self._max_seconds / 60:.0f} minutes, so its reads stopped"
            computation.outcome = PromptkitError.of("slow-computation", message, "ask for fewer rows or days")
        computation.done.set()
        computation.moved.set()

    def _forget(self, key: Hashable, computation: Computation) -> None:
        if self._computations.get(key) is computation:
            del self._computations[key]


async def _finished(computation: Computation, report: Callable[[int, int], Awaitable[None]] | None) -> None:
    """Wait until it is done, and say how far it is when that has changed, but not too often."""
    told = -1
    while report and not computation.done.is_set():
        if computation.made == told:
            await computation.moved.wait()
        if not computation.done.is_set():
            told = computation.made
            await report(computation.made, computation.known)
            with anyio.move_on_after(_NOTICE_SECONDS):
                await computation.done.wait()
    await computation.done.wait()
