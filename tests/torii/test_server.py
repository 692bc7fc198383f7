"""The local Torii as a process: over stdio and HTTP, with two clients at once, and killed at any moment."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from datetime import date

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters

from promptkit.commands.torii import run_torii
from promptkit.errors import UsageError
from promptkit.torii.tenant import build_tenant, open_tenant

COMMAND = [sys.executable, "-m", "promptkit", "torii"]


@contextmanager
def served(db, *options):
    """The URL of a server process on a tenant's file, and the process."""
    command = [*COMMAND, "--db", str(db), "--http", "127.0.0.1:0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


async def every_page(client, tool, arguments):
    rows, more = [], {}
    while more is not None:
        page = (await client.call_tool(tool, arguments | more)).structured_content
        rows += page["apps"]
        more = {"cursor": page["nextCursor"]} if page["nextCursor"] else None
    return [row["id"] for row in rows]


def test_stdio_serves_a_tenant_made_on_the_way(tmp_path):
    path = tmp_path / "tenant.db"

    async def run():
        params = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], "--db", str(path)])
        async with Client(params) as client:
            return (await client.call_tool("get_organization", {})).structured_content

    assert anyio.run(run)["org"]["companyName"] == "Acme"
    open_tenant(path).close()


def test_two_clients_at_once_do_not_disturb_each_other(tmp_path):
    path = tmp_path / "tenant.db"
    with closing(build_tenant(path)) as tenant:
        expected = [id_ for (id_,) in tenant.execute("SELECT id FROM apps ORDER BY name DESC, id DESC")]

    async def reads(url):
        async with Client(url) as client:
            return await every_page(client, "list_apps", {"fields": "id", "sort": "name:desc", "size": 3})

    async def writes(url):
        async with Client(url) as client:
            for number in range(20):
                result = await client.call_tool(
                    "update_user", {"idUser": 30 + number, "lifecycleStatus": "offboarding"}
                )
                assert not result.is_error

    async def run(url):
        return await asyncio.gather(reads(url), writes(url), reads(url))

    with served(path) as (url, _):
        first, _, second = asyncio.run(run(url))
    assert first == second == expected
    with closing(open_tenant(path)) as tenant:
        query = "SELECT count(*) FROM users WHERE id BETWEEN 30 AND 49 AND lifecycleStatus = 'offboarding'"
        assert tenant.execute(query).fetchone() == (20,)


@pytest.mark.parametrize("after", [1, 7, 23])
def test_a_server_killed_while_it_writes_leaves_whole_calls_only(tmp_path, after):
    path = tmp_path / "tenant.db"
    build_tenant(path).close()

    async def run(url, process):
        done = 0
        # The connection breaks: one error in the call, and a group of them on the way out.
        with suppress(MCPError, ExceptionGroup):
            async with Client(url) as client:
                while done < 500:
                    if done == after:
                        # The signal goes out while a call is under way.
                        asyncio.get_running_loop().call_soon(os.kill, process.pid, signal.SIGKILL)
                    await client.call_tool("create_app", {"name": f"Made {done}"})
                    done += 1
        return done

    with served(path) as (url, process):
        done = asyncio.run(run(url, process))
        process.wait()
    assert after <= done < 500
    with closing(open_tenant(path)) as tenant:
        assert tenant.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        made = [name for (name,) in tenant.execute("SELECT name FROM apps WHERE name LIKE 'Made %' ORDER BY id")]
        told = tenant.execute("SELECT properties FROM audit WHERE type = 'create_app' ORDER BY id").fetchall()
    assert made == [json.loads(properties)["name"] for (properties,) in told]
    # Whatever was answered is there, and at most one call more.
    assert len(made) in {done, done + 1}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_server_that_is_stopped_ends_tidily(tmp_path, number, code):
    async def run(url, process):
        async with Client(url) as client:
            await client.call_tool("create_app", {"name": "Made"})
            process.send_signal(number)
            return process.wait(10)

    with served(tmp_path / "tenant.db") as (url, process):
        assert asyncio.run(run(url, process)) == code
        assert process.stdout.read() == ""
        assert re.fullmatch(r"listening at 127\.0\.0\.1:[1-9]\d*\n", process.stderr.read())
    # The log is folded into the file.
    assert [path.name for path in tmp_path.iterdir()] == ["tenant.db"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_on_stdio_ends_at_once_when_it_is_told_to(tmp_path, number):
    command = [*COMMAND, "--db", str(tmp_path / "tenant.db")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(number)
        assert process.wait(10) == -number
        assert process.stderr.read() == ""


def test_a_build_that_is_stopped_leaves_nothing_behind(tmp_path):
    command = [*COMMAND, "--db", str(tmp_path / "tenant.db"), "--size", "large"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        while not any(tmp_path.glob(".*/tenant.db")):
            assert process.poll() is None
        process.terminate()
        assert process.wait(10) == 128 + signal.SIGTERM
        assert process.stderr.read() == ""
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_wire_is_switched_on_by_its_name(tmp_path):
    async def run(url):
        async with Client(url) as client:
            for _ in range(3):
                await client.call_tool("list_roles", {})

    faults = ("--fault", "malformed-json", "--fault", "major-units")
    with served(tmp_path / "tenant.db", *faults) as (url, _), pytest.raises(ExceptionGroup) as caught:
        asyncio.run(run(url))
    assert caught.group_contains(MCPError, match="Failed to parse", depth=None)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"fault": ["no-such"]}, "unknown-fault"),
        ({"size": "medium"}, "other-tenant"),
        ({"as_of": date(2026, 11, 3)}, "other-tenant"),
        ({"hostile": True}, "other-tenant"),
        ({"sign_in": True}, "sign-in-http"),
        ({"sign_in": True, "http": "0.0.0.0:0"}, "sign-in-http"),
        ({"fault": ["token-expired"]}, "sign-in-fault"),
        ({"fault": ["rate-limited"]}, "fault-http"),
    ],
)
def test_a_tenant_or_fault_that_is_not_there_is_wrong_usage(tmp_path, options, code):
    path = tmp_path / "tenant.db"
    build_tenant(path).close()
    with pytest.raises(UsageError) as error:
        run_torii(**{"db": path, "http": None} | options)
    assert error.value.problems[0].code == code
