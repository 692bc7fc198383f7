"""The local Torii as an MCP server: real tools over a seeded tenant, on stdio or streamable HTTP."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from jsonschema import Draft202012Validator
from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.types import INVALID_PARAMS, CallToolRequestParams, CallToolResult, ContentBlock, ListToolsResult, TextContent

from promptkit.errors import shown
from promptkit.torii.actions import ACTIONS
from promptkit.torii.api_error import ToriiError, unprocessable
from promptkit.torii.lookups import ALL_READS
from promptkit.torii.query import Request
from promptkit.torii.roles import ADMIN, Identity, require_allowed
from promptkit.torii.surface import Mode, Surface, surface


def build_server(
    tenant: sqlite3.Connection, *, mode: Mode = "hosted-guess", identity: Callable[[], Identity] = lambda: ADMIN
) -> Server[Any]:
    """The server of one open tenant; each call is one transaction.

    Args:
        tenant: as from `open_tenant`.
        mode: which of the known servers to look like.
        identity: asked in each call: who makes it.
    """
    offered = surface(mode)
    (now,) = tenant.execute("SELECT value FROM meta WHERE key = 'as_of'").fetchone()
    validators = {tool.name: Draft202012Validator(tool.input_schema) for tool in offered.tools}

    async def list_tools(context: Any, params: Any) -> ListToolsResult:  # noqa: ANN401
        return ListToolsResult(tools=list(offered.tools))

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:  # noqa: ANN401
        if params.name not in validators:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {shown(params.name)}")
        request = Request(tenant, params.arguments or {}, now, identity())
        try:
            _validate(validators[params.name], request.arguments)
            return _result(_answer(params.name, _fixed(request, mode), offered), offered)
        except ToriiError as error:
            return _result(error.body, offered, is_error=True)

    return Server(
        "torii",
        version="0.1.0",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        get_tool_input_schema=lambda name: None,
    )


def _validate(validator: Draft202012Validator, arguments: Any) -> None:  # noqa: ANN401
    errors = sorted(error.message for error in validator.iter_errors(arguments))
    if errors:
        raise unprocessable("; ".join(shown(message, 200) for message in errors))


def _fixed(request: Request, mode: Mode) -> Request:
    """The request as the mode sends it on: the old package asked for 1000 rows, or one beside aggregations."""
    if mode != "npm-2025" or "size" in request.arguments:
        return request
    size = 1 if request.arguments.get("aggs") else 1000
    return Request(request.tenant, {**request.arguments, "size": size}, request.now, request.identity)


def _answer(tool: str, request: Request, offered: Surface) -> dict[str, Any]:
    require_allowed(request.identity, tool, is_action=tool in ACTIONS)
    call = ACTIONS.get(tool) or ALL_READS[tool]
    request.tenant.execute("BEGIN IMMEDIATE" if tool in ACTIONS else "BEGIN")
    try:
        with request.tenant:
            body = call(request)
    except (OverflowError, UnicodeEncodeError):
        raise unprocessable("A number is too large, or a text is no text") from None
    except sqlite3.IntegrityError as error:
        raise unprocessable(f"A value does not fit: {shown(error)}") from None
    return body if offered.total else {name: value for name, value in body.items() if name != "total"}


def _result(body: dict[str, Any], offered: Surface, *, is_error: bool = False) -> CallToolResult:
    is_plain = is_error and offered.plain_errors
    text = f"Error: {body['message']}" if is_plain else json.dumps(body, indent=2, ensure_ascii=False)
    content: list[ContentBlock] = [TextContent(type="text", text=text)]
    if not offered.structured:
        return CallToolResult(content=content)
    return CallToolResult(content=content, structured_content=body, is_error=is_error)
