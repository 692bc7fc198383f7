"""A guard for many people: what fifty calls at once take of fifty people against one, and the memory of two hundred."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import anyio
import httpx2
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from promptkit.hosts.serving import listen
from tests.access.doors import Browser, Program
from tests.benchmarks.guard_overhead import process, resident
from tests.benchmarks.ratio import Ratio

PEOPLE = 200
AT_ONCE = 50
ROUNDS = 20
CALL = ("list_apps", {"size": 10})


async def client(stack: AsyncExitStack, origin: str, token: str, context: object) -> Client:
    headers = {"authorization": f"Bearer {token}"}
    http = httpx2.AsyncClient(headers=headers, trust_env=False, timeout=120, verify=context)
    await stack.enter_async_context(http)
    made = await stack.enter_async_context(Client(streamable_http_client(f"{origin}/mcp", http_client=http)))
    await made.list_tools()
    return made


async def taken(clients: list[Client], failed: list[str]) -> list[float]:
    """Milliseconds of each of as many calls at once. What fails is noted, since so many open clients hide an error."""
    times = []

    async def call(one: Client) -> None:
        began = time.perf_counter()
        try:
            result = await one.call_tool(*CALL)
        except MCPError as error:
            failed.append(str(error))
            return
        times.append((time.perf_counter() - began) * 1000)
        if result.is_error:
            failed.append(str(result.content))

    async with anyio.create_task_group() as group:
        for one in clients:
            group.start_soon(call, one)
    return times


async def measured(origin: str, tokens: list[str], pid: int) -> tuple[list[float], list[float], list[float], float]:
    """One person's calls, one after the other and at once; those of as many people at once; and memory with one."""
    context, failed = httpx2.create_ssl_context(), []
    async with AsyncExitStack() as stack:
        clients = [await client(stack, origin, tokens[0], context)]
        await taken(clients, failed)
        before = resident(pid)
        clients += [await client(stack, origin, token, context) for token in tokens[1:]]
        alone, of_one, of_many = [], [], []
        for number in range(ROUNDS):
            alone += await taken(clients[:1], failed)
            of_one += await taken(clients[:1] * AT_ONCE, failed)
            first = number * AT_ONCE % PEOPLE
            of_many += await taken(clients[first : first + AT_ONCE], failed)
    assert failed == []
    return alone, of_one, of_many, before


def signed_in(origin: str) -> list[str]:
    """The tokens of as many people."""
    program = Program(origin)
    return [program.sign_in(Browser())["access_token"] for _ in range(PEOPLE)]


def rows() -> Iterator[Ratio]:
    free = listen("127.0.0.1:0")
    origin = f"http://127.0.0.1:{free.getsockname()[1]}"
    free.close()
    with (
        tempfile.TemporaryDirectory() as folder,
        process("promptkit", "torii", "--http", "127.0.0.1:0", "--sign-in") as (torii, _),
    ):
        kept = ("--state", f"sqlite:///{Path(folder, 'state.db')}", "--log", str(Path(folder, "guard.jsonl")))
        here = ("--http", origin.removeprefix("http://"), "--public-url", origin)
        with process("promptkit", "guard", "--upstream", torii, *here, *kept) as (_, pid):
            alone, of_one, of_many, before = anyio.run(measured, origin, signed_in(origin), pid)
            memory = resident(pid)
    one, fifty, many = map(statistics.median, (alone, of_one, of_many))
    yield Ratio(f"a call among {AT_ONCE} at once, of {AT_ONCE} people", many, fifty, "of one person", 2)
    yield Ratio("the slowest twentieth of them", statistics.quantiles(of_many, n=20)[-1], many, "their median", 3)
    yield Ratio(f"a call among {AT_ONCE} at once, of {AT_ONCE} people", many, one, "alone", None)
    yield Ratio(f"memory with {PEOPLE} people connected", memory, before, "with one", None, "MiB")
