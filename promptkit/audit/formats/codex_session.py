"""Session files of Codex, `rollout-….jsonl`: items of the Responses API, and events that say what became of them.

How much is kept differs between versions: some keep the end of a call to an MCP server as an event, some only the item
and its output. A call that a person refused has an output as well, so it counts as one that ran. Source: the rollout
policy of openai/codex, 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats._openai_items import read_item, spelled
from promptkit.audit.ledger import Ledger
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import iso_time, text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Codex",
    get="Take the folder ~/.codex/sessions of the person's machine.",
    shows="Calls of MCP servers and of Codex's own tools; how much of their results differs between versions.",
    lacks="Whether a person refused a call: it counts as one that ran. What was compacted; what a shell command did; "
    "what followed where the file ends on a result.",
)

# Lines that hold no call: settings, what the model is told of its surroundings, what agents say to each other, counts.
_NOTES = frozenset({
    "turn_context", "world_state", "inter_agent_communication", "inter_agent_communication_metadata",
    "token_usage_record", "security_risk_score", "retained_context",
})  # fmt: skip
_KINDS = _NOTES | {"session_meta", "response_item", "event_msg", "compacted"}
# What Codex notes beside the items, and what repeats one of them.
_SILENT = frozenset(
    {
        *("user_message", "agent_message", "agent_reasoning", "agent_reasoning_raw_content", "token_count", "error"),
        *("task_started", "task_complete", "turn_started", "turn_complete", "turn_aborted", "thread_rolled_back"),
        *("entered_review_mode", "exited_review_mode", "undo_completed", "thread_goal_updated", "warning"),
        *("thread_settings_applied", "thread_name_updated", "injected_message", "agent_reasoning_section_break"),
        *("plan_update", "turn_diff", "stream_error", "session_configured", "shutdown_complete", "model_reroute"),
        *("mcp_startup_update", "mcp_startup_complete", "deprecation_notice", "turn_moderation_metadata"),
    }
)
_ENDS_OF_TURNS = frozenset({"task_complete", "turn_complete", "turn_aborted", "shutdown_complete"})
# The ends of calls to Codex's own tools, whose items stand before them.
_ENDS = frozenset({
    "web_search_end", "exec_command_end", "patch_apply_end", "view_image_tool_call", "image_generation_end",
})  # fmt: skip
# Events that name the session of a sub-agent, and where.
_SUB_AGENTS = {"collab_agent_spawn_end": "new_thread_id", "sub_agent_activity": "agent_thread_id"}
# Items whose id some versions leave out.
_WITHOUT_ID = {"web_search_end": "web_search_call", "image_generation_end": "image_generation_call"}


def matches(value: Any) -> bool:  # noqa: ANN401
    """A line of a session file: a kind and a payload."""
    if not isinstance(value, dict) or not isinstance(value.get("payload"), dict):
        return False
    return isinstance(value.get("type"), str) and value["type"] in _KINDS


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation, named by the id of the session; it needs those of its sub-agents."""
    session = _CodexSession()
    for record in records:
        session.line(record.location, record.value)
    yield session.conversation()


