"""Real servers over stdio and HTTP, and nothing but reads on the wire."""

import re
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import replace

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount

from promptkit.connection.client import checked_url, connect
from promptkit.connection.gate import Gate, GateError
from promptkit.errors import PromptkitError, UsageError
from promptkit.model import ToolCall
from promptkit.policy.review import tool_policy
from promptkit.torii.local import local_torii
from promptkit.torii.tenant import open_tenant
from promptkit.transcript import CallState
from tests.servers import guarded, running


@contextmanager
def served(torii):
    """The URL of a local Torii over HTTP, in a process of its own."""
    command = [*torii.command, "--http", "127.0.0.1:0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def call_on(server, library, call: ToolCall):
    async def make():
        gate = Gate()

        def review(tools):
            gate.policy = tool_policy(library, tools)

        async with connect(server, gate, review) as session:
            return await session.call(call)

    return anyio.run(make)


def test_a_read_over_stdio_returns_rows(library, torii):
    outcome = call_on(torii.command, library, ToolCall(name="list_apps", arguments={"size": 3}))
    assert (outcome.state, len(outcome.data["apps"])) == (CallState.EXECUTED, 3)


def test_a_read_over_http_returns_rows(library, torii):
    with served(torii) as url:
        outcome = call_on(url, library, ToolCall(name="list_apps", arguments={"size": 3}))
    assert (outcome.state, len(outcome.data["apps"])) == (CallState.EXECUTED, 3)


def test_an_action_is_answered_here_and_never_forwarded(library, torii):
    call = ToolCall(name="update_user", arguments={"idUser": 3, "lifecycleStatus": "offboarded"})
    outcome = call_on(torii.command, library, call)
    assert outcome.state is CallState.REFUSED
    assert outcome.text == (
        "Refused: update_user is an action tool, and only reading is allowed. Nothing was sent to the server."
    )


@pytest.mark.parametrize("over_http", [False, True])
def test_the_gate_stops_an_action_that_goes_round_the_session(library, over_http):
    async def smuggle(server):
        gate = Gate()

        def review(tools):
            gate.policy = tool_policy(library, tools)

        async with connect(server, gate, review) as session:
            call = ToolCall(name="update_user", arguments={"idUser": 3, "lifecycleStatus": "offboarded"})
            with anyio.fail_after(10):
                # Unlike `call`, this leaves the decision to whoever calls it.
                await session.forward(call)

    with local_torii() as torii:
        before = torii.digest()
        with pytest.raises((GateError, PromptkitError)):
            if over_http:
                with served(torii) as url:
                    anyio.run(smuggle, url)
            else:
                anyio.run(smuggle, torii.command)
        assert torii.digest() == before


def test_the_local_actions_really_write_when_nothing_guards_them(library):
    # Without this a leak could not be seen, and every other test would prove nothing.
    def no_guard(tools):
        read = library.reviewed_tools["list_apps"]
        rule = replace_arguments(read)
        policy = tool_policy(library, tools)
        return replace(
            policy, reviewed={"update_user": rule}, locked={tool["name"]: bare(tool) for tool in tools}, offered=None
        )

    def replace_arguments(read):
        return read.model_copy(update={"arguments": {"idUser": {}, "lifecycleStatus": {}}})

    def bare(tool):
        return tool

    async def write(torii):
        async with guarded(library, torii, no_guard) as session:
            return await session.call(
                ToolCall(name="update_user", arguments={"idUser": 3, "lifecycleStatus": "offboarded"})
            )

    with local_torii() as torii:
        before = torii.digest()
        assert anyio.run(write, torii).state is CallState.EXECUTED
        assert torii.digest() != before
        with closing(open_tenant(torii.path)) as tenant:
            (kind,) = tenant.execute("SELECT type FROM audit ORDER BY id DESC LIMIT 1").fetchone()
        assert kind == "update_user_lifecycle_status"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.toriihq.com/mcp",
        "https://api.toriihq.com.evil.example/mcp",
        "https://api.toriihq.com/mcp/",
        "https://developers.toriihq.com/mcp",
        "https://torii-mcp.example/mcp",
        "https://api.toriihq.com:8443/mcp",
        "https://user:secret@api.toriihq.com/mcp",
        "https://127.0.0.1/mcp",
        "http://169.254.169.254/latest",
        "http://user@127.0.0.1/mcp",
        "http://:secret@127.0.0.1/mcp",
        "http://127.0.0.1:9/mcp?key=secret",
        "http://127.0.0.1:9/mcp#secret",
        "http://127.0.0.1:9/mcp;secret",
        "http://127.0.0.1:secret/mcp",
        "http://[::1",
        "file:///etc/passwd",
        "https://\u0430pi.toriihq.com/mcp",
        "",
    ],
)
def test_a_server_that_is_neither_torii_nor_local_is_refused(url):
    with pytest.raises(UsageError):
        checked_url(url)


