"""A session that keeps below the rate of calls Torii documents, and tries again where Torii is too busy."""

from __future__ import annotations

from collections.abc import Sequence

from aiolimiter import AsyncLimiter
from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt

from promptkit.connection.session import GatedSession, Outcome
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, Definition

# The least of Torii's documented limits per endpoint and minute is 100; what other users of the tenant take is theirs.
CALLS_PER_MINUTE = 90
MAX_TRIES = 5
MAX_WAIT_SECONDS = 120


class ThrottledSession:
    """A gated session that keeps below a rate of calls, and asks again where the server is too busy (HTTP 429).

    All calls that pass are reads, so asking again is safe. It waits as long as the server says, up to
    `MAX_WAIT_SECONDS`, and gives up after `MAX_TRIES`.
    """

    def __init__(self, session: GatedSession, calls_per_minute: float = CALLS_PER_MINUTE) -> None:
        self._session = session
        self.tools = session.tools
        self._limiter = AsyncLimiter(10, 600 / calls_per_minute)
        self._retrying = AsyncRetrying(
            stop=stop_after_attempt(MAX_TRIES),
            retry=retry_if_result(lambda outcome: outcome.retry_after is not None),
            wait=_wait,
            retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
        )

    @property
    def protocol(self) -> str:
        """The version of MCP that both sides agreed on."""
        return self._session.protocol

    @property
    def server(self) -> str:
        """What the server calls itself."""
        return self._session.server

    async def list_tools(self) -> Sequence[Definition]:
        """The server's whole list as it is now."""
        return await self._session.list_tools()

    def decide(self, call: ToolCall) -> Decision:
        """What would become of a call; nothing is sent."""
        return self._session.decide(call)

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed, when its turn has come."""
        outcome: Outcome = await self._retrying.copy()(self._once, call)
        return outcome

    async def _once(self, call: ToolCall) -> Outcome:
        if self._session.decide(call).allowed:
            await self._limiter.acquire()
        return await self._session.call(call)


def _wait(state: RetryCallState) -> float:
    asked = state.outcome.result().retry_after if state.outcome else None
    return min(float(asked), MAX_WAIT_SECONDS) if asked is not None else 0.0
