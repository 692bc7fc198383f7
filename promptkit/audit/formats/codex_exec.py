"""What `codex exec --json` prints: events of one thread, an item at its start, in between and at its end.

Source: `exec_events.rs` of openai/codex, 2026.
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

_ITEMS = frozenset({"item.started", "item.updated", "item.completed"})
_ENDS = frozenset({"turn.completed", "turn.failed", "error"})
_SILENT = frozenset({"turn.started", "item.plan.delta", "request_user_input"})
_SILENT_ITEMS = frozenset({"reasoning", "plan", "todo_list", "error"})
# Codex's own tools. They call no tool of an app, but a command can reach anything.
_OWN = {"command_execution": "command", "file_change": "changes", "web_search": "query"}
# What a tool was given, and what it gave.
_DATA = frozenset({"arguments", "result", "changes"})
_STATES = {"completed": CallState.EXECUTED, "failed": CallState.FAILED, "declined": CallState.DENIED}


def matches(value: Any) -> bool:  # noqa: ANN401
    """The start of a thread, or an event about an item."""
    if not isinstance(value, dict) or not isinstance(kind := value.get("type"), str):
        return False
    if kind == "thread.started":
        return isinstance(value.get("thread_id"), str)
    return kind in _ITEMS and isinstance(value.get("item"), dict)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each thread, which needs those of its sub-agents."""
    thread: _Thread | None = None
    for record in records:
        event = record.value if isinstance(record.value, dict) else {}
        if event.get("type") == "thread.started" or thread is None:
            if thread:
                yield thread.conversation()
            thread = _Thread(text_of(event.get("thread_id")), record.location)
        thread.event(record.location, event)
    if thread:
        yield thread.conversation()


class _Thread:
    def __init__(self, name: str, location: str) -> None:
        self._name = name or "thread"
        self._ledger = Ledger()
        self._needs: dict[str, None] = {}
        self._is_ended = False
        if not name:
            self._ledger.gap(f"{location}: the beginning of the thread is missing")

    def event(self, location: str, event: Mapping[str, Any]) -> None:
        kind = text_of(event.get("type"))
        has_item = isinstance(event.get("item"), dict)
        if has_item:
            self._item(f"{location}/item", event["item"])
        self._ledger.beside(event, {"item"}, location)
        if kind not in _ITEMS | _ENDS | _SILENT | {"thread.started"} or (kind in _ITEMS and not has_item):
            self._ledger.gap(f"{location}: an event of a kind we do not know ({sanitized(kind, 40) or 'none'})")
        self._is_ended = kind in _ENDS

    def _item(self, location: str, item: Mapping[str, Any]) -> None:
        kind = text_of(item.get("type"))
        self._ledger.beside(item, _DATA, location)
        if kind == "mcp_tool_call":
            self._call(location, item, item.get("tool"), item.get("arguments", NOT_RECORDED))
        elif kind in _OWN:
            self._call(location, item, kind, {_OWN[kind]: item.get(_OWN[kind])})
        elif kind == "collab_tool_call":
            self._sub_agents(location, item.get("receiver_thread_ids"))
        elif kind == "agent_message":
            self._ledger.text("assistant", item.get("text"))
        elif kind not in _SILENT_ITEMS:
            self._ledger.gap(f"{location}: an item of a kind we do not know ({sanitized(kind, 40) or 'none'})")

    def _call(self, location: str, item: Mapping[str, Any], name: object, arguments: object) -> None:
        id_ = text_of(item.get("id")) or location
        self._ledger.call(id_, name, arguments, CallState.UNKNOWN, location, server=item.get("server"))
        if state := _STATES.get(text_of(item.get("status"))):
            has_failed = state is CallState.EXECUTED and item.get("error") is not None
            self._ledger.settle(id_, CallState.FAILED if has_failed else state, location)

    def _sub_agents(self, location: str, threads: object) -> None:
        known = [thread for thread in threads if isinstance(thread, str)] if isinstance(threads, list) else []
        self._needs |= dict.fromkeys(known)
        if not known:
            self._ledger.gap(f"{location}: a sub-agent was started here, and it is not said which")

    def conversation(self) -> Conversation:
        if not self._is_ended:
            self._ledger.gap("the end of the thread is missing")
        return self._ledger.conversation(self._name, list(self._needs))
