"""What an eval on a live tenant does besides: it compares the tools first, calls slowly, and reads the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp import MCPError

from promptkit.connection.address import address_of
from promptkit.connection.session import Session
from promptkit.connection.throttle import CALLS_PER_MINUTE
from promptkit.errors import Problem, PromptkitError
from promptkit.evaluation.evaluators.contract import Assertion, fails, holds
from promptkit.evaluation.plan import CaseScenario, Sample
from promptkit.library.store import Library
from promptkit.model import ToolCall
from promptkit.policy.decision import Definition
from promptkit.policy.review import load_tool_lock, tool_changes
from promptkit.text import sanitized

_AUDIT = ToolCall(name="get_audit_logs", arguments={"size": 100, "sort": "desc"})
_NOTHING_NEW = "Torii's audit log has nothing new since the run began"
_UNREAD = "Torii's audit log could not be read, so it does not show whether the tenant changed"


def preflight(library: Library, server: str, tools: Sequence[Definition]) -> None:
    """Stop where a server's tools are not those that were reviewed.

    Raises:
        PromptkitError: one problem for each difference.
    """
    at = f"--server {address_of(server)}"
    fix = f"run promptkit tools diff {at}, read each difference, then promptkit tools lock {at}"
    found = [
        Problem("", 0, 0, "tools-drift", f"{sanitized(drift.tool)}: {drift.summary} since it was reviewed", fix)
        for drift in tool_changes(load_tool_lock(library), tools)
    ]
    if found:
        raise PromptkitError(found)


async def tools_stay_as_reviewed(session: Session) -> Assertion:
    """What the server lists now is what it listed when the session was opened."""
    try:
        found = list(tool_changes({tool["name"]: tool for tool in session.tools}, await session.list_tools()))
    except (MCPError, PromptkitError) as error:
        return fails("tools_stay_as_reviewed", f"the server's tools could not be listed again: {sanitized(error, 200)}")
    if not found:
        return holds("tools_stay_as_reviewed")
    told = ", ".join(f"{sanitized(one.tool)} ({one.summary})" for one in found)
    return fails("tools_stay_as_reviewed", f"the server's tools changed during the run: {told}")


def forecast(samples: Sequence[Sample]) -> str:
    """What an eval will ask of a live tenant, before it asks anything."""
    cases = [sample.scenario for sample in samples if isinstance(sample.scenario, CaseScenario)]
    prompts = {case.prompt.name for case in cases}
    least = sum(len(case.prompt.reads) for case in cases)
    minutes = max(1, round(least / CALLS_PER_MINUTE))
    return (
        f"Prompts: {len(prompts)}, samples: {len(samples)}. At least {least:,} read calls, more where lists have many "
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
        f"in the tenant's audit log during the run: {sanitized(event.get('type'))} by "
        f"{sanitized(event.get('performedByEmail') or event.get('performedBy'))} "
        f"at {sanitized(event.get('creationTime'))}"
        for event in events
    ]
