"""The items of OpenAI's Responses API, in outputs, inputs, streams and lists, into a ledger.

Source: the types of openai-python 3.57, `responses.ResponseItem`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.stamps import answered_stamp
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState

# These run code or drive a computer, tell what came of it, or stand for turns that are gone, so calls may be in them
# that nobody sees.
_HIDING = frozenset({
    "program", "code_interpreter_call", "shell_call", "local_shell_call", "apply_patch_call", "computer_call",
    "custom_tool_call", "compaction", "compaction_summary", "context_compaction", "compaction_trigger",
    "item_reference", "program_output", "shell_call_output", "local_shell_call_output", "apply_patch_call_output",
    "computer_call_output",
})  # fmt: skip
# Tools of OpenAI's own, which nobody has reviewed.
_BUILT_IN = frozenset({"file_search_call", "web_search_call", "image_generation_call"})
# These call nothing: thoughts, and lists of what could be called.
_HARMLESS = frozenset({
    "reasoning", "mcp_list_tools", "tool_search_call", "tool_search_output", "additional_tools", "configuration_update",
})  # fmt: skip
_PARTS = frozenset({
    "input_text", "output_text", "text", "summary_text", "reasoning_text", "refusal", "input_image", "input_file",
    "input_audio", "output_audio", "computer_screenshot", "encrypted_content",
})  # fmt: skip
_READ = frozenset({"content"})
# What a tool was given, or gave.
_DATA = frozenset({"arguments", "input", "output", "outputs", "results", "action", "tools", "error"})
_PEOPLE = frozenset({"user", "system", "developer"})
_OTHERS = frozenset({"mcp_call", "mcp_approval_request", "mcp_approval_response", "custom_tool_call_output"})
_MCP_STATES = {"completed": CallState.EXECUTED, "failed": CallState.FAILED}


def is_item(value: Any) -> bool:  # noqa: ANN401
    """An item of a kind that no other format has."""
    if not isinstance(value, dict) or not isinstance(kind := value.get("type"), str):
        return False
    if kind in {"function_call", "function_call_output"}:
        return isinstance(value.get("call_id"), str)
    return kind in _HIDING | _HARMLESS | _BUILT_IN | _OTHERS and isinstance(value.get("id", value.get("call_id")), str)


def read_items(
    ledger: Ledger,
    items: Any,  # noqa: ANN401
    location: str,
    time: Any = None,  # noqa: ANN401
    *,
    repeats: bool = False,
) -> None:
    """Note what a list of items tells; an input that is a text alone is one as well.

    `repeats` says that the record may hold the same items elsewhere.
    """
    if isinstance(items, str):
        ledger.text("user", items)
        return
    for place, item in ledger.each(items, location):
        read_item(ledger, item, place, time, None if repeats else place)


def note_turn(ledger: Ledger, item: Mapping[str, Any]) -> None:
    """Note whether a turn of the model can end with this item, or is cut off there. What people say ends none."""
    kind = text_of(item.get("type", "message"))
    if kind != "message":
        ledger.is_waiting = kind != "mcp_approval_request"
    elif text_of(item.get("role")) not in _PEOPLE:
        ledger.is_waiting = item.get("role") != "assistant"


def spelled(item: Mapping[str, Any]) -> tuple[object, object]:
    """The name of a function and its server: Codex writes both in the namespace, as `mcp__codex_apps__torii`."""
    namespace, name = item.get("namespace"), item.get("name")
    if text_of(namespace).startswith("mcp__") and isinstance(name, str):
        return f"{namespace}.{name}", None
    return name, namespace


def read_item(
    ledger: Ledger,
    item: Mapping[str, Any],
    location: str,
    time: Any = None,  # noqa: ANN401
    entry: str | None = None,
) -> None:
    """Note what one item tells; of a kind nobody knows, a gap. `entry` is as `Pairing.call` says."""
    kind = text_of(item.get("type", "message" if "role" in item else None))
    ledger.beside(item, _READ if kind == "message" else _DATA, location)
    if kind == "message":
        _message(ledger, item, location)
    elif kind in _HIDING or _is_program(item.get("caller")):
        ledger.gap(f"{location}: {sanitized(kind, 40)} may hide calls")
    if kind in {"function_call", "custom_tool_call"}:
        arguments = item.get("arguments", item.get("input", NOT_RECORDED))
        name, server = spelled(item)
        id_, state = item.get("call_id"), CallState.PROPOSED
        ledger.call(id_, name, arguments, state, location, server=server, time=time, entry=entry)
    elif kind in {"function_call_output", "custom_tool_call_output"}:
        output = item.get("output")
        # Codex says so where it has an object for an output.
        has_failed = isinstance(output, dict) and output.get("success") is False
        ledger.settle(item.get("call_id"), CallState.FAILED if has_failed else CallState.EXECUTED, location)
        ledger.texts += answered_stamp(output)
    elif kind in {"mcp_call", "mcp_approval_request"}:
        _mcp(ledger, item, location, time)
        ledger.texts += answered_stamp(item.get("output"))
    elif kind in _BUILT_IN:
        ledger.call(item.get("id"), kind, NOT_RECORDED, CallState.EXECUTED, location, time=time)
    elif kind == "mcp_approval_response":
        state = CallState.DENIED if item.get("approve") is False else CallState.UNKNOWN
        ledger.settle(item.get("approval_request_id"), state, location)
    elif kind != "message" and kind not in _HIDING | _HARMLESS:
        ledger.gap(f"{location}: items of the kind {sanitized(kind, 40) or 'none'} are not known")


def _message(ledger: Ledger, item: Mapping[str, Any], location: str) -> None:
    content = item.get("content")
    ledger.text(item.get("role"), content)
    for place, part in ledger.each(None if isinstance(content, str) else content, f"{location}/content"):
        ledger.beside(part, (), place)
        if text_of(part.get("type")) not in _PARTS:
            ledger.gap(f"{place}: parts of the kind {sanitized(part.get('type'), 40)} are not known")


def _mcp(ledger: Ledger, item: Mapping[str, Any], location: str, time: Any) -> None:  # noqa: ANN401
    # A call that was asked about before has the id of the question, and is the same call.
    asked = item.get("approval_request_id")
    id_ = asked if isinstance(asked, str) else item.get("id")
    arguments = item.get("arguments", NOT_RECORDED)
    server = item.get("server_label")
    ledger.call(id_, item.get("name"), arguments, _mcp_state(item), location, server=server, time=time)


def _mcp_state(item: Mapping[str, Any]) -> CallState:
    if item.get("type") == "mcp_approval_request":
        return CallState.AWAITING_APPROVAL
    if item.get("error") is not None:
        return CallState.FAILED
    if "status" not in item:
        return CallState.EXECUTED if item.get("output") is not None else CallState.UNKNOWN
    return _MCP_STATES.get(text_of(item["status"]), CallState.UNKNOWN)


def _is_program(caller: Any) -> bool:  # noqa: ANN401
    return isinstance(caller, dict) and caller.get("type") != "direct"
