"""GitHub Copilot CLI's sessions, `~/.copilot/session-state/ID/events.jsonl`: events, one a line, or as it prints them.

Copilot in VS Code writes such transcripts as well. They show each call that the host ran, its sub-agents' among them,
and what a person or a rule answered to its questions. They do not show what a command or a tool of the provider did.
Source: the types of @github/copilot-sdk 1.0, `generated/session-events`, and public event files of 2026.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="GitHub Copilot CLI",
    get="Take ~/.copilot/session-state/ID/events.jsonl of the person's machine.",
    shows="Each call of the session and of its sub-agents, with approvals and results.",
    lacks=(
        "What a shell command did, and what tools of the provider did: these are gaps. Not verified with files of "
        "users."
    ),
)

_SAID = {"user.message": "user", "assistant.message": "assistant", "system.message": "system"}
_STARTS = frozenset({"session.start", "session.resume", "result"})
_REQUESTS = frozenset({"tool.user_requested", "external_tool.requested", "assistant.tool_call_delta"})
_RUNNING = frozenset({"tool.execution_partial_result", "tool.execution_progress"})
# After these nobody waits for an answer of the model any more.
_ENDS = frozenset({"abort", "session.idle", "session.shutdown", "session.task_complete", "result"})
_SILENT = _ENDS | frozenset({
    f"{family}.{event}"
    for family, events in {
        "session": "remote_steerable_changed error title_changed schedule_created schedule_cancelled schedule_rearmed"
        " autopilot_objective_changed info warning model_change auto_tier_recommendation auto_tier_switch_failed"
        " mode_changed mode_notice_delivered session_limits_changed permissions_changed plan_changed todos_changed"
        " workspace_file_changed truncation snapshot_rewind usage_checkpoint context_changed usage_info context_cleared"
        " compaction_start compaction_complete completion_receipt fusion_route_started fusion_route_failed"
        " fusion_resolved fusion_completed binary_asset auto_mode_resolved managed_settings_resolved"
        " managed_settings_enforced tools_updated background_tasks_changed skills_loaded custom_agents_updated"
        " mcp_servers_loaded mcp_server_status_changed mcp_server_removed mcp_server_needs_reconnect extensions_loaded",
        "assistant": "turn_start turn_end intent reasoning reasoning_delta streaming_delta message_start message_delta"
        " idle usage",
        "model": "call_failure call_finished",
        "hook": "start end progress",
        "subagent": "configured failed selected deselected",
        "mcp": "oauth_required oauth_completed headers_refresh_required headers_refresh_completed tools.list_changed"
        " resources.list_changed prompts.list_changed",
        "command": "queued execute completed",
        "user_input": "requested completed",
        "exit_plan_mode": "requested completed",
        "auto_mode_switch": "requested completed",
        "session_limits_exhausted": "requested completed",
    }.items()
    for event in events.split()
}) | frozenset({
    "pending_messages.modified", "external_tool.completed", "tool_search.activated", "skill.invoked",
    "system.notification", "commands.changed", "capabilities.changed",
})  # fmt: skip
_KINDS = (
    _SILENT
    | _STARTS
    | _REQUESTS
    | _RUNNING
    | _SAID.keys()
    | {
        *("tool.execution_start", "tool.execution_complete", "permission.requested", "permission.completed"),
        *("subagent.started", "subagent.completed", "mcp_app.tool_call_complete"),
    }
)
_AGENT_ENDS = frozenset({"subagent.completed", "subagent.failed"})
# How a person, a rule or a hook says no.
_REFUSALS = ("denied-", "cancelled")
_READ = frozenset({"toolRequests", "toolCallId", "parentToolCallId", "arguments", "result", "permissionRequest"})
_CALL = frozenset({"toolCallId", "arguments", "args", "toolArgs"})
# What a tool gave.
_RESULT = frozenset({"content", "detailedContent", "contents", "structuredContent"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """An event with its data: of a kind that only Copilot has, or with the place it has among the others."""
    if not isinstance(value, dict) or not isinstance(value.get("data"), dict):
        return False
    kind = text_of(value.get("type"))
    return kind in _KINDS and "." in kind and ("id" in value or "timestamp" in value)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation, named by the id of the session: a file holds the events of one, with its sub-agents."""
    session = _CopilotSession()
    for record in records:
        session.event(record.location, record.value)
    yield session.conversation()


