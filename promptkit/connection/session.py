"""A session with a Torii MCP server: every call is decided before it can leave, and every answer is read with care."""

from __future__ import annotations

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
    PARSE_ERROR,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    ListToolsRequest,
    PaginatedRequestParams,
    ToolListChangedNotification,
)
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from promptkit.connection.answers import Incoming
from promptkit.connection.gate import Gate
from promptkit.connection.repeated_arguments import repeated_arguments
from promptkit.errors import PromptkitError
from promptkit.json_strict import strict_json
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, Definition
from promptkit.transcript import CallState

MAX_LIST_PAGES = 50
MAX_TOOLS = 2000
CALL_TIMEOUT_SECONDS = 60
FORWARD_TIMEOUT_SECONDS = 300
DEFAULT_RETRY_SECONDS = 10.0
UNSURE = "the call may have run, so it is not sent twice; ask again"
# What servers call a session they do not know, where the HTTP status does not say it.
_FORGOTTEN = frozenset({"Session not found", "Session terminated"})


class _RawToolList(BaseModel):
    # The SDK's own type would turn a hint of "yes" into true, and one bad tool into an error for all.
    model_config = ConfigDict(extra="allow")
    tools: list[dict[str, Any]]
    next_cursor: str | None = Field(None, alias="nextCursor")


class _RawResult(BaseModel):
    model_config = ConfigDict(extra="allow")


class SessionLostError(MCPError):
    """The session is over: its connection is closed, or the server does not know it any more.

    `may_have_run` says whether the server may have taken the request. Only one that it has not taken, because it was
    never sent or the server turned it away, may be sent again.
    """

    def __init__(self, error: MCPError, *, may_have_run: bool) -> None:
        super().__init__(error.code, error.message, error.data)
        self.may_have_run = may_have_run


@dataclass(frozen=True)
class Outcome:
    """What became of one call. `text` is what the model reads; `data` the structured result, None on any failure.

    `retry_after` is how many seconds a server that is too busy (HTTP 429) asks to wait, None of every other outcome.
    `age_seconds` is how long ago it was read, where it was kept and not read anew. `lost` is the error by which the
    session turned out to be over, if it is.
    """

    decision: Decision
    state: CallState
    text: str
    data: dict[str, Any] | None = None
    retry_after: float | None = None
    age_seconds: float = 0.0
    lost: SessionLostError | None = None


