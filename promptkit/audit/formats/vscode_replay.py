"""GitHub Copilot Chat's debug log, `.chatreplay.json`: `Export All Prompt Logs as JSON` in VS Code's debug view.

It shows each call that has answered, and those that earlier turns tell of. It does not show a call that was still
running, or whether a person refused one: each that is logged counts as executed.
Source: `chatReplayTypes.ts` and `requestLogger.ts` of microsoft/vscode-copilot-chat, and public exports, 2026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats.vscode_chat import spelled_in_vscode
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="GitHub Copilot Chat in VS Code, its debug view",
    get="Run `Export All Prompt Logs as JSON` in the debug view of the chat.",
    shows="Each call that has answered, and those that earlier turns tell of.",
    lacks=(
        "Approvals, and calls that were still running: what is logged counts as executed. Not verified with files "
        "of users."
    ),
)

# The host writes this and a number after the id that the model gave a call.
_OF_HOST = "__vscode"
_READ = frozenset({"logs", "prompts", "mcpServers"})
_READ_OF_MESSAGE = frozenset({"toolCalls", "toolCallId"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """An export of all prompts, or of one."""
    if not isinstance(value, dict):
        return False
    prompts = value.get("prompts")
    return _is_prompt(value) or (isinstance(prompts, list) and any(map(_is_prompt, prompts)))


def _is_prompt(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("logs"), list) and "prompt" in value


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each export: its prompts tell of each other's calls."""
    for location, value in records:
        replay = _Replay(value)
        replay.read(location, value)
        yield replay.conversation(location or "export")


class _Replay:
    def __init__(self, value: Any) -> None:  # noqa: ANN401
        self._ledger = Ledger()
        servers = value.get("mcpServers") if isinstance(value, dict) else None
        held = [server for server in servers if isinstance(server, dict)] if isinstance(servers, list) else []
        self._labels = [text_of(server.get("label")) for server in held]
        self._logged: set[str] = set()
        # What requests say of earlier turns, by the id of the call: its name, its arguments and where it stands.
        self._told: dict[str, tuple[object, object, str]] = {}
        self._answered: dict[str, str] = {}

    def read(self, location: str, value: Any) -> None:  # noqa: ANN401
        if not matches(value):
            self._ledger.gap(f"{location}: not an export of prompts")
            return
        for place, prompt in self._ledger.each(value.get("prompts"), f"{location}/prompts"):
            self._prompt(place, prompt)
        if "logs" in value:
            self._prompt(location, value)
        self._count(location, value, "totalPrompts", "prompts")
        self._ledger.beside(value, _READ, location)

    def _count(self, location: str, value: Mapping[str, Any], count: str, items: str) -> None:
        held = value.get(items)
        if count in value and not (isinstance(held, list) and len(held) == value[count]):
            self._ledger.gap(f"{location}: {items} are missing")

    def _prompt(self, location: str, prompt: Mapping[str, Any]) -> None:
        self._ledger.text("user", prompt.get("prompt"))
        for place, entry in self._ledger.each(prompt.get("logs"), f"{location}/logs"):
            self._entry(place, entry)
        self._count(location, prompt, "logCount", "logs")
        self._ledger.beside(prompt, _READ, location)

    def _entry(self, place: str, entry: Mapping[str, Any]) -> None:
        kind = text_of(entry.get("kind"))
        if kind == "toolCall":
            call_id = text_of(entry.get("id"))
            self._logged.add(call_id.partition(_OF_HOST)[0])
            self._ledger.is_waiting = True
            arguments = entry.get("args", NOT_RECORDED)
            self._call(call_id or place, entry.get("tool"), arguments, CallState.EXECUTED, place, entry.get("time"))
        elif kind == "request":
            self._request(place, entry)
        elif kind != "element":
            self._ledger.gap(f"{place}: an entry of a kind that hides what it was ({sanitized(kind, 40) or 'none'})")
        self._ledger.beside(entry, frozenset({"requestMessages", "response"}), place)

    def _request(self, place: str, entry: Mapping[str, Any]) -> None:
        asked = entry["requestMessages"] if isinstance(entry.get("requestMessages"), dict) else {}
        for at, message in self._ledger.each(asked.get("messages"), f"{place}/requestMessages/messages"):
            for inner, call in self._ledger.each(message.get("toolCalls"), f"{at}/toolCalls"):
                function = call["function"] if isinstance(call.get("function"), dict) else {}
                told = (function.get("name"), function.get("arguments", NOT_RECORDED), inner)
                self._told[text_of(call.get("id")).partition(_OF_HOST)[0] or inner] = told
            if message.get("toolCallId") is not None:
                self._answered[text_of(message["toolCallId"]).partition(_OF_HOST)[0]] = at
            self._ledger.beside(message, _READ_OF_MESSAGE, at)
        self._ledger.beside(asked, frozenset({"messages"}), place)
        response = entry["response"] if isinstance(entry.get("response"), dict) else {}
        if response.get("type") == "success":
            said = response.get("message")
            # A model that says nothing has asked for a call.
            self._ledger.is_waiting = not (said[0] if isinstance(said, list) and said else said)
            self._ledger.text("assistant", said)
        self._ledger.beside(response, frozenset(), place)

    def _call(self, call_id: str, name: object, arguments: object, state: CallState, place: str, time: object) -> None:
        tool, server = spelled_in_vscode(name, self._labels) if isinstance(name, str) else (name, None)
        self._ledger.call(call_id, tool, arguments, state, place, server=server, time=time)

    def conversation(self, name: str) -> Conversation:
        """All of it; what only other turns tell of stands last."""
        for call_id, (tool, arguments, place) in self._told.items():
            if call_id not in self._logged:
                self._call(call_id, tool, arguments, CallState.UNKNOWN, place, None)
        for call_id, place in self._answered.items():
            if call_id not in self._logged:
                self._ledger.settle(call_id or None, CallState.EXECUTED, place)
        return self._ledger.conversation(name)
