"""A session that keeps below what Torii allows each tool in a minute, and waits where Torii is too busy."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import anyio
from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt

from promptkit.connection.session import Outcome, Session, SessionAround
from promptkit.model import ReviewedTool, ToolCall

LEAST_PER_MINUTE = 100
"""The least of the limits per minute that Torii documents for reads; it holds where a tool's own is not documented."""
# The rest is for other users of the tenant, whose calls count against the same limits.
_OUR_PART = 0.9
_MINUTE_SECONDS = 60
MAX_TRIES = 5
MAX_WAIT_SECONDS = 120


def calls_per_minute(tool: ReviewedTool, share: float = 1.0) -> int:
    """How many calls of a tool we make in a minute; with a share, how many one of several sessions makes."""
    return max(1, int((tool.per_minute or LEAST_PER_MINUTE) * _OUR_PART * share))


class ThrottledSession(SessionAround):
    """A session whose calls wait for the limit of their own tool, and are made again after HTTP 429.

    All calls that pass are reads, so making one again is safe. While one call waits for as long as the server asked, up
    to `MAX_WAIT_SECONDS`, the other calls of its tool wait for it; after `MAX_TRIES` they give up with it.

    Args:
        inner: the session around which it is.
        reviewed: the tools by name, whose limits hold; None where calls have no limit.
        share: the part of each limit that is for this session, where several read at the same time.
    """

    def __init__(self, inner: Session, reviewed: Mapping[str, ReviewedTool] | None, share: float = 1.0) -> None:
        super().__init__(inner)
        self._reviewed = reviewed
        self._share = share
        self._turns: dict[str, _Turns] = {}

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed, when its turn has come."""
        if not self.decide(call).allowed:
            return await self._inner.call(call)
        return await self._turns_of(call.name).take(lambda: self._inner.call(call))

    def _turns_of(self, tool: str) -> _Turns:
        if tool not in self._turns:
            limit = math.inf if self._reviewed is None else calls_per_minute(self._reviewed[tool], self._share)
            self._turns[tool] = _Turns(limit)
        return self._turns[tool]


@dataclass
class _Wait:
    """The time during which one call waits for all others of its tool; `given_up` is its outcome if it did."""

    is_over: anyio.Event = field(default_factory=anyio.Event)
    given_up: Outcome | None = None


class _Turns:
    """The turns of one tool's calls: so many in a minute, and while one was told to wait none but that one."""

    def __init__(self, per_minute: float) -> None:
        # A bucket that fills evenly would let up to twice its size through in its first minute.
        self._places = anyio.CapacityLimiter(per_minute)
        self._wait: _Wait | None = None
        self._retrying = AsyncRetrying(
            stop=stop_after_attempt(MAX_TRIES - 1),
            retry=retry_if_result(lambda outcome: outcome.retry_after is not None),
            wait=_wait_seconds,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )

    async def take(self, make: Callable[[], Awaitable[Outcome]]) -> Outcome:
        """Make a call as soon as it may be made, again if need be."""
        outcome = None if self._wait else await self._in_place(make)
        if outcome and outcome.retry_after is None:
            return outcome
        if outcome and not self._wait:
            return await self._again(make, outcome)
        if self._wait:
            wait = self._wait
            await wait.is_over.wait()
            if wait.given_up:
                return wait.given_up
        return await self.take(make)

    async def _in_place(self, make: Callable[[], Awaitable[Outcome]], *, alone: bool = False) -> Outcome | None:
        """Make a call once there is a place for it; None if another was told to wait before there was one."""
        place = object()
        await self._places.acquire_on_behalf_of(place)
        if self._wait and not alone:
            self._places.release_on_behalf_of(place)
            return None
        try:
            return await make()
        finally:
            # The minute begins with the answer, since the server may have counted the call at any time before.
            asyncio.get_running_loop().call_later(_MINUTE_SECONDS, self._places.release_on_behalf_of, place)

    async def _again(self, make: Callable[[], Awaitable[Outcome]], told: Outcome) -> Outcome:
        """Wait for all calls of the tool, and make this one again until it succeeds or there is no point any more."""
        self._wait = wait = _Wait()
        try:
            await anyio.sleep(_seconds(told))
            outcome: Outcome = await self._retrying.copy()(self._in_place, make, alone=True)
            if outcome.retry_after is not None:
                wait.given_up = outcome
            return outcome
        finally:
            self._wait = None
            wait.is_over.set()


def _wait_seconds(state: RetryCallState) -> float:
    return _seconds(state.outcome.result()) if state.outcome else 0.0


def _seconds(outcome: Outcome) -> float:
    return min(outcome.retry_after or 0.0, MAX_WAIT_SECONDS)
