"""What an eval on a live tenant does besides: it compares the tools first, calls slowly, and reads the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiolimiter import AsyncLimiter
from mcp import MCPError
from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt

from promptkit.catalog import drifts, load_tool_lock
from promptkit.errors import Problem, PromptkitError, shown
from promptkit.evaluation.evaluators import Assertion
from promptkit.evaluation.plan import CaseScenario, Task
from promptkit.library import Library
from promptkit.model import ToolCall
from promptkit.policy import Definition
from promptkit.session import GuardedSession, Outcome, Session

# The least of Torii's documented limits per endpoint and minute is 100; what other users of the tenant take is theirs.
CALLS_PER_MINUTE = 90
MAX_TRIES = 5
MAX_WAIT_SECONDS = 120
_AUDIT = ToolCall(name="get_audit_logs", arguments={"size": 100, "sort": "desc"})
_NOTHING_NEW = "Torii's audit log has nothing new since the run began"
_UNREAD = "Torii's audit log could not be read, so it does not show whether the tenant changed"


class PoliteSession:
    """A guarded session that keeps below `CALLS_PER_MINUTE`, and asks again where the server is too busy (HTTP 429).

    All calls that pass are reads, so asking again is safe. It waits as long as the server says, up to
    `MAX_WAIT_SECONDS`, and gives up after `MAX_TRIES`.
    """

    def __init__(self, session: GuardedSession) -> None:
        self._session, self.tools = session, session.tools
        self._limiter = AsyncLimiter(10, 600 / CALLS_PER_MINUTE)
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


def preflight(library: Library, server: str, tools: Sequence[Definition]) -> None:
    """Stop where a server's tools are not those that were reviewed.

    Raises:
        PromptkitError: one problem for each difference.
    """
    at = f"--server {shown(server, 200)}"
    fix = f"run promptkit tools diff {at}, read each difference, then promptkit tools lock {at}"
    found = [
        Problem("", 0, 0, "tools-drift", f"{shown(drift.tool)}: {drift.told} since it was reviewed", fix)
        for drift in drifts(load_tool_lock(library), tools)
    ]
    if found:
        raise PromptkitError(found)


async def tools_stay_as_reviewed(session: Session) -> Assertion:
    """What the server lists now is what it listed when the session was opened."""
    try:
        found = list(drifts({tool["name"]: tool for tool in session.tools}, await session.list_tools()))
        told = ", ".join(f"{shown(one.tool)} ({one.told})" for one in found)
        return Assertion("tools_stay_as_reviewed", not found, f"the server's tools changed during the run: {told}")
    except (MCPError, PromptkitError) as error:
        reason = f"the server's tools could not be listed again: {shown(error, 200)}"
        return Assertion("tools_stay_as_reviewed", False, reason)


def forecast(tasks: Sequence[Task]) -> str:
    """What an eval will ask of a live tenant, before it asks anything."""
    cases = [task.scenario for task in tasks if isinstance(task.scenario, CaseScenario)]
    prompts = {case.prompt.name for case in cases}
    least = sum(len(case.prompt.reads) for case in cases)
    minutes = max(1, round(least / CALLS_PER_MINUTE))
    return (
        f"Prompts: {len(prompts)}, samples: {len(tasks)}. At least {least:,} read calls, more where lists have many "
        f"pages, at no more than {CALLS_PER_MINUTE} a minute (Torii documents 100 and more for each kind), so "
        f"{minutes} min or longer. No call costs money at Torii; language models cost what their provider takes."
    )


@dataclass
class AuditWatch:
    """Which events of Torii's audit log are new since `begin`; any of them may be somebody else's, or ours."""

    session: Session
    _before: frozenset[str] | None = None

    async def begin(self) -> None:
        """Remember the newest events."""
        events = await self._newest()
        self._before = None if events is None else frozenset(map(_key, events))

    async def changes(self) -> list[str]:
        """A sentence for each new event, or that there is none, or why it cannot be told."""
        events = await self._newest()
        if events is None or self._before is None:
            return [_UNREAD]
        new = [event for event in events if _key(event) not in self._before]
        if new and len(new) == len(events) and self._before:
            return ["more happened in the tenant than one page of the audit log holds", *_told(new)]
        return _told(new) or [_NOTHING_NEW]

    async def _newest(self) -> list[Mapping[str, Any]] | None:
        outcome = await self.session.call(_AUDIT)
        rows = next((value for value in (outcome.data or {}).values() if isinstance(value, list)), None)
        return rows if rows is not None and all(isinstance(row, dict) for row in rows) else None


def _key(event: Mapping[str, Any]) -> str:
    return repr(sorted(event.items(), key=lambda item: item[0]))


def _told(events: Iterable[Mapping[str, Any]]) -> list[str]:
    return [
        f"in the tenant's audit log during the run: {shown(event.get('type'))} by "
        f"{shown(event.get('performedByEmail') or event.get('performedBy'))} at {shown(event.get('creationTime'))}"
        for event in events
    ]
