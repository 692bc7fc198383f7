"""Gemini's generateContent: answers, streams of them, requests with their contents, and lists of contents.

The REST API writes camelCase and the SDK snake_case; both are read. The client runs the functions.
Source: the types of google-genai 3.6, `types.GenerateContentResponse` and `types.Part`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="Gemini's generateContent API",
    get="Log the requests and answers of your own client as JSON.",
    shows="Functions that the model asked for, and the results that your client sent back.",
    lacks="What your client ran and did not send back.",
)

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_ROLES = frozenset({"user", "model", "function"})
_SILENT = frozenset({
    "text", "thought", "thought_signature", "inline_data", "file_data", "video_metadata", "media_resolution",
    "part_metadata", "audio_transcription", "media_processing", "speech_metadata", "document_metadata",
    "spreadsheet_metadata", "audio_metadata",
})  # fmt: skip
_CALLS = frozenset({
    "function_call", "function_response", "tool_call", "tool_response", "executable_code", "code_execution_result",
})  # fmt: skip
# What comes back of the provider's own tools, and of what.
_OUTCOMES = {"tool_response": "tool_call", "code_execution_result": "executable_code"}
_READ = frozenset({"candidates", "contents", "automatic_function_calling_history", "system_instruction"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """An answer with candidates, contents, or one content."""
    if not isinstance(value, dict):
        return False
    contents = value["contents"] if isinstance(value.get("contents"), list) else []
    candidates = value["candidates"] if isinstance(value.get("candidates"), list) else []
    contents = contents + [candidate.get("content") for candidate in candidates if isinstance(candidate, dict)]
    return any(_is_content(content) for content in [value, *contents])


def _is_content(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, dict) or not isinstance(parts := value.get("parts"), list) or "kind" in value:
        return False
    # A part of the AI SDK has a type.
    is_other = any(isinstance(part, dict) and isinstance(part.get("type"), str) for part in parts)
    return not is_other and text_of(value.get("role")) in _ROLES


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each answer, whose pieces follow each other; contents of a file are one together."""
    loose: Ledger | None = None
    answer: _Answer | None = None
    for location, value in records:
        if not isinstance(value, dict):
            yield Conversation(location, [], [f"{location}: not from Gemini"])
        elif "candidates" in value or "contents" in value:
            given = snake(value)
            if len(given) != len(value):
                yield Conversation(location, [], [f"{location}: a key stands there in two spellings"])
            if answer and not answer.goes_on_with(given):
                yield answer.conversation()
                answer = None
            answer = answer or _Answer(location, given)
            answer.add(location, given)
        else:
            loose = loose or Ledger()
            _content(loose, value, location)
    if answer:
        yield answer.conversation()
    if loose:
        yield loose.conversation("contents")


class _Answer:
    def __init__(self, location: str, given: Mapping[str, Any]) -> None:
        self._ledger = Ledger()
        self._id = text_of(given.get("response_id"))
        self._name = self._id or location or "answer"
        self._ends: dict[str, object] = {}
        self._has_candidates = False

    def goes_on_with(self, given: Mapping[str, Any]) -> bool:
        """Whether these are the next pieces of the same stream."""
        is_open = not self._ends or any(reason is None for reason in self._ends.values())
        return is_open and "contents" not in given and text_of(given.get("response_id")) == self._id

    def add(self, location: str, given: Mapping[str, Any]) -> None:
        ledger = self._ledger
        system = given.get("system_instruction")
        ledger.text("system", system if isinstance(system, str) else snake(system).get("parts"))
        if isinstance(system, dict):
            _parts(ledger, snake(system) | {"role": "system"}, f"{location}/system_instruction")
        ledger.beside(given, _READ, location)
        for key in ("automatic_function_calling_history", "contents"):
            for place, content in ledger.each(given.get(key), f"{location}/{key}"):
                _content(ledger, content, place)
        for place, candidate in ledger.each(given.get("candidates"), f"{location}/candidates"):
            if not self._has_candidates:
                ledger.pairing.go_on()
            self._has_candidates = True
            self._candidate(snake(candidate), place)

    def _candidate(self, candidate: Mapping[str, Any], location: str) -> None:
        reason, index = candidate.get("finish_reason"), str(candidate.get("index") or 0)
        self._ends[index] = reason if reason is not None else self._ends.get(index)
        if isinstance(content := candidate.get("content"), dict):
            _parts(self._ledger, content, f"{location}/content")
        elif content is not None or reason is None:
            self._ledger.gap(f"{location}/content: not a Gemini content")
        self._ledger.beside(candidate, {"content"}, location)

    def conversation(self) -> Conversation:
        for reason in self._ends.values():
            if reason != "STOP":
                self._ledger.gap(f"the answer is cut off: {sanitized(reason, 40)}")
        self._ledger.is_waiting = not self._has_candidates
        return self._ledger.conversation(self._name)


def _content(ledger: Ledger, content: Mapping[str, Any], location: str) -> None:
    role = text_of(content.get("role"))
    if role not in _ROLES:
        ledger.gap(f"{location}: not a Gemini content")
    ledger.pairing.go_on()
    if role == "model":
        ledger.is_waiting = False
    _parts(ledger, content, location)


def _parts(ledger: Ledger, content: Mapping[str, Any], location: str) -> None:
    ledger.beside(content, {"parts"}, location)
    for place, part in ledger.each(content.get("parts"), f"{location}/parts"):
        given = {key: value for key, value in snake(part).items() if value is not None}
        if len(snake(part)) != len(part):
            ledger.gap(f"{place}: a key stands there in two spellings")
        for kind, value in given.items():
            _part(ledger, kind, value, place)
        if (role := content.get("role")) != "system":
            ledger.text("user" if role == "user" else "model", [given])


def _part(ledger: Ledger, kind: str, value: Any, location: str) -> None:  # noqa: ANN401
    if kind not in _CALLS:
        if kind not in _SILENT:
            ledger.gap(f"{location}: parts of the kind {sanitized(kind, 40)} are not known")
        return
    given = snake(value)
    if isinstance(value, dict) and len(given) != len(value):
        ledger.gap(f"{location}: a key stands there in two spellings")
    call_id, name = given.get("id"), given.get("name")
    if kind == "function_call":
        ledger.is_waiting = True
        if given.get("will_continue") or given.get("partial_args"):
            ledger.gap(f"{location}: only a part of the arguments")
        ledger.call(call_id, name, given.get("args", NOT_RECORDED), CallState.PROPOSED, location)
    elif kind == "function_response":
        ledger.is_waiting = True
        answer = given.get("response")
        has_failed = isinstance(answer, dict) and "error" in answer
        ledger.settle(call_id, CallState.FAILED if has_failed else CallState.EXECUTED, location, name)
    elif kind in _OUTCOMES:
        ledger.settle(call_id, CallState.EXECUTED, location, given.get("tool_type") or _OUTCOMES[kind])
    else:
        # A tool of the provider, or its code: nobody has reviewed them.
        name = given.get("tool_type") or kind
        ledger.call(call_id, name, given.get("args", NOT_RECORDED), CallState.EXECUTED, location)


def snake(value: Any) -> dict[str, Any]:  # noqa: ANN401
    """An object with its keys in snake_case; empty for anything else."""
    given = value if isinstance(value, dict) else {}
    return {_HUMP.sub("_", key).lower(): inner for key, inner in given.items()}
