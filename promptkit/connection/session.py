"""A session with a Torii MCP server: every call is decided before it can leave, and every answer is read with care."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

import anyio
from mcp import Client, MCPError
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp.shared.dispatcher import ProgressFnT
from mcp.types import (
    METHOD_NOT_FOUND,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    ListToolsRequest,
    PaginatedRequestParams,
    ToolListChangedNotification,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from promptkit.connection.gate import Gate
from promptkit.errors import PromptkitError
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, Definition
from promptkit.transcript import CallState

MAX_LIST_PAGES = 50
MAX_TOOLS = 2000
CALL_TIMEOUT_SECONDS = 60
FORWARD_TIMEOUT_SECONDS = 300
DEFAULT_RETRY_SECONDS = 10.0


class _RawToolList(BaseModel):
    # The SDK's own type would turn a hint of "yes" into true, and one bad tool into an error for all.
    model_config = ConfigDict(extra="allow")
    tools: list[dict[str, Any]]
    next_cursor: str | None = Field(None, alias="nextCursor")


class _RawResult(BaseModel):
    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True)
class Outcome:
    """What became of one call. `text` is what the model is told; `data` the structured result, None on any failure.

    `retry_after` is how many seconds a server that is too busy (HTTP 429) asks to wait, None of every other outcome.
    """

    decision: Decision
    state: CallState
    text: str
    data: dict[str, Any] | None = None
    retry_after: float | None = None


class Session(Protocol):
    """What an agent loop, and whoever looks at the server, needs of a session."""

    tools: Sequence[Definition]

    @property
    def protocol(self) -> str:
        """The version of MCP that both sides agreed on."""

    @property
    def server(self) -> str:
        """What the server calls itself."""

    async def list_tools(self) -> Sequence[Definition]:
        """The server's whole list as it is now."""

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed."""


class ToolListNotices:
    """Hears what a server of an earlier revision says without being asked; it is given every message."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    async def __call__(self, message: object) -> None:
        """Take note of a message."""
        if isinstance(message, ToolListChangedNotification):
            self._event.set()
        await anyio.lowlevel.checkpoint()

    async def wait(self) -> None:
        """Wait until the list of tools is said to have changed."""
        await self._event.wait()
        self._event = anyio.Event()


class GatedSession:
    """A session in which every call is decided before it can leave.

    `tools` is the server's whole list as it came, actions included: a model must see them for an attempt to be seen.
    """

    def __init__(self, client: Client, gate: Gate, tools: Sequence[Definition], news: ToolListNotices) -> None:
        self._client, self.gate, self.tools, self._news = client, gate, tools, news

    @property
    def protocol(self) -> str:
        """The version of MCP that both sides agreed on."""
        return str(self._client.protocol_version)

    @property
    def server(self) -> str:
        """What the server calls itself, with its version. It is the server's word, and nothing is decided by it."""
        told = self._client.server_info
        return f"{told.name} {told.version}" if told else ""

    async def list_tools(self) -> Sequence[Definition]:
        """The server's whole list as it is now. Calls are still decided by the list that was reviewed last.

        Raises:
            MCPError: the session is lost.
            PromptkitError: the list does not end.
        """
        return await list_tools_of(self._client)

    def decide(self, call: ToolCall) -> Decision:
        """What would become of a call; nothing is sent."""
        return self.gate.decide(call)

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed; a refused one is answered here and never forwarded."""
        decision = self.gate.decide(call)
        if not decision.allowed:
            return Outcome(decision, CallState.REFUSED, refusal(decision))
        request = CallToolRequest(params=CallToolRequestParams(name=call.name, arguments=call.arguments or {}))
        try:
            result = await self._client.session.send_request(request, CallToolResult, CALL_TIMEOUT_SECONDS)
        except MCPError as error:
            told = f"Torii did not answer: {error.message} (code {error.code})"
            return Outcome(decision, CallState.FAILED, told, retry_after=_retry_after(error))
        except (ValidationError, RuntimeError) as error:
            return Outcome(decision, CallState.UNKNOWN, f"Torii's answer cannot be read ({type(error).__name__}).")
        text = "\n".join(block.text for block in result.content if block.type == "text")
        if result.is_error:
            return Outcome(decision, CallState.FAILED, text)
        return Outcome(decision, CallState.EXECUTED, text, result.structured_content or _parsed(text))

    async def forward(self, call: ToolCall, progress: ProgressFnT | None = None) -> dict[str, Any]:
        """Pass on a call that `decide` allows; the server's result as it came. The gate checks it once more.

        Raises:
            MCPError: the server's error as it came, or the session is lost.
            ValidationError: the answer is no result of a tool.
        """
        request = CallToolRequest(params=CallToolRequestParams(name=call.name, arguments=call.arguments))
        result = await self._client.session.send_request(
            request, _RawResult, FORWARD_TIMEOUT_SECONDS, progress_callback=progress
        )
        return result.model_dump()

    async def list_changed(self) -> None:
        """Wait until the server says that its list of tools changed, or may have said so without our hearing it."""
        try:
            async with self._client.listen(tools_list_changed=True) as events:
                async for _ in events:
                    return
        except ListenNotSupportedError:
            await self._news.wait()
        except MCPError as error:
            if error.code == METHOD_NOT_FOUND:
                await self._news.wait()
        except (SubscriptionLost, TimeoutError):
            return


def refusal(decision: Decision) -> str:
    """What a model is told of a call that was refused."""
    return f"Refused: {decision.reason} Nothing was sent to Torii."


def _retry_after(error: MCPError) -> float | None:
    details = error.data if isinstance(error.data, dict) else {}
    if details.get("httpStatus") != HTTPStatus.TOO_MANY_REQUESTS:
        return None
    try:
        return max(1.0, float(details["retryAfter"]))
    except (KeyError, TypeError, ValueError):
        return DEFAULT_RETRY_SECONDS


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


async def list_tools_of(client: Client) -> list[Definition]:
    """A server's whole list, all pages of it, each tool as it came.

    Raises:
        MCPError: the server does not answer.
        PromptkitError: the list does not end.
    """
    tools: list[Definition] = []
    cursor: str | None = None
    for _ in range(MAX_LIST_PAGES):
        params = PaginatedRequestParams(cursor=cursor) if cursor else None
        page = await client.session.send_request(ListToolsRequest(params=params), _RawToolList, CALL_TIMEOUT_SECONDS)
        tools += page.tools
        cursor = page.next_cursor
        if not cursor:
            return tools
        if len(tools) > MAX_TOOLS:
            break
    message = f"the server's list of tools does not end within {MAX_LIST_PAGES} pages and {MAX_TOOLS} tools"
    raise PromptkitError.of(
        "endless-tool-list", message, "a list that cannot be read whole cannot be trusted; ask its operator"
    )