class _CodexSession:
    def __init__(self) -> None:
        self._ledger = Ledger()
        self._name = ""
        self._needs: dict[str, None] = {}
        # The names of the calls by their ids, and the kinds of the items.
        self._names: dict[str, str] = {}
        self._kinds: set[str] = set()
        # Calls of this turn without a result.
        self._unanswered: set[str] = set()

    def line(self, location: str, line: Any) -> None:  # noqa: ANN401
        if not matches(line):
            self._ledger.gap(f"{location}: not a line of a session file")
            return
        kind, payload, time = line["type"], line["payload"], iso_time(line.get("timestamp"))
        place = f"{location}/payload"
        if kind == "response_item":
            self._item(place, payload, time)
        elif kind == "event_msg":
            self._event(place, payload, time)
        elif kind == "compacted":
            self._ledger.gap(f"{location}: the session was compacted")
        else:
            self._ledger.beside(payload, (), place)
        if kind == "session_meta" and not self._name:
            self._name = text_of(payload.get("id"))
        self._ledger.beside(line, {"payload"}, location)

    def _item(self, place: str, item: Mapping[str, Any], time: str | None) -> None:
        if text_of(item.get("type")) in {"ghost_snapshot", "agent_message"} and overlooked(item, ()) is None:
            return
        name, _ = spelled(item)
        self._kinds.add(text_of(item.get("type")))
        if isinstance(id_ := item.get("call_id"), str) and not text_of(item.get("type")).endswith("_output"):
            self._names[id_] = text_of(name)
            self._unanswered.add(id_)
        else:
            self._unanswered.discard(text_of(id_))
        read_item(self._ledger, item, place, time)

    def _event(self, place: str, event: Mapping[str, Any], time: str | None) -> None:
        kind = text_of(event.get("type"))
        if kind in {"mcp_tool_call_begin", "mcp_tool_call_end"}:
            invocation = event.get("invocation")
            self._mcp(place, event, invocation if isinstance(invocation, dict) else {}, time)
        elif kind in _ENDS:
            self._ended(place, event, kind, time)
        elif kind == "item_completed":
            self._completed(place, event.get("item"), time)
        elif kind in _SUB_AGENTS and isinstance(event.get(_SUB_AGENTS[kind]), str):
            self._needs[event[_SUB_AGENTS[kind]]] = None
        elif kind in _SILENT:
            if kind in _ENDS_OF_TURNS:
                self._unanswered.clear()
            self._ledger.beside(event, (), place)
        else:
            self._ledger.gap(f"{place}: an event of a kind we do not know ({sanitized(kind, 40) or 'none'})")

    def _ended(self, place: str, event: Mapping[str, Any], kind: str, time: str | None) -> None:
        """The end of a call to one of Codex's own tools; without its item, all that tells of the call."""
        is_of_person = event.get("source") == "user_shell"
        has_item = text_of(event.get("call_id")) in self._names or _WITHOUT_ID.get(kind) in self._kinds
        if not (has_item or is_of_person):
            name = kind.removesuffix("_end")
            self._ledger.call(event.get("call_id"), name, NOT_RECORDED, CallState.EXECUTED, place, time=time)

    def _completed(self, place: str, item: Any, time: str | None) -> None:  # noqa: ANN401
        kind = text_of(item.get("type")) if isinstance(item, dict) else ""
        if kind == "McpToolCall":
            self._mcp(place, {**item, "call_id": item.get("id")}, item, time)
        elif kind not in {"UserMessage", "AgentMessage", "Reasoning", "Plan", "Sleep"}:
            self._ledger.gap(f"{place}: an item of a kind we do not know ({sanitized(kind, 40) or 'none'})")

    def _mcp(self, place: str, event: Mapping[str, Any], invocation: Mapping[str, Any], time: str | None) -> None:
        id_ = text_of(event.get("call_id")) or place
        tool, server = text_of(invocation.get("tool")), text_of(invocation.get("server"))
        # The item of the same call is in the file as well, under a name that holds both.
        if self._names.get(id_) not in {tool, f"{server}.{tool}", f"mcp__{server}__{tool}", f"mcp__{server}.{tool}"}:
            arguments = invocation.get("arguments", NOT_RECORDED)
            name = invocation.get("tool")
            self._ledger.call(id_, name, arguments, CallState.UNKNOWN, place, server=server, time=time)
        if "result" in event or event.get("error") is not None:
            self._ledger.settle(id_, _outcome(event), place)
            self._unanswered.discard(id_)

    def conversation(self) -> Conversation:
        # Codex runs what the model asks for; an item without an output is one that nobody knows the end of.
        self._ledger.pairing.go_on()
        self._ledger.is_waiting = bool(self._unanswered)
        if not self._name:
            self._ledger.gap("the beginning of the session is missing")
        return self._ledger.conversation(self._name or "session", list(self._needs))


def _outcome(event: Mapping[str, Any]) -> CallState:
    result = event.get("result")
    answer = result.get("Ok", result) if isinstance(result, dict) else {}
    has_failed = not isinstance(answer, dict) or "Err" in answer or answer.get("isError") or answer.get("is_error")
    return CallState.FAILED if has_failed or event.get("error") is not None else CallState.EXECUTED