class _ToolRequest(NamedTuple):
    """A call as one event tells of it; `joined` is the name that the host makes of the server and the tool."""

    joined: str
    name: object
    server: object
    arguments: object
    state: CallState
    place: str
    time: object

    def is_seen_in(self, start: _ToolRequest) -> bool:
        """Whether the start of a call is the one that was asked for here."""
        same_name = self.joined == start.joined or (self.name, self.server) == (start.name, start.server)
        return same_name and (self.arguments == start.arguments or self.arguments == NOT_RECORDED)


def _request(joined: object, data: Mapping[str, Any], place: str, time: object) -> _ToolRequest:
    is_of_server = data.get("mcpToolName") is not None
    name = data["mcpToolName"] if is_of_server else joined
    server = data.get("mcpServerName") if is_of_server else None
    arguments = parse_arguments(data.get("arguments", NOT_RECORDED))
    return _ToolRequest(text_of(joined), name, server, arguments, CallState.UNKNOWN, place, time)


class _CopilotSession:
    def __init__(self) -> None:
        self._ledger = Ledger()
        self._name = ""
        # What was asked for and what was started, by the id of the call.
        self._requests: dict[str, dict[str, _ToolRequest]] = {}
        self._starts: dict[str, _ToolRequest] = {}
        self._denied: set[str] = set()
        # The ids of the calls that were asked about, by the id of the question.
        self._questions: dict[str, str] = {}
        # How many calls stand below the call that started a sub-agent.
        self._below: Counter[str] = Counter()
        # Where the sub-agents began that have not ended, by the id of the call.
        self._working: dict[str, str] = {}

    def event(self, location: str, event: Any) -> None:  # noqa: ANN401
        kind = text_of(event.get("type")) if isinstance(event, dict) else ""
        # A printed stream ends with a line that has no data.
        data = event if kind == "result" else event.get("data") if kind else None
        if kind not in _KINDS or not isinstance(data, dict):
            self._ledger.gap(f"{location}: an event of a kind we do not know ({sanitized(kind, 40) or 'none'})")
            return
        place = location if kind == "result" else f"{location}/data"
        self._event(place, kind, data, event.get("timestamp"))
        self._ledger.beside(data, _READ, place)
        self._ledger.beside(event, _READ if data is event else ("data",), location)
        if isinstance(data.get("result"), dict):
            self._ledger.beside(data["result"], _RESULT, f"{place}/result")

    def _event(self, place: str, kind: str, data: Mapping[str, Any], time: object) -> None:
        call_id = text_of(data.get("toolCallId"))
        if kind in _SAID:
            self._said(place, data, _SAID[kind], time)
        elif kind in _STARTS:
            self._name = self._name or text_of(data.get("sessionId"))
        elif kind in _REQUESTS:
            self._ask(call_id, _request(data.get("toolName"), data, place, time))
        elif kind == "tool.execution_start":
            self._start(call_id or place, data, _request(data.get("toolName"), data, place, time))
        elif kind == "tool.execution_complete":
            self._complete(place, call_id, is_success=data.get("success") is True)
        elif kind == "permission.requested":
            self._question(place, data, time)
        elif kind == "permission.completed":
            self._answer(place, call_id, data)
        elif kind == "mcp_app.tool_call_complete":
            state = CallState.EXECUTED if data.get("success") is True else CallState.FAILED
            found = _request(data.get("toolName"), data, place, time)
            self._note(place, found._replace(server=data.get("serverName"), state=state))
        elif kind == "subagent.started":
            self._working[call_id] = place
        elif kind in _AGENT_ENDS:
            self._working.pop(call_id, None)
            if kind == "subagent.completed" and self._below[call_id] != data.get("totalToolCalls"):
                self._ledger.gap(f"{place}: a sub-agent made calls that are not among these")
        elif kind == "session.snapshot_rewind" and data.get("eventsRemoved"):
            self._ledger.gap(f"{place}: the session was rewound, and what came before was removed from it")
        elif kind in _RUNNING and call_id not in self._starts:
            self._ledger.gap(f"{place}: a call is running whose start is missing")
        if kind in _ENDS:
            self._ledger.is_waiting = False

    def _said(self, place: str, data: Mapping[str, Any], role: str, time: object) -> None:
        self._ledger.text(role, data.get("content"))
        self._ledger.is_waiting = role == "user" or bool(data.get("toolRequests"))
        for at, asked in self._ledger.each(data.get("toolRequests"), f"{place}/toolRequests"):
            self._ask(text_of(asked.get("toolCallId")), _request(asked.get("name"), asked, at, time))
            self._ledger.beside(asked, _CALL, at)
            if asked.get("caller") is not None:
                self._ledger.gap(f"{at}: code made this call, and may have made others that are not recorded")
        if data.get("serverTools"):
            self._ledger.gap(f"{place}: the provider ran tools of its own")

    def _ask(self, call_id: str, asked: _ToolRequest) -> None:
        of_call = self._requests.setdefault(call_id or asked.place, {})
        earlier = of_call.get(asked.joined)
        if earlier and asked.arguments != NOT_RECORDED != earlier.arguments != asked.arguments:
            self._note(call_id, earlier)
        if not earlier or asked.arguments != NOT_RECORDED:
            of_call[asked.joined] = asked

    def _start(self, call_id: str, data: Mapping[str, Any], start: _ToolRequest) -> None:
        asked = self._requests.get(call_id, {}).get(start.joined)
        if asked and start.arguments == NOT_RECORDED:
            start = start._replace(arguments=asked.arguments)
        self._starts[call_id] = start
        self._below[text_of(data.get("parentToolCallId"))] += 1
        self._note(call_id, start)

    def _complete(self, place: str, call_id: str, *, is_success: bool) -> None:
        self._ledger.is_waiting = True
        # What comes back of a denied call is the denial, as an error.
        if is_success or call_id not in self._denied:
            self._ledger.settle(call_id or None, CallState.EXECUTED if is_success else CallState.FAILED, place)

    def _question(self, place: str, data: Mapping[str, Any], time: object) -> None:
        asked = data["permissionRequest"] if isinstance(data.get("permissionRequest"), dict) else {}
        call_id = text_of(asked.get("toolCallId"))
        self._questions[text_of(data.get("requestId"))] = call_id
        self._ledger.beside(asked, _CALL, f"{place}/permissionRequest")
        if call_id not in self._requests and call_id not in self._starts:
            named = {"mcpToolName": asked.get("toolName"), "mcpServerName": asked.get("serverName")}
            arguments = {"arguments": asked["args"]} if "args" in asked else {}
            request = _request(asked.get("kind"), named | arguments, place, time)
            self._ask(call_id, request._replace(state=CallState.AWAITING_APPROVAL))

    def _answer(self, place: str, call_id: str, data: Mapping[str, Any]) -> None:
        result = data["result"] if isinstance(data.get("result"), dict) else {}
        call_id = call_id or self._questions.get(text_of(data.get("requestId")), "")
        if call_id and text_of(result.get("kind")).startswith(_REFUSALS):
            self._denied.add(call_id)
            self._ledger.settle(call_id, CallState.DENIED, place)
        else:
            of_call = self._requests.get(call_id, {})
            of_call |= {name: asked._replace(state=CallState.UNKNOWN) for name, asked in of_call.items()}

    def _note(self, call_id: str, call: _ToolRequest) -> None:
        name, server, time = call.name, call.server, call.time
        self._ledger.call(call_id, name, call.arguments, call.state, call.place, server=server, time=time)

    def conversation(self) -> Conversation:
        """All of it; what was asked for and never seen to start has an unknown outcome."""
        for call_id, of_call in self._requests.items():
            start = self._starts.get(call_id)
            for asked in of_call.values():
                if not (start and asked.is_seen_in(start)):
                    self._note(call_id, asked)
        for place in self._working.values():
            self._ledger.gap(f"{place}: a sub-agent that has not ended")
        if not self._name:
            self._ledger.gap("the beginning of the session is missing")
        return self._ledger.conversation(self._name or "session")