class Session(Protocol):
    """What an agent loop, and whoever looks at the server, needs of a session."""

    tools: Sequence[Definition]

    @property
    def protocol(self) -> str:
        """The version of MCP that both sides agreed on."""

    @property
    def server(self) -> str:
        """What the server calls itself."""

    @property
    def instructions(self) -> str:
        """What the server tells models about its use; empty if it tells nothing."""

    async def list_tools(self) -> Sequence[Definition]:
        """The server's whole list as it is now."""

    def decide(self, call: ToolCall) -> Decision:
        """What would become of a call; nothing is sent."""

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed."""


class SessionAround:
    """A session around another one: whatever it does not change is as the other one has it."""

    def __init__(self, inner: Session) -> None:
        self._inner = inner
        self.tools = inner.tools

    @property
    def protocol(self) -> str:
        """The version of MCP that both sides agreed on."""
        return self._inner.protocol

    @property
    def server(self) -> str:
        """What the server calls itself."""
        return self._inner.server

    @property
    def instructions(self) -> str:
        """What the server tells models about its use; empty if it tells nothing."""
        return self._inner.instructions

    async def list_tools(self) -> Sequence[Definition]:
        """The server's whole list as it is now."""
        return await self._inner.list_tools()

    def decide(self, call: ToolCall) -> Decision:
        """What would become of a call; nothing is sent."""
        return self._inner.decide(call)

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed."""
        return await self._inner.call(call)


class ToolListNotices:
    """Receives unsolicited notifications from servers on older MCP revisions."""

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

    def __init__(
        self,
        client: Client,
        gate: Gate,
        tools: Sequence[Definition],
        notices: ToolListNotices,
        incoming: Incoming,
    ) -> None:
        self._client = client
        self.gate = gate
        self.tools = tools
        self._notices = notices
        self._incoming = incoming

    @property
    def protocol(self) -> str:
        """The version of MCP that both sides agreed on."""
        return str(self._client.protocol_version)

    @property
    def server(self) -> str:
        """What the server calls itself, with its version. It is the server's word, and nothing is decided by it."""
        info = self._client.server_info
        return f"{info.name} {info.version}" if info else ""

    @property
    def instructions(self) -> str:
        """What the server tells models about its use; empty if it tells nothing. Nothing is decided by it."""
        return self._client.instructions or ""

    async def list_tools(self) -> Sequence[Definition]:
        """The server's whole list as it is now. Calls are still decided by the list that was reviewed last.

        Raises:
            SessionLostError: the session is over.
            MCPError: the server does not answer.
            PromptkitError: the list does not end.
        """
        try:
            return await list_tools_of(self._client)
        except MCPError as error:
            if self._lost(error, self.gate.calls_passed):
                raise SessionLostError(error, may_have_run=False) from None
            raise

    def decide(self, call: ToolCall) -> Decision:
        """What would become of a call; nothing is sent."""
        return self.gate.decide(call)

    async def call(self, call: ToolCall) -> Outcome:
        """Make one call if it is allowed; a refused one is answered here and never forwarded."""
        decision = self.gate.decide(call)
        if not decision.allowed:
            return Outcome(decision, CallState.REFUSED, refusal(decision))
        request = CallToolRequest(params=CallToolRequestParams(name=call.name, arguments=call.arguments or {}))
        passed_before = self.gate.calls_passed
        try:
            result = await self._client.session.send_request(request, CallToolResult, CALL_TIMEOUT_SECONDS)
        except MCPError as error:
            if error.code == PARSE_ERROR:
                return Outcome(decision, CallState.UNKNOWN, f"The server's answer cannot be read: {error.message}.")
            message, lost = (
                f"The server did not answer: {error.message} (code {error.code})",
                self._lost(error, passed_before),
            )
            return Outcome(decision, CallState.FAILED, message, retry_after=_retry_after(error), lost=lost)
        except (ValidationError, RuntimeError) as error:
            return Outcome(decision, CallState.UNKNOWN, f"The server's answer cannot be read ({type(error).__name__}).")
        text = "\n".join(block.text for block in result.content if block.type == "text")
        if result.is_error:
            return Outcome(decision, CallState.FAILED, text)
        return Outcome(decision, CallState.EXECUTED, text, result.structured_content or _parsed(text))

    async def forward(self, call: ToolCall, progress: ProgressFnT | None = None) -> dict[str, Any]:
        """Pass on a call that `decide` allows; the server's result as it came. The gate checks it once more.

        Raises:
            SessionLostError: the session is over; it says whether the server may have taken the call.
            MCPError: the server's error as it came.
            ValidationError: the answer is not a result of a tool.
        """
        request = CallToolRequest(params=CallToolRequestParams(name=call.name, arguments=call.arguments))
        passed_before = self.gate.calls_passed
        try:
            result = await self._client.session.send_request(
                request, _RawResult, FORWARD_TIMEOUT_SECONDS, progress_callback=progress
            )
        except MCPError as error:
            raise self._lost(error, passed_before) or error from None
        return result.model_dump()

    def _lost(self, error: MCPError, passed_before: int) -> SessionLostError | None:
        """The error of a request as one that says that the session is over, if it is.

        Args:
            error: the request's.
            passed_before: how many calls the gate had let pass before. Where another call left meanwhile, this one may
                have left as well.
        """
        details = error.data if isinstance(error.data, dict) else {}
        if self._incoming.is_over:
            return SessionLostError(error, may_have_run=self.gate.calls_passed != passed_before)
        if details.get("isForgotten") or error.message in _FORGOTTEN:
            # 503 may also come from something between us and a server that did take the call.
            is_unsure = details.get("httpStatus") == HTTPStatus.SERVICE_UNAVAILABLE
            return SessionLostError(error, may_have_run=is_unsure)
        return None

    async def list_changed(self) -> None:
        """Wait until the server says that its list of tools changed, or that we may have missed the notice."""
        try:
            async with self._client.listen(tools_list_changed=True) as events:
                async for _ in events:
                    return
        except ListenNotSupportedError:
            await self._notices.wait()
        except MCPError as error:
            if error.code == METHOD_NOT_FOUND:
                await self._notices.wait()
        except (SubscriptionLost, TimeoutError):
            return


def refusal(decision: Decision) -> str:
    """What a model reads about a call that was refused."""
    return f"Refused: {decision.reason} Nothing was sent to the server."


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
        data = strict_json(text)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


async def list_tools_of(client: Client) -> list[Definition]:
    """A server's whole list, all pages of it, each tool as it came.

    From then on, calls repeat in headers the arguments that the list says.

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
        if len(tools) > MAX_TOOLS:
            break
        if not cursor:
            # The SDK learns them from a list that it reads by itself, and would change what came in it.
            client.session._x_mcp_header_maps = {str(tool.get("name")): repeated_arguments(tool) for tool in tools}
            return tools
    message = f"the server's list of tools does not end within {MAX_LIST_PAGES} pages and {MAX_TOOLS} tools"
    raise PromptkitError.of(
        "endless-tool-list", message, "a list that cannot be read whole cannot be trusted; ask its operator"
    )
