"""What an eval on a live tenant does in addition: it compares the tools first, and reads the audit log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp import MCPError

from promptkit.connection.address import address_of
from promptkit.connection.session import Session
from promptkit.connection.throttle import calls_per_minute
from promptkit.errors import Problem, PromptkitError
from promptkit.evaluation.evaluators.contract import Assertion, fails, holds
from promptkit.evaluation.plan import CaseScenario, Sample
from promptkit.library.store import Library
from promptkit.model import ReviewedTool, ToolCall
from promptkit.policy.decision import Definition
from promptkit.policy.review import is_guarded, load_tool_lock, tool_changes
from promptkit.text import sanitized

_AUDIT = ToolCall(name="get_audit_logs", arguments={"size": 100, "sort": "desc"})
_NOTHING_NEW = "Torii's audit log has nothing new since the run began"
_UNREAD = "Torii's audit log could not be read, so it does not show whether the tenant changed"


def preflight(library: Library, server: str, tools: Sequence[Definition]) -> None:
    """Stop if a server's tools are not the ones that were reviewed.

    Raises:
        PromptkitError: one problem for each difference; or it is a guard, which hides what a model may try.
    """
    if is_guarded(library, tools):
        message = (
            f"{address_of(server)} lists only reviewed reads, as a guard does, and an eval must see a model try actions"
        )
        fix = "give the server behind it, or start the guard with --show-all"
        raise PromptkitError.of("guarded-list", message, fix)
    at = f"--server {address_of(server)}"
    fix = f"run promptkit tools diff {at}, read each difference, then promptkit tools lock {at}"
    problems = [
        Problem("", 0, 0, "tools-drift", f"{sanitized(change.tool)}: {change.summary} since it was reviewed", fix)
        for change in tool_changes(load_tool_lock(library), tools)
    ]
    if problems:
        raise PromptkitError(problems)


async def tools_stay_as_reviewed(session: Session) -> Assertion:
    """The server still lists the tools that it listed when the session was opened."""
    try:
        changes = list(tool_changes({tool["name"]: tool for tool in session.tools}, await session.list_tools()))
    except (MCPError, PromptkitError) as error:
        return fails("tools_stay_as_reviewed", f"the server's tools could not be listed again: {sanitized(error, 200)}")
    if not changes:
        return holds("tools_stay_as_reviewed")
    named = ", ".join(f"{sanitized(change.tool)} ({change.summary})" for change in changes)
    return fails("tools_stay_as_reviewed", f"the server's tools changed during the run: {named}")


def forecast(samples: Sequence[Sample], tools: Mapping[str, ReviewedTool]) -> str:
    """What an eval will ask of a live tenant, as text to print before it asks anything."""
    cases = [sample.scenario for sample in samples if isinstance(sample.scenario, CaseScenario)]
    prompts = {case.prompt.name for case in cases}
    calls = Counter(tool for case in cases for tool in case.prompt.reads)
    minutes = max([1, *(round(calls[tool] / calls_per_minute(tools[tool])) for tool in calls.keys() & tools.keys())])
    return (
        f"Prompts: {len(prompts)}, samples: {len(samples)}. At least {calls.total():,} read calls, more if lists have "
        f"several pages, and no more of each tool in a minute than Torii documents, so it takes {minutes} min or "
        f"longer. Calls to Torii are free; language models cost what their provider charges."
    )


@dataclass
class AuditWatch:
    """Finds the events in Torii's audit log that are new since `begin`; they may be anybody's, including ours."""

    session: Session
    _before: frozenset[str] | None = None

    async def begin(self) -> None:
        """Remember the newest events."""
        events = await self._newest()
        self._before = None if events is None else frozenset(map(_key, events))

    async def changes(self) -> list[str]:
        """A sentence for each new event, or one that says that there is none or why this is unknown."""
        events = await self._newest()
        if events is None or self._before is None:
            return [_UNREAD]
        new = [event for event in events if _key(event) not in self._before]
        if new and len(new) == len(events) and self._before:
            return ["more happened in the tenant than fits on one page of the audit log", *_sentences(new)]
        return _sentences(new) or [_NOTHING_NEW]

    async def _newest(self) -> list[Mapping[str, Any]] | None:
        outcome = await self.session.call(_AUDIT)
        rows = next((value for value in (outcome.data or {}).values() if isinstance(value, list)), None)
        return rows if rows is not None and all(isinstance(row, dict) for row in rows) else None


def _key(event: Mapping[str, Any]) -> str:
    return repr(sorted(event.items(), key=lambda item: item[0]))


def _sentences(events: Iterable[Mapping[str, Any]]) -> list[str]:
    return [
        f"in the tenant's audit log during the run: {sanitized(event.get('type'))} by "
        f"{sanitized(event.get('performedByEmail') or event.get('performedBy'))} "
        f"at {sanitized(event.get('creationTime'))}"
        for event in events
    ]
