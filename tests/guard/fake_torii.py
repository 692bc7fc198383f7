"""A Torii that counts, at its socket, the calls that should never have come; and a guard before it."""

import json
from contextlib import asynccontextmanager, contextmanager
from copy import deepcopy

import anyio
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp.types import CallToolRequestParams, CreateMessageRequestParams, PaginatedRequestParams
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from promptkit.connection.wire import MAX_ANSWER_BYTES
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.policy.review import load_tool_lock
from promptkit.torii.faults import replayed_body
from tests.servers import running

READ = "list_apps"
SIZES = {"large": 3 * 1024 * 1024, "huge": MAX_ANSWER_BYTES}
ERAS = pytest.mark.parametrize("era", ["2026-07-28", "legacy"])


class FakeTorii:
    """Serves a list that a test may change, and answers by the `q` of a call.

    `leaked` holds each body with a call of anything but `READ`, as it came in at the socket, and `paths` what was asked
    for there at all.
    """

    def __init__(self, library):
        lock = load_tool_lock(library)
        self.tools = deepcopy([lock[name] for name in (READ, "run_workflow", "update_user")])
        self.leaked, self.calls, self.status, self.cancelled = [], [], None, 0
        self.paths, self.links, self.bus = set(), [], InMemorySubscriptionBus()

    def build(self):
        listen = ListenHandler(self.bus)
        server = Server("fake", on_subscriptions_listen=listen, get_tool_input_schema=lambda name: None)
        server.add_request_handler("tools/list", PaginatedRequestParams, lambda *given: self.list_(*given))
        server.add_request_handler("tools/call", CallToolRequestParams, self.call)
        options = server.create_initialization_options(NotificationOptions(tools_changed=True))
        server.create_initialization_options = lambda: options
        return server

    def app(self, origin):
        inner = self.build().streamable_http_app()
        page = {"uri": "ui://page", "mimeType": "text/html", "text": f"<img src='{origin}/pixel'>"}
        self.links = [
            {"type": "resource_link", "name": "report", "uri": f"{origin}/report"},
            {"type": "resource", "resource": page},
            {"type": "image", "mimeType": "image/svg+xml", "data": "PHN2Zy8+"},
        ]

        async def counting(scope, receive, send):
            self.paths.update({scope["path"]} if scope["type"] == "http" else ())
            if scope["type"] != "http" or scope["method"] != "POST":
                await inner(scope, receive, send)
                return
            body = await Request(scope, receive).body()
            if b"tools/call" in body and json.loads(body)["params"]["name"] != READ:
                self.leaked.append(body)
            if self.status and b"tools/call" in body:
                await PlainTextResponse("no", self.status)(scope, replayed_body(body, receive), send)
                return
            await inner(scope, replayed_body(body, receive), send)

        return counting

    async def list_(self, context, params):
        return {"tools": self.tools, "resultType": "complete", "ttlMs": 0, "cacheScope": "private"}

    async def call(self, context, params):
        self.calls.append(params.arguments)
        told = {"content": [{"type": "text", "text": "rows"}], "structuredContent": {"apps": [], "nextCursor": "c2"}}
        match (params.arguments or {}).get("q"):
            case "progress":
                await context.session.report_progress(1, 2, "half")
            case "protocol error":
                raise MCPError(-32099, "busy", {"until": "noon"})
            case "tool error":
                told = {"content": [{"type": "text", "text": "no such app"}], "isError": True}
            case "slow":
                try:
                    await anyio.sleep(30)
                except anyio.get_cancelled_exc_class():
                    self.cancelled += 1
                    raise
            case "announce":
                await self.bus.publish(ToolsListChanged())
            case "links":
                told = {"content": self.links}
            case "large" | "huge" as size:
                await context.session.report_progress(1)  # Makes the answer a stream, if the client wants progress.
                told = {"content": [{"type": "text", "text": "x" * SIZES[size]}]}
            case "input":
                return {"resultType": "input_required", "requestState": "s"}
            case "sampling":
                message = CreateMessageRequestParams(messages=[], max_tokens=1)
                await context.session.create_message(message.messages, max_tokens=1)
        return {"_meta": {"torii.example/trace": "t1"}, "resultType": "complete", **told}


@contextmanager
def guarding(library, fake, log, *, show_all=False, **bounds):
    """The URL of a guard before the fake, both over real HTTP."""
    with running(fake.app) as origin:
        guard = Guard(library, f"{origin}/mcp", AuditLog(log), show_all=show_all, tell=lambda _: None, **bounds)
        with running(lambda _: guard.build().streamable_http_app()) as own:
            yield f"{own}/mcp"


@asynccontextmanager
async def client(url, era="2026-07-28", **options):
    transport = streamable_http_client(url, max_sse_event_size=2 * MAX_ANSWER_BYTES)
    async with Client(transport, mode=era, **options) as connected:
        yield connected


def asked(url, ask, era="2026-07-28", **options):
    """What `ask` returns, given a client of the guard."""

    async def run():
        with anyio.fail_after(30):
            async with client(url, era, **options) as connected:
                return await ask(connected)

    return anyio.run(run)


def called(url, name, arguments=None, era="2026-07-28"):
    return asked(url, lambda connected: connected.session.call_tool(name, arguments or {}), era)


def lines(log):
    return [json.loads(line) for line in log.read_text().splitlines()]


def leaf(error):
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error
