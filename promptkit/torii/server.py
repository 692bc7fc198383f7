"""The local Torii as an MCP server: real tools over a seeded tenant, on stdio or streamable HTTP."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.types import INVALID_PARAMS, CallToolRequestParams, CallToolResult, ListToolsResult, TextContent

from promptkit.errors import shown
from promptkit.torii.actions import ACTIONS
from promptkit.torii.query import ToriiError, unprocessable
from promptkit.torii.reads import READS
from promptkit.torii.surface import listed_tools

_API = Path(__file__).with_name("api.sql")


def build_server(tenant: sqlite3.Connection) -> Server[Any]:
    """The server of one open tenant; each call is one transaction."""
    tenant.executescript(_API.read_text("utf-8"))
    (now,) = tenant.execute("SELECT value FROM meta WHERE key = 'as_of'").fetchone()
    tools = listed_tools()
    validators = {tool.name: Draft202012Validator(tool.input_schema) for tool in tools}

    async def list_tools(context: Any, params: Any) -> ListToolsResult:  # noqa: ANN401
        return ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: CallToolRequestParams) -> CallToolResult:  # noqa: ANN401
        if params.name not in validators:
            raise MCPError(INVALID_PARAMS, f"Unknown tool: {shown(params.name)}")
        arguments = params.arguments or {}
        try:
            _validate(validators[params.name], arguments)
            with tenant:
                if params.name in ACTIONS:
                    return _result(ACTIONS[params.name](tenant, arguments, now))
                return _result(READS[params.name](tenant, arguments))
        except ToriiError as error:
            return _result(error.body, is_error=True)

    return Server(
        "torii",
        version="0.1.0",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        get_tool_input_schema=lambda name: None,
    )


def _validate(validator: Draft202012Validator, arguments: dict[str, Any]) -> None:
    errors = sorted(error.message for error in validator.iter_errors(arguments))
    if errors:
        raise unprocessable("; ".join(shown(message, 200) for message in errors))


def _result(body: dict[str, Any], *, is_error: bool = False) -> CallToolResult:
    content = TextContent(type="text", text=json.dumps(body, indent=2, ensure_ascii=False))
    return CallToolResult(content=[content], structured_content=body, is_error=is_error)
