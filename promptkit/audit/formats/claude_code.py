"""Sessions of Claude Code: JSON Lines, one record for each block of a message, results as messages of the user.

A sub-agent writes its own file, or side chains into the file of its session. The host notes why it did not run a call
in `toolDenialKind`; `user-rejected` also stands there where a person stopped a call that ran, so it proves nothing.
Source: sessions that Claude Code 2.1 wrote in October 2026; Anthropic has published no schema.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.audit.blocks import CALLS, BlockMessage, is_end, read_content
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import iso_time, text_of
from promptkit.audit.prose import ClaudeCodeProse
from promptkit.audit.reader import FormatAbout, Passed, Shortcuts, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Claude Code",
    get="Take the folder ~/.claude/projects of the person's machine, with the files of the sub-agents.",
    shows="Each call of the session and of its sub-agents, with arguments, results and refusals by rule.",
    lacks=(
        "Sessions that the host has cleaned up; what a shell command did, the model's or a person's own after `!`; "
        "what hooks did; whether a call that a person stopped had run; what followed where the file ends on a result."
    ),
)

SHORTCUTS = Shortcuts(prose=ClaudeCodeProse, tells_passed=True)
_TALK = frozenset({"user", "assistant"})
# What the host notes beside the talk. A kind that is not here may hold calls.
_NOTES = frozenset(
    {
        *("summary", "custom-title", "ai-title", "agent-name", "agent-setting", "tag", "pr-link", "last-prompt"),
        *("file-history-snapshot", "file-history-delta", "queue-operation", "permission-mode", "mode"),
        *("saved_hook_context", "attachment", "bridge-session", "agent-color", "attribution-snapshot"),
        *("worktree-state", "speculation-accept", "frame-link", "task-summary"),
    }
)
# Members that are read, and `toolUseResult`, which is what a tool gave.
_READ = {
    "user": {"message", "toolUseResult"},
    "assistant": {"message", "toolUseResult"},
    "progress": {"data"},
    "content-replacement": {"replacements"},
}
_PROGRESS = frozenset({"message", "normalizedMessages"})
_NOT_RUN = frozenset({"permission-rule", "automode-blocked", "automode-unavailable", "automode-parsing-error"})
# Start a sub-agent, which has a conversation of its own; `Task` was the name until 2026.
_LAUNCHES = frozenset({"Task", "Agent"})
_MAX_OPEN = 100_000


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message of a session."""
    if not isinstance(value, dict) or "sessionId" not in value or not isinstance(value.get("message"), dict):
        return False
    return isinstance(value.get("type"), str) and value["type"] in _TALK


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each session and each sub-agent of the file, named `SESSION` and `SESSION/AGENT`."""
    sessions: dict[str, _ClaudeSession] = {}
    links = _Links()
    # The sessions in which the last words of the model were to be followed by a call, or by more words.
    cut: set[str] = set()
    name = ""
    without_session: list[tuple[str, Mapping[str, Any]]] = []
    for record in records:
        if isinstance(record.value, Passed):
            links.passed(record.value)
            # What is passed over came to an end.
            if cut:
                ended = {line.conversation for line in record.value.lines if line.type == "assistant"} & cut
                for one in ended:
                    sessions[one].is_cut = False
                cut -= ended
            name = record.value.lines[-1].conversation
            continue
        line = record.value if isinstance(record.value, dict) else {}
        session, agent = text_of(line.get("sessionId")), text_of(line.get("agentId"))
        if session:
            name = f"{session}/{agent}" if agent else session
        without_session.append((record.location, line))
        links.line(text_of(line.get("uuid")), text_of(line.get("parentUuid")), record.location, name)
        # What has no session of its own, or cannot be read, is of the one before it, at the beginning of the next one.
        if name:
            for location, held in without_session:
                sessions.setdefault(name, _ClaudeSession(name)).line(location, held)
            without_session.clear()
            (cut.add if sessions[name].is_cut else cut.discard)(name)
    for location, held in without_session:
        sessions.setdefault("session", _ClaudeSession("session")).line(location, held)
    for location, missing_in in links.missing():
        holders = [sessions[missing_in]] if missing_in in sessions else list(sessions.values())
        for one in holders:
            one.gap(f"{location}: the line before it, its `parentUuid`, is not in the file")
    yield from (session.conversation(is_cut=name in cut) for name, session in sessions.items())


class _Links:
    """The lines that others follow: each names the one before it, and one that is nowhere was taken out."""

    def __init__(self) -> None:
        # Eight bytes for each line of the file, since a later branch may begin at any of them.
        self._known = array("q")
        # Where a line stands, and its session, by the line before it that was not seen yet.
        self._open: dict[str, tuple[str, str]] = {}
        self._last = ""
        self._is_given_up = False

    def line(self, uuid: str, parent: str, location: str, session: str) -> None:
        if parent not in {"", self._last}:
            self._follows(parent, location, session)
        if uuid:
            self._known.append(hash(uuid))
            self._last = uuid

    def passed(self, passed: Passed) -> None:
        uuids = [line.uuid for line in passed.lines]
        self._known.extend(map(hash, uuids))
        before = [line.parent for line in passed.lines]
        if before != [self._last, *uuids[:-1]]:
            for parent in {*before}.difference(uuids, (None, "", self._last)):
                at = before.index(parent)
                self._follows(parent, f"line {passed.first + at}", passed.lines[at].conversation)
        self._last = uuids[-1]

    def _follows(self, parent: str, location: str, session: str) -> None:
        if len(self._open) == _MAX_OPEN:
            self._close()
            # Where so many are missing, the first of them say enough.
            self._is_given_up = len(self._open) > _MAX_OPEN // 2
        if not self._is_given_up:
            self._open.setdefault(parent, (location, session))

    def _close(self) -> None:
        if not self._open:
            return
        opened = {hash(parent): parent for parent in self._open}
        for uuid in opened.keys() & self._known:
            del self._open[opened[uuid]]

    def missing(self) -> Iterable[tuple[str, str]]:
        """Where a line stands that follows one which is nowhere, and in which session."""
        self._close()
        return self._open.values()


class _ClaudeSession:
    def __init__(self, name: str) -> None:
        self._name = name
        self._ledger = Ledger()
        self._has_talk = False
        self._has_side_chain = False
        # The sub-agents that were started, by the id of the call: where, and the agent's id once it is known.
        self._started: dict[str, str] = {}
        self._agents: dict[str, str] = {}
        # Calls whose progress is noted, by their id: where, and the name of the tool.
        self._running: dict[str, tuple[str, str]] = {}
        # The calls made last that have no result yet, and whether one of them has.
        self._unanswered: dict[str, None] = {}
        self._is_answering = False
        # Whether the last words of the model that were read were to be followed by more.
        self.is_cut = False
        # Where results were shortened, by the ids of their calls.
        self._shortened: dict[str, str] = {}

    def gap(self, reason: str) -> None:
        """Note why calls may be missing."""
        self._ledger.gap(reason)

    def line(self, location: str, line: Mapping[str, Any]) -> None:
        kind = text_of(line.get("type"))
        if kind in _TALK:
            self._talk(location, line, kind)
        elif kind == "progress":
            self._progress(location, line)
        elif kind == "content-replacement":
            self._replacements(location, line)
        elif kind == "system" and "compact" in text_of(line.get("subtype")):
            self._compacted(location)
        elif kind not in _NOTES | {"system"}:
            self._ledger.gap(f"{location}: a line of a kind we do not know ({sanitized(kind, 40) or 'none'})")
        self._ledger.beside(line, _READ.get(kind, ()), location)

    def _progress(self, location: str, line: Mapping[str, Any]) -> None:
        """Note what a sub-agent or a tool is doing, which its session hears as well."""
        data = line["data"] if isinstance(line.get("data"), dict) else {}
        messages = data["normalizedMessages"] if isinstance(data.get("normalizedMessages"), list) else []
        for inner in [data.get("message"), *messages]:
            if isinstance(inner, dict) and isinstance(inner.get("message"), dict):
                self._message(f"{location}/data/message", inner, text_of(inner.get("type")))
        if "toolName" in data:
            name = f"mcp__{text_of(data.get('serverName'))}__{text_of(data['toolName'])}"
            self._running.setdefault(text_of(line.get("toolUseID")), (location, name))
        else:
            self._ledger.beside(data, _PROGRESS, f"{location}/data")

    def _replacements(self, location: str, line: Mapping[str, Any]) -> None:
        """Note which results the model was shown a shorter text for; their calls are in the session as well."""
        for place, shorter in self._ledger.each(line.get("replacements"), f"{location}/replacements"):
            self._shortened[text_of(shorter.get("toolUseId"))] = place

    def _compacted(self, location: str) -> None:
        if not self._has_talk:
            self._ledger.gap(f"{location}: the session was compacted; what came before is in another file")

    def _talk(self, location: str, line: Mapping[str, Any], kind: str) -> None:
        if line.get("isCompactSummary"):
            self._compacted(location)
        self._has_talk = True
        self._has_side_chain |= line.get("isSidechain") is True
        self._message(location, line, kind)

    def _message(self, location: str, line: Mapping[str, Any], kind: str) -> None:
        message = line.get("message")
        content = message.get("content") if isinstance(message, dict) else None
        self._ledger.beside(message if isinstance(message, dict) else {}, {"content"}, f"{location}/message")
        if kind == "assistant" and isinstance(message, dict):
            blocks = content if isinstance(content, list) else []
            self.is_cut = not is_end(message.get("stop_reason")) and not any(map(_is_call, blocks))
        if isinstance(content, list):
            content = [self._without_launch(block, line, location) for block in content]
            self._note_turn(content)
        time, error = iso_time(line.get("timestamp")), _error(line)
        pairing, gaps = self._ledger.pairing, self._ledger.gaps
        noted = BlockMessage(kind, f"{location}/message", pairing, gaps, time, error, repeats=True)
        self._ledger.texts += read_content(content, noted)

    def _note_turn(self, content: Sequence[Any]) -> None:
        """Note which of the calls made together still wait for their results. Talk is not looked at, nor needed."""
        for block in content:
            kind = text_of(block.get("type")) if isinstance(block, dict) else ""
            if kind in CALLS:
                self._unanswered = ({} if self._is_answering else self._unanswered) | {text_of(block.get("id")): None}
                self._is_answering = False
            elif kind.endswith("tool_result"):
                self._unanswered.pop(text_of(block.get("tool_use_id")), None)
                self._is_answering = True
        self._ledger.is_waiting = bool(self._unanswered)

    def _without_launch(self, block: Any, line: Mapping[str, Any], location: str) -> Any:  # noqa: ANN401
        """The block; if it starts a sub-agent or brings back its answer, a silent one in its place."""
        if not isinstance(block, dict):
            return block
        id_, answered = text_of(block.get("id")), text_of(block.get("tool_use_id"))
        if block.get("type") == "tool_use" and text_of(block.get("name")) in _LAUNCHES:
            self._started[id_] = location
        elif block.get("type") == "tool_result" and answered and answered in self._started:
            result = line.get("toolUseResult")
            self._agents[answered] = text_of(result.get("agentId")) if isinstance(result, dict) else ""
        else:
            return block
        return {"type": "thinking"}

    def conversation(self, *, is_cut: bool) -> Conversation:
        """All of it, with a gap for each sub-agent whose work is nowhere."""
        for id_, (location, name) in self._running.items():
            if not self._ledger.pairing.has_call(id_):
                self._ledger.call(id_, name, NOT_RECORDED, CallState.UNKNOWN, location)
        for id_, location in self._started.items():
            if not self._agents.get(id_) and not self._has_side_chain:
                self._ledger.gap(f"{location}: a sub-agent was started here, and what it did is not recorded")
        for id_, location in self._shortened.items():
            if not self._ledger.pairing.has_call(id_) and id_ not in self._started:
                self._ledger.gap(f"{location}: it is about a call that is not there")
        self._ledger.is_waiting |= is_cut
        session = self._name.partition("/")[0]
        return self._ledger.conversation(self._name, [f"{session}/{agent}" for agent in self._agents.values() if agent])


def _is_call(block: object) -> bool:
    return isinstance(block, dict) and text_of(block.get("type")) in CALLS


def _error(line: Mapping[str, Any]) -> CallState:
    """What became of a call whose result, brought back by this line, is an error."""
    why = text_of(line.get("toolDenialKind"))
    if why in _NOT_RUN:
        return CallState.DENIED
    # Versions before 2.1.205 note no kind, only this text of their own; an error of a tool has `Error: ` before it.
    return CallState.UNKNOWN if why or line.get("toolUseResult") == "User rejected tool use" else CallState.FAILED
