"""Gemini's Interactions API: an interaction with its steps. One that goes on from another needs it to be at hand.

Source: the types of google-genai 3.6, `interactions.Interaction` and `interactions.Step`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats.gemini import snake
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

_MCP_CALL, _MCP_RESULT = "mcp_server_tool_call", "mcp_server_tool_result"
# Tools of the provider, which nobody has reviewed.
_BUILT_IN = frozenset({
    "code_execution_call", "file_search_call", "google_maps_call", "google_search_call", "processing_call",
    "retrieval_call", "url_context_call",
})  # fmt: skip
# What they bring back, and of what.
_BUILT_IN_RESULTS = {f"{kind.removesuffix('call')}result": kind for kind in _BUILT_IN}
_SILENT = frozenset({"thought", "tool_search_call", "tool_search_result"})
_CONTENT = frozenset({"text", "image", "audio", "document", "video", "thought", "thought_summary"})
_SAID = {"user_input": "user", "model_output": "assistant"}
_STEPS = (
    _BUILT_IN
    | _BUILT_IN_RESULTS.keys()
    | _SILENT
    | _SAID.keys()
    | {"function_call", "function_result", _MCP_CALL, _MCP_RESULT}
)
_READ = frozenset({"steps", "outputs", "input", "system_instruction"})
_DATA = frozenset({"content", "arguments", "result"})
_ENDS = frozenset({"completed", "requires_action"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """An interaction with a step of a known kind."""
    if not isinstance(value, dict) or "status" not in value:
        return False
    steps = value.get("steps", value.get("outputs"))
    return isinstance(steps, list) and any(isinstance(s, dict) and text_of(s.get("type")) in _STEPS for s in steps)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each interaction, named by its id."""
    for location, value in records:
        if isinstance(value, dict) and ("steps" in value or "outputs" in value):
            if len(snake(value)) != len(value):
                yield Conversation(location, [], [f"{location}: a key stands there in two spellings"])
            yield _interaction(location, snake(value))
        else:
            yield Conversation(location, [], [f"{location}: not an interaction"])


def _interaction(location: str, value: Mapping[str, Any]) -> Conversation:
    ledger = Ledger()
    ledger.text("system", value.get("system_instruction"))
    ledger.beside(value, _READ, location)
    if isinstance(value.get("input"), str):
        ledger.text("user", value["input"])
    else:
        _steps(ledger, value.get("input"), f"{location}/input", is_input=True)
    for key in ("steps", "outputs"):
        _steps(ledger, value.get(key), f"{location}/{key}")
    if text_of(value.get("status")) not in _ENDS:
        ledger.gap(f"{location}: the interaction is not complete: {sanitized(value.get('status'), 40)}")
    before = text_of(value.get("previous_interaction_id"))
    return ledger.conversation(text_of(value.get("id")) or location or "interaction", (before,) if before else ())


def _content(ledger: Ledger, role: str, content: object, location: str) -> None:
    ledger.text(role, content)
    for place, part in ledger.each(None if isinstance(content, str) else content, location):
        if text_of(part.get("type")) not in _CONTENT:
            ledger.gap(f"{place}: parts of the kind {sanitized(part.get('type'), 40)} are not known")


def _steps(ledger: Ledger, steps: object, location: str, *, is_input: bool = False) -> None:
    for place, step in ledger.each(steps, location):
        given = snake(step)
        if len(given) != len(step):
            ledger.gap(f"{place}: a key stands there in two spellings")
        kind, call_id, name = text_of(given.get("type")), given.get("id"), given.get("name")
        arguments, server = given.get("arguments", NOT_RECORDED), given.get("server_name")
        ledger.beside(given, _DATA, place)
        if kind == "function_call":
            ledger.call(call_id, name, arguments, CallState.PROPOSED, place)
        elif kind == _MCP_CALL:
            ledger.call(call_id, name, arguments, CallState.UNKNOWN, place, server=server)
        elif kind in {"function_result", _MCP_RESULT}:
            state = CallState.FAILED if given.get("is_error") else CallState.EXECUTED
            ledger.settle(given.get("call_id"), state, place, name)
        elif kind in _BUILT_IN:
            ledger.call(call_id, kind, arguments, CallState.EXECUTED, place)
        elif kind in _BUILT_IN_RESULTS:
            ledger.settle(given.get("call_id"), CallState.EXECUTED, place, _BUILT_IN_RESULTS[kind])
        elif kind in _SAID:
            _content(ledger, _SAID[kind], given.get("content"), f"{place}/content")
        elif is_input and kind in _CONTENT:
            ledger.text("user", [given])
        elif kind not in _SILENT:
            ledger.gap(f"{place}: steps of the kind {sanitized(kind, 40) or 'none'} are not known")
        if kind in {"model_output", "user_input"}:
            ledger.pairing.go_on()
