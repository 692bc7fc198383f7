"""The guard as an MCP server: what is allowed goes to the server behind it, all else is answered here."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import Any
from weakref import WeakSet

import anyio
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.types import CallToolRequestParams, CallToolResult, PaginatedRequestParams
from pydantic import ValidationError
from starlette.applications import Starlette

from promptkit.connection.named_server import GUARD, NamedServer
from promptkit.connection.session import refusal
from promptkit.connection.sign_in import SignIn
from promptkit.guard.request_ids import OrderlyServer
from promptkit.guard.results import ResultsAsTheyCame
from promptkit.guard.unreadable import LoggedRequests
from promptkit.guard.upstream import MAX_LIST_AGE_SECONDS, MAX_WAIT_SECONDS, Log, Upstream
from promptkit.library.store import Library
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision, Definition, decide_tool

# The SDK logs an answer that is no result of its method, with a piece of it; the client gets an error.
logging.getLogger("mcp.server.runner").setLevel(logging.CRITICAL)

INSTRUCTIONS = "This connection only reads. A call that would change anything is refused and never sent."
_NO_RESULT = "The server's answer is not a tool's result, so it is not passed on."
_SLOW_CLIENT_SECONDS = 1
# Clients of revision 2026 want it in every result; for others the SDK takes it away.
_ENVELOPE = {"resultType": "complete"}


class _GuardServer(OrderlyServer):
    """A server that says that its list of tools may change, and logs what it does not take for a request."""

    def __init__(self, log: Log, **options: Any) -> None:  # noqa: ANN401
        super().__init__(GUARD, **options)
        self._log = log

    def streamable_http_app(self, **options: Any) -> Starlette:  # noqa: ANN401
        """The HTTP application."""
        app = super().streamable_http_app(**options)
        app.add_middleware(LoggedRequests, log=self._log)
        return app

    def create_initialization_options(self, *given: Any, **options: Any) -> InitializationOptions:  # noqa: ANN401
        """What `initialize` is answered with."""
        changing = given or (NotificationOptions(tools_changed=True),)
        return super().create_initialization_options(*changing, **options)


class Guard:
    """An MCP server in front of another.

    Args:
        library: whose rules and lock decide.
        server: the URL, or the command line, of the server behind; or a named server.
        log: receives every call that is refused, and every message before it leaves.
        show_all: list the tools that are refused as well.
        tell: receives what a person at the terminal should know.
        sign_in: as for `Upstream`.
        max_list_age_seconds: as for `Upstream`.
        max_wait_seconds: as for `Upstream`.
    """

    def __init__(
        self,
        library: Library,
        server: str | Sequence[str] | NamedServer,
        log: Log,
        *,
        show_all: bool,
        tell: Callable[[str], None],
        sign_in: SignIn | None = None,
        max_list_age_seconds: float = MAX_LIST_AGE_SECONDS,
        max_wait_seconds: float = MAX_WAIT_SECONDS,
    ) -> None:
        self._upstream = Upstream(
            library,
            server,
            log,
            tell,
            self._say_list_changed,
            sign_in=sign_in,
            max_list_age_seconds=max_list_age_seconds,
            max_wait_seconds=max_wait_seconds,
        )
        self._log = log
        self._show_all = show_all
        self._bus = InMemorySubscriptionBus()
        # Clients of revisions before 2026, which hear of changes without asking. A connection outlives its requests,
        # and mcp 2.3 gives handlers no other way to it than a private attribute of their session.
        self._connections: WeakSet[Any] = WeakSet()

    def build(self) -> Server[Any]:
        """The MCP server; it connects to the one behind as soon as it runs."""
        server = _GuardServer(
            self._log,
            version=version("torii-promptkit"),
            instructions=INSTRUCTIONS,
            lifespan=self._lifespan,
            on_subscriptions_listen=ListenHandler(self._bus),
            get_tool_input_schema=self._upstream.input_schema,
        )
        results = ResultsAsTheyCame()
        server.middleware.append(results)
        # Registered here, since only so may a handler answer with a result that is no model of the SDK.
        server.add_request_handler("tools/list", PaginatedRequestParams, results.kept(self._list_tools))
        server.add_request_handler("tools/call", CallToolRequestParams, results.kept(self._call_tool))
        return server

    @asynccontextmanager
    async def _lifespan(self, _: Server[Any]) -> AsyncIterator[dict[str, Any]]:
        async with anyio.create_task_group() as group:
            group.start_soon(self._upstream.run)
            yield {}
            group.cancel_scope.cancel()

    async def _list_tools(self, context: Any, params: Any) -> dict[str, Any]:  # noqa: ANN401
        """The whole list on one page."""
        self._connections.add(context.session._connection)
        policy = await self._upstream.tools()
        offered: Sequence[Definition] = policy.offered or ()
        tools = [tool for tool in offered if self._show_all or decide_tool(tool.get("name", ""), policy).allowed]
        return {**_ENVELOPE, "ttlMs": 0, "cacheScope": "private", "tools": tools}

    async def _call_tool(self, context: Any, params: CallToolRequestParams) -> dict[str, Any]:  # noqa: ANN401
        self._connections.add(context.session._connection)
        call = ToolCall(name=params.name, arguments=params.arguments)
        wants_progress = bool(context.meta and "progress_token" in context.meta)
        try:
            answer = await self._upstream.call(call, context.session.report_progress if wants_progress else None)
        except ValidationError:
            return _failure(_NO_RESULT)
        if isinstance(answer, Decision):
            refused = {"tool": call.name, "arguments": call.arguments, "allowed": False, "reason": answer.reason}
            self._log({"method": "tools/call", **refused})
            return _failure(refusal(answer))
        if answer.get("resultType", "complete") != "complete":
            return _failure(
                "The server asked for input in the middle of a call. This connection only reads: give none."
            )
        return {**_ENVELOPE, **answer} if _is_result(answer) else _failure(_NO_RESULT)

    async def _say_list_changed(self) -> None:
        await self._bus.publish(ToolsListChanged())
        async with anyio.create_task_group() as group:
            for connection in list(self._connections):
                group.start_soon(_say, connection)


async def _say(connection: Any) -> None:  # noqa: ANN401
    # A client that does not read its notifications misses this one and must not block the others.
    with anyio.move_on_after(_SLOW_CLIENT_SECONDS):
        await connection.send_tool_list_changed()


def _is_result(answer: dict[str, Any]) -> bool:
    # In revision 2026-07-28 the SDK takes whatever is no result for a request for input, none of whose fields it needs.
    try:
        CallToolResult.model_validate(answer, by_name=False)
    except ValidationError:
        return False
    return True


def _failure(text: str) -> dict[str, Any]:
    return {**_ENVELOPE, "content": [{"type": "text", "text": text}], "isError": True}
