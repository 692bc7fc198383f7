"""Connects to a Torii MCP server through the gate. The one place that constructs network clients."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import anyio
import httpx2
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.auth import OAuthFlowError
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp.shared.dispatcher import ProgressFnT
from mcp.shared.message import SessionMessage
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

from promptkit.errors import PromptkitError, problem, shown, usage
from promptkit.gate import LOOPBACK, Gate, GateTransport, SignInOrigins
from promptkit.model import ToolCall
from promptkit.policy import Decision, Definition
from promptkit.sign_in import auth_for
from promptkit.tokens import KeptSignIn, open_store
from promptkit.transcript import CallState
from promptkit.wire import MAX_ANSWER_BYTES, McpHttpClient

# The SDK logs what it then answers as an error, with a piece of the server's text in it.
logging.getLogger("mcp.client.streamable_http").setLevel(logging.CRITICAL)

TORII_URL = "https://api.toriihq.com/mcp"
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


class GuardedSession:
    """A session in which every call is decided before it can leave.

    `tools` is the server's whole list as it came, actions included: a model must see them for an attempt to be seen.
    """

    def __init__(self, client: Client, gate: Gate, tools: Sequence[Definition], news: _News) -> None:
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
        """The server's whole list as it is now. Calls are still decided by the list that was reviewed at the start."""
        return await _list_tools(self._client)

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

    async def list_again(self) -> Sequence[Definition]:
        """The server's whole list as it is now.

        Raises:
            MCPError: the session is lost.
            PromptkitError: the list does not end.
        """
        self.tools = await _list_tools(self._client)
        return self.tools

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


class _News:
    """Hears what a server of an earlier revision says without being asked."""

    def __init__(self) -> None:
        self._event = anyio.Event()

    async def __call__(self, message: object) -> None:
        if isinstance(message, ToolListChangedNotification):
            self._event.set()
        await anyio.lowlevel.checkpoint()

    async def wait(self) -> None:
        await self._event.wait()
        self._event = anyio.Event()


def refusal(decision: Decision) -> str:
    """What a model is told of a call that was refused."""
    return f"Refused: {decision.reason} Nothing was sent to Torii."


def _retry_after(error: MCPError) -> float | None:
    details = error.data if isinstance(error.data, dict) else {}
    if details.get("httpStatus") != httpx2.codes.TOO_MANY_REQUESTS:
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


@asynccontextmanager
async def connect(
    server: str | Sequence[str],
    gate: Gate,
    review: Callable[[Sequence[Definition]], None],
    sign_in: Callable[[SignInOrigins], httpx2.Auth] | None = None,
) -> AsyncIterator[GuardedSession]:
    """Open a guarded session.

    Args:
        server: the URL of a server over streamable HTTP, or the command line of one over stdio.
        gate: every message passes it.
        review: is given the whole list of tools before the first call, to set the gate's policy or to stop.
        sign_in: how requests show who asks; by default the token of the environment or the kept sign-in, if any.

    Raises:
        UsageError: the URL is not one that may be used.
        PromptkitError: the server cannot be reached, asks for a sign-in that there is not, or its list of tools cannot
            be read whole.
    """
    try:
        news = _News()
        async with _transport(server, gate, news, sign_in) as client:
            tools = await _list_tools(client)
            review(tools)
            yield GuardedSession(client, gate, tools, news)
    except BaseException as group:  # The SDK's task groups wrap whatever is raised inside them.
        cause: BaseException = group
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        if isinstance(cause, OAuthFlowError):
            # The rest of the SDK's message quotes the server, or the state.
            message = f"signing in failed: {shown(str(cause).partition(': ')[0], 200)}"
            raise problem("sign-in-failed", message, "run promptkit connect again") from None
        if not isinstance(cause, httpx2.TransportError | httpx2.InvalidURL | OSError | MCPError | ValidationError):
            raise cause from None
        where = server if isinstance(server, str) else " ".join(server)
        message = f"no MCP server answers at {shown(where, 200)}: {shown(cause, 200)}"
        raise problem("no-server", message, "check the address, and that the server runs") from cause


@asynccontextmanager
async def _transport(
    server: str | Sequence[str], gate: Gate, news: _News, sign_in: Callable[[SignInOrigins], httpx2.Auth] | None
) -> AsyncIterator[Client]:
    if isinstance(server, str):
        url = checked_url(server)
        origins = SignInOrigins(url)
        auth = sign_in(origins) if sign_in else auth_for(url, open_store(), origins)
        http = _http_client(GateTransport(gate, url, origins), auth)
        # One event is one answer, and a page of a thousand rows is more than the SDK's own limit of 1 MiB.
        transport = streamable_http_client(url, http_client=http, max_sse_event_size=MAX_ANSWER_BYTES)
        async with http, Client(transport, message_handler=news) as client:
            yield client
    else:
        command = StdioServerParameters(command=server[0], args=list(server[1:]))
        async with Client(_gated_stdio(command, gate), message_handler=news) as client:
            yield client


def _http_client(transport: GateTransport, auth: httpx2.Auth | None = None) -> McpHttpClient:
    timeout = httpx2.Timeout(30, read=300)
    return McpHttpClient(transport=transport, auth=auth, timeout=timeout, follow_redirects=False)


async def revoke(kept: KeptSignIn) -> bool:
    """Ask the issuer to end a sign-in; whether it says that it did."""
    endpoint = kept.metadata.revocation_endpoint if kept.metadata else None
    if endpoint is None:
        return False
    origins = SignInOrigins(kept.server)
    origins.admit(kept.issuer)
    # Public clients have no secret; some servers want the field all the same.
    who = {"client_id": kept.client.client_id, "client_secret": kept.client.client_secret or ""}
    tokens = {"refresh_token": kept.tokens.refresh_token, "access_token": kept.tokens.access_token}
    try:
        async with _http_client(GateTransport(Gate(), kept.server, origins)) as http:
            for hint, token in tokens.items():
                if token:
                    form = who | {"token": token, "token_type_hint": hint}
                    (await http.post(str(endpoint), data=form)).raise_for_status()
    except (httpx2.HTTPError, OSError, PromptkitError):
        return False
    return True


@asynccontextmanager
async def _gated_stdio(command: StdioServerParameters, gate: Gate) -> AsyncIterator[Any]:
    async with stdio_client(command) as (read, write):
        yield read, _GatedStream(write, gate)


class _GatedStream:
    """The write side of a stdio transport, with the gate before it."""

    def __init__(self, inner: Any, gate: Gate) -> None:  # noqa: ANN401
        self._inner, self._gate = inner, gate

    async def send(self, message: SessionMessage) -> None:
        self._gate.check(message.message.model_dump_json(by_alias=True, exclude_unset=True).encode())
        await self._inner.send(message)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def __aenter__(self) -> _GatedStream:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *details: Any) -> Any:  # noqa: ANN401
        return await self._inner.__aexit__(*details)


def checked_url(url: str) -> str:
    """The URL if it is Torii's own or a server on this machine.

    Raises:
        UsageError: it is neither; a prompt that reads a tenant must not be pointed elsewhere by a slip.
    """
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.username
    if url == TORII_URL or is_local:
        return url
    fix = f"use {TORII_URL}, or http://127.0.0.1:PORT/mcp for a server on this machine"
    raise usage("server-url", f"{shown(url, 200)} is not a Torii server", fix)


async def _list_tools(client: Client) -> list[Definition]:
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
    raise problem("endless-tool-list", message, "a list that cannot be read whole cannot be trusted; ask its operator")