def test_an_allowed_host_is_read_at_https_alone_and_no_other_host_with_it():
    assert checked_url("https://guard.example/word/mcp", ["guard.example"]) == "https://guard.example/word/mcp"
    for url in (
        "http://guard.example/mcp",
        "https://guard.example.evil.example/mcp",
        "https://evil.example/guard.example",
        "https://guard.example@evil.example/mcp",
        "https://guard.example/mcp?key=secret",
    ):
        with pytest.raises(UsageError):
            checked_url(url, ["guard.example"])


@pytest.mark.parametrize(
    ("status", "path", "fix"),
    [
        (404, "", "check the path: most servers have MCP at /mcp"),
        (403, "mcp", "ask its admin: "),
        (501, "mcp", "something else answers there: check the port and the path"),
    ],
)
def test_a_server_that_is_none_of_mcp_says_what_to_check(status, path, fix):
    async def connect_to(url):
        async with connect(url, Gate(), lambda _: None):
            pass

    app = Starlette(routes=[Mount("/", app=Response(status_code=status))])
    with running(lambda _: app) as url, pytest.raises(PromptkitError) as failed:
        anyio.run(connect_to, f"{url}/{path}")
    (problem,) = failed.value.problems
    assert (problem.message.rpartition(": ")[2], problem.fix[: len(fix)]) == (f"HTTP {status}", fix)


def test_a_server_that_is_not_there_is_a_clear_error(library):
    with pytest.raises(PromptkitError, match=r"\[no-server\] no MCP server answers at http://127.0.0.1:9/mcp"):
        call_on("http://127.0.0.1:9/mcp", library, ToolCall(name="list_apps"))


def test_a_command_that_is_not_there_is_a_clear_error(library):
    with pytest.raises(PromptkitError, match=r"\[no-server\]"):
        call_on(("no-such-command-anywhere",), library, ToolCall(name="list_apps"))


def test_a_command_that_is_no_server_is_a_clear_error(library):
    with pytest.raises(PromptkitError, match=re.escape("[no-server]")):
        call_on((sys.executable, "-c", "print('hello')"), library, ToolCall(name="list_apps"))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/mcp?key=CANARY",
        "http://:CANARY@127.0.0.1:9/mcp",
        "http://CANARY@127.0.0.1:9/mcp#CANARY",
        "http://127.0.0.1:CANARY/mcp",
        "npx server http://me:CANARY@127.0.0.1:9/mcp",
        "CANARY",
    ],
)
def test_no_secret_of_an_address_is_in_an_error(library, url):
    with pytest.raises(
        UsageError, match=r"is not the address of a Torii server|is given with a (user|query)|does not begin with"
    ) as refused:
        call_on(url, library, ToolCall(name="list_apps"))
    assert "CANARY" not in str(refused.value)


def test_a_command_that_is_nearly_the_local_torii_is_taken_for_a_slip(library):
    with pytest.raises(PromptkitError, match="fix: write local"):
        call_on(("lcoal",), library, ToolCall(name="list_apps"))


@pytest.mark.parametrize(
    "command",
    [
        ("/nowhere/CANARY/no-such-command", "--key", "CANARY"),
        ("KEY=CANARY", "npx"),
        (sys.executable, "-c", "print('CANARY')", "CANARY"),
    ],
)
def test_no_secret_of_a_command_is_in_an_error(library, command, capfd):
    with pytest.raises(PromptkitError, match=r"\[no-server\] no MCP server answers at") as failed:
        call_on(command, library, ToolCall(name="list_apps"))
    assert "CANARY" not in str(failed.value) + "".join(capfd.readouterr())
