"""The events of a session of Claude Managed Agents: pages of them, lists or lines.

Source: the types of anthropic 2.14, `types.beta.sessions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_CALLS = frozenset({"agent.mcp_tool_use", "agent.tool_use", "agent.custom_tool_use"})
_RESULTS = {
    "agent.mcp_tool_result": "mcp_tool_use_id",
    "agent.tool_result": "tool_use_id",
    "user.tool_result": "tool_use_id",
    "user.custom_tool_result": "custom_tool_use_id",
}
_SAID = {"user.message": "user", "agent.message": "assistant", "system.message": "system"}
# Parts of the work whose own calls are kept elsewhere, or are gone.
_HIDING = frozenset({
    "session.thread_created", "agent.thread_context_compacted", "workflow_run.created", "session.deleted",
})  # fmt: skip
_SILENT = frozenset({
    "agent.thinking", "agent.thread_message_received", "agent.thread_message_sent", "user.interrupt",
    "user.define_outcome", "session.error", "session.updated", "session.usage", "session.status_running",
    "session.status_rescheduled", "session.thread_status_idle", "session.thread_status_rescheduled",
    "session.thread_status_running", "session.thread_status_terminated", "span.model_request_start",
    "span.model_request_end", "span.outcome_evaluation_start", "span.outcome_evaluation_ongoing",
    "span.outcome_evaluation_end", "workflow_run.error", "workflow_run.phase_started", "workflow_run.phase_ended",
    "workflow_run.status_running", "workflow_run.status_idle", "workflow_run.status_ended",
})  # fmt: skip
_ENDS = frozenset({"session.status_idle", "session.status_terminated"})
_PARTS = frozenset({"text", "image", "document", "file", "search_result", "thinking"})
# Members that name a call; and those that are read or hold what a tool was given or gave.
_NAMING = frozenset({"tool_use_id", "data"})
_READ = _NAMING | {"content", "input"}
# What the host decided before the call; the result of one that may run is still to come.
_PERMISSIONS = {"deny": CallState.DENIED, "ask": CallState.AWAITING_APPROVAL}


def matches(value: Any) -> bool:  # noqa: ANN401
    """An event of the agent, or a page of events."""
    if not isinstance(value, dict):
        return False
    events = value["data"] if isinstance(value.get("data"), list) else [value]
    return any(_is_event(event) for event in events)


def _is_event(value: Any) -> bool:  # noqa: ANN401
    kind = text_of(value.get("type")) if isinstance(value, dict) else ""
    # Copilot has events of the same kinds, with what they tell in their `data`.
    if kind and isinstance(value.get("data"), dict):
        return False
    return "id" in value and (kind in _CALLS or kind in _RESULTS or kind in _SAID or kind in _HIDING) if kind else False


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation: a file holds the events of one session."""
    ledger = Ledger()
    denied: set[str] = set()
    for location, value in records:
        if isinstance(value, dict) and "data" in value:
            for place, event in ledger.each(value["data"], f"{location}/data"):
                _event(ledger, denied, event, place)
            if "type" in value:
                _event(ledger, denied, value, location)
            if value.get("next_page") is not None or value.get("has_more", False) is not False:
                ledger.gap(f"{location}: the list has more pages")
        elif isinstance(value, dict):
            _event(ledger, denied, value, location)
        else:
            ledger.gap(f"{location}: not an event")
    yield ledger.conversation("session")


def _event(ledger: Ledger, denied: set[str], event: Mapping[str, Any], location: str) -> None:
    kind = text_of(event.get("type"))
    ledger.beside(event, _READ if kind in _CALLS or kind in _RESULTS or kind in _SAID else _NAMING, location)
    ledger.is_waiting = ledger.is_waiting or kind in _CALLS or kind == "agent.message"
    if kind in _CALLS:
        _call(ledger, denied, event, location)
    elif kind in _RESULTS:
        call_id = event.get(_RESULTS[kind])
        is_error = bool(event.get("is_error"))
        # What comes back of a denied call is the denial, as an error.
        if not (is_error and text_of(call_id) in denied - {""}):
            ledger.settle(call_id, CallState.FAILED if is_error else CallState.EXECUTED, location)
    elif kind == "user.tool_confirmation":
        _confirmation(ledger, denied, event, location)
    elif kind in _SAID:
        _said(ledger, event, _SAID[kind], f"{location}/content")
    elif kind in _HIDING:
        ledger.gap(f"{location}: calls after {kind} are kept elsewhere or gone")
    elif kind in _ENDS:
        ledger.is_waiting = False
    elif kind not in _SILENT:
        ledger.gap(f"{location}: events of the kind {sanitized(kind, 40) or 'none'} are not known")


def _said(ledger: Ledger, event: Mapping[str, Any], role: str, location: str) -> None:
    content = event.get("content")
    ledger.text(role, content)
    for place, part in ledger.each(None if isinstance(content, str) else content, location):
        if text_of(part.get("type")) not in _PARTS:
            ledger.gap(f"{place}: parts of the kind {sanitized(part.get('type'), 40)} are not known")


def _call(ledger: Ledger, denied: set[str], event: Mapping[str, Any], location: str) -> None:
    state = _PERMISSIONS.get(text_of(event.get("evaluated_permission")), CallState.UNKNOWN)
    if state is CallState.DENIED:
        denied.add(text_of(event.get("id")))
    arguments, server = event.get("input", NOT_RECORDED), event.get("mcp_server_name")
    time = event.get("processed_at")
    ledger.call(event.get("id"), event.get("name"), arguments, state, location, server=server, time=time)


def _confirmation(ledger: Ledger, denied: set[str], event: Mapping[str, Any], location: str) -> None:
    is_denied = event.get("result") == "deny"
    if is_denied:
        denied.add(text_of(event.get("tool_use_id")))
    ledger.settle(event.get("tool_use_id"), CallState.DENIED if is_denied else CallState.UNKNOWN, location)
