"""Each fault of the wire, as a real client meets it over HTTP and over stdio."""

import re
import subprocess
import sys
from contextlib import asynccontextmanager, closing, contextmanager, suppress

import anyio
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from promptkit.torii.fault_names import FAULTS, SIGN_IN_FAULTS, WIRE_FAULTS
from promptkit.torii.faults import WireFaults
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant, open_tenant
from tests.servers import running

ERAS = pytest.mark.parametrize("era", ["2026-07-28", "legacy"])
MADE = "SELECT count(*) FROM apps WHERE name = 'Made'"


class Wire:
    """A way to the server that keeps the status and Retry-After of each answer that was no success."""

    def __init__(self, url):
        self.url, self.refusals = url, []

    async def _noted(self, response):
        if response.status_code >= 400:
            self.refusals.append((response.status_code, response.headers.get("retry-after")))

    @asynccontextmanager
    async def client(self, era):
        http = httpx2.AsyncClient(event_hooks={"response": [self._noted]})
        async with http, Client(streamable_http_client(self.url, http_client=http), mode=era) as client:
            yield client


@contextmanager
def faulty(tenant, fault, **options):
    """The wire to a server with one fault."""

    def make(origin):
        return WireFaults(build_server(tenant).streamable_http_app(), frozenset({fault}), **options)

    with running(make) as origin:
        yield Wire(f"{origin}/mcp")


async def outcomes(client, calls, seconds=None):
    """What becomes of each of some calls of an action: `ok`, or the error's code."""
    found = []
    for _ in range(calls):
        try:
            result = await client.call_tool("create_app", {"name": "Made"}, read_timeout_seconds=seconds)
            found.append("error" if result.is_error else "ok")
        except MCPError as error:
            found.append(error.code)
    return found


@ERAS
def test_who_asks_too_often_is_told_when_to_ask_again(tenant, era):
    now = [0.0]

    async def run(wire):
        async with wire.client(era) as client:
            first = await outcomes(client, 5)
            now[0] += 1
            return first + await outcomes(client, 1)

    with faulty(tenant, "rate-limited", clock=lambda: now[0]) as wire:
        assert anyio.run(run, wire) == ["ok", "ok", "ok", -32603, -32603, "ok"]
    assert wire.refusals == [(429, "1"), (429, "1")]
    assert tenant.execute(MADE).fetchone() == (4,)


@ERAS
def test_a_connection_that_ends_in_mid_answer_hides_that_the_call_ran(tenant, era):
    async def run(wire):
        # The newer protocol's client ends with its connection.
        with suppress(ExceptionGroup):
            async with wire.client(era) as client:
                await outcomes(client, 2)
                assert await outcomes(client, 1) == [-32000]
        async with wire.client(era) as client:
            return await outcomes(client, 2)

    with faulty(tenant, "disconnect") as wire:
        assert anyio.run(run, wire) == ["ok", "ok"]
    assert tenant.execute(MADE).fetchone() == (5,)


@ERAS
def test_an_answer_that_is_no_json_is_that_call_s_error(tenant, era):
    async def run(wire):
        async with wire.client(era) as client:
            return await outcomes(client, 4)

    with faulty(tenant, "malformed-json") as wire:
        assert anyio.run(run, wire) == ["ok", "ok", -32700, "ok"]
    assert tenant.execute(MADE).fetchone() == (4,)


@ERAS
def test_who_does_not_wait_for_a_late_answer_has_called_all_the_same(tenant, era):
    async def run(wire):
        async with wire.client(era) as client:
            return await outcomes(client, 1, seconds=0.5)

    with faulty(tenant, "latency") as wire:
        assert anyio.run(run, wire) == [-32001]
    assert tenant.execute(MADE).fetchone() == (1,)


@pytest.mark.parametrize(
    ("fault", "calls", "seen"),
    [
        ("disconnect", 4, ["ok", "ok", -32000, -32000]),
        ("malformed-json", 4, ["ok", "ok", -32001, "ok"]),
        ("latency", 1, [-32001]),
    ],
)
def test_on_stdio_a_lost_answer_is_a_broken_connection_or_a_timeout(tmp_path, fault, calls, seen):
    path = tmp_path / "tenant.db"
    build_tenant(path).close()
    args = ["-m", "promptkit", "torii", "--db", str(path), "--fault", fault]

    async def run():
        async with Client(StdioServerParameters(command=sys.executable, args=args)) as client:
            return await outcomes(client, calls, seconds=1.5)

    assert anyio.run(run) == seen
    with closing(open_tenant(path)) as tenant:
        assert tenant.execute(MADE).fetchone() == (min(calls, 3) if fault == "disconnect" else calls,)


def test_the_help_tells_every_fault():
    words = [sys.executable, "-m", "promptkit", "torii", "--help"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    listed = re.findall(r"^    ([a-z-]+) +(.+)$", told.partition("Faults:\n")[2], re.MULTILINE)
    assert dict(listed) == FAULTS
    assert FAULTS.keys() >= WIRE_FAULTS.keys() | SIGN_IN_FAULTS.keys()
