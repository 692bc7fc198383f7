"""What stands beside the places that a reader knows, where it looks like a call or a result of any host."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

_MEMBERS = frozenset({
    "tool_calls", "toolCalls", "tool_call_id", "toolCallId", "tool_use_id", "toolUseId", "tool_uses", "function_call",
    "functionCall", "function_response", "functionResponse", "recipient_name", "toolInvocations", "toolInvocation",
    "toolCall", "toolResult", "toolUse", "toolRequest", "tool_call", "tool_result", "tool_use",
})  # fmt: skip
_KINDS = frozenset({
    "call", "tool_use", "mcp_tool_use", "server_tool_use", "tool_result", "mcp_tool_result", "tool_call", "mcp_call",
    "function_call", "function_call_output", "custom_tool_call", "tool_call_response", "server_tool_call",
    "mcp_server_tool_call", "mcp_server_tool_result", "function_result", "tool-call", "tool-result", "tool-return",
    "builtin-tool-call", "builtin-tool-return", "mcpToolCall", "McpToolCall", "mcp_tool_call", "toolCall",
    "toolRequest", "toolResponse", "toolInvocation", "toolInvocationSerialized",
})  # fmt: skip
# The name of a tool beside what it was given.
_NAMES = frozenset({"toolName", "tool_name"})
_ARGUMENTS = frozenset({"args", "arguments", "input", "parameters", "toolArgs", "tool_input"})
# Whom ChatGPT's messages are for, where it is no tool.
_NO_TOOL = frozenset({"all", "assistant", "user"})
# Offers of tools, whose schemas may name any member.
_OFFERS = frozenset({"tools", "functions", "tool_choice", "function_call", "response_format", "output_config"})


def overlooked(value: Mapping[str, Any], read: Collection[str]) -> str | None:
    """The first member of an object that holds what looks like a call or a result.

    Args:
        value: the object.
        read: the members that the reader has read, or knows to hold neither.
    """
    beside = (key for key in value if key not in read and key not in _OFFERS)
    return next((key for key in beside if (key in _MEMBERS and value[key]) or _holds_call(value[key])), None)


def _holds_call(value: object) -> bool:
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            if looks_like_call(inner):
                return True
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner
    return False


def _is_sent_to_a_tool(value: Mapping[str, Any]) -> bool:
    """Whether it is a message as ChatGPT keeps them, to or from a tool: only `recipient` and the author tell."""
    author, recipient = value.get("author"), value.get("recipient")
    if not (isinstance(author, dict) and "role" in author):
        return False
    return author["role"] == "tool" or (isinstance(recipient, str) and recipient not in _NO_TOOL)


def looks_like_call(value: Mapping[str, Any]) -> bool:
    """Whether an object itself, and not what is in it, looks like a call or a result."""
    kinds = (value.get("type"), value.get("kind"), value.get("part_kind"))
    if any(isinstance(kind, str) and kind in _KINDS for kind in kinds) or value.get("method") == "tools/call":
        return True
    function = value.get("function")
    if isinstance(function, dict) and "arguments" in function:
        return True
    if not (_NAMES.isdisjoint(value) or _ARGUMENTS.isdisjoint(value)):
        return True
    if _is_sent_to_a_tool(value):
        return True
    return any(value[key] for key in value.keys() & _MEMBERS)
