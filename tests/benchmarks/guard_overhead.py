"""What the guard adds to a call over loopback HTTP, against a bare forwarder written with the same SDK; its memory."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import Server
from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult, PaginatedRequestParams

from promptkit.hosts.serving import run_server
from promptkit.library.store import Library, default_root
from promptkit.policy.review import load_tool_lock
from tests.benchmarks.ratio import Ratio

GOAL = 1.3
ROUNDS = 500
WARMING = 50
CALLS = 1000
ROWS = {"apps": [{"id": number, "name": f"App {number}", "state": "sanctioned"} for number in range(10)]}


def upstream() -> Server:
    tools = list(load_tool_lock(Library(default_root())).values())

    async def list_(context, params):
        return {"tools": tools, "resultType": "complete", "ttlMs": 0, "cacheScope": "private"}

    async def call(context, params):
        return {"content": [{"type": "text", "text": "ok"}], "structuredContent": ROWS, "resultType": "complete"}

    server = Server("upstream", get_tool_input_schema=lambda name: None)
    server.add_request_handler("tools/list", PaginatedRequestParams, list_)
    server.add_request_handler("tools/call", CallToolRequestParams, call)
    return server


def forwarder(url: str) -> Server:
    @asynccontextmanager
    async def lifespan(_) -> AsyncIterator[Client]:
        http = httpx2.AsyncClient(timeout=httpx2.Timeout(30, read=300))
        async with http, Client(streamable_http_client(url, http_client=http)) as client:
            yield client

    async def list_(context, params):
        return await context.lifespan_context.session.list_tools()

    async def call(context, params):
        request = CallToolRequest(params=CallToolRequestParams(name=params.name, arguments=params.arguments))
        return await context.lifespan_context.session.send_request(request, CallToolResult)

    return Server(
        "forwarder",
        lifespan=lifespan,
        on_list_tools=list_,
        on_call_tool=call,
        get_tool_input_schema=lambda name: None,
    )


@contextmanager
def process(*command: str) -> Iterator[tuple[str, int]]:
    """The URL that a process serves at, and its id."""
    with subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as made:
        try:
            yield made.stdout.readline().decode().strip(), made.pid
        finally:
            made.terminate()


async def medians(urls: list[str]) -> list[float]:
    """Milliseconds of a call at each of the servers, called in turns."""
    taken: list[list[float]] = [[] for _ in urls]
    async with AsyncExitStack() as stack:
        clients = []
        for url in urls:
            http = await stack.enter_async_context(httpx2.AsyncClient(timeout=60))
            clients.append(await stack.enter_async_context(Client(streamable_http_client(url, http_client=http))))
        for number in range(ROUNDS):
            for client, times in zip(clients, taken, strict=True):
                began = time.perf_counter()
                result = await client.session.call_tool("list_apps", {"size": 10})
                times.append((time.perf_counter() - began) * 1000)
                assert result.structured_content == ROWS, number
    return [statistics.median(times[WARMING:]) for times in taken]


async def call_often(url: str) -> None:
    async with httpx2.AsyncClient(timeout=60) as http, Client(streamable_http_client(url, http_client=http)) as client:
        for _ in range(CALLS):
            await client.session.call_tool("list_apps", {"size": 10})


def resident(pid: int) -> float:
    """MiB of memory that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def rows() -> Iterator[Ratio]:
    me = "tests.benchmarks.guard_overhead"
    with tempfile.TemporaryDirectory() as folder, process(me, "upstream") as (behind, _):
        log = ("--log", str(Path(folder, "guard.jsonl")))
        guard = ("promptkit", "guard", "--upstream", behind, "--http", "127.0.0.1:0", *log)
        with process(me, "forwarder", behind) as (bare, _), process(*guard) as (guarded, pid):
            direct, through_bare, through_guard = anyio.run(medians, [behind, bare, guarded])
            added, least = through_guard - direct, through_bare - direct
            yield Ratio("what the guard adds to a call", added, least, "a bare forwarder", GOAL)
            anyio.run(call_often, guarded)
            before = resident(pid)
            anyio.run(call_often, guarded)
            yield Ratio(f"memory of the guard after {CALLS:,} calls", resident(pid), before, "before", 1.1, "MiB")


if __name__ == "__main__":
    run_server(upstream() if sys.argv[1] == "upstream" else forwarder(sys.argv[2]), "127.0.0.1:0")
