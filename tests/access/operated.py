"""An MCP server for many people whose call lasts until a second after a line on its input. It prints its ports."""

import json
import sys

import anyio
from mcp.server.lowlevel import Server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.types import CallToolResult, ListToolsResult, TextContent, Tool

from promptkit.access.metrics import Metrics
from promptkit.access.operations import Operations
from promptkit.access.readiness import Readiness
from promptkit.access.serving import serve_until_told
from promptkit.hosts.serving import listen


async def listed(context, params):
    return ListToolsResult(tools=[Tool(name="wait", input_schema={"type": "object"})])


async def called(context, params):
    await context.session.report_progress(1, 2, "begun")
    await anyio.to_thread.run_sync(sys.stdin.readline)
    # Longer than sse-starlette takes to see that the process ends.
    await anyio.sleep(1)
    return CallToolResult(content=[TextContent(type="text", text="finished")])


async def always():
    return True


def main():
    heard = ListenHandler(InMemorySubscriptionBus())
    server = Server("operated", on_list_tools=listed, on_call_tool=called, on_subscriptions_listen=heard)
    sockets = [listen("127.0.0.1:0"), listen("127.0.0.1:0")]
    ports = [one.getsockname()[1] for one in sockets]
    print(json.dumps(ports), flush=True)
    readiness = Readiness({"state": always})
    app = Operations(server.streamable_http_app(), frozenset({"/mcp"}), readiness, Metrics(), ports[1])
    return serve_until_told(app, sockets)


if __name__ == "__main__":
    sys.exit(main())
