import json
import signal
import socket
import subprocess
import sys
from contextlib import AsyncExitStack, closing, suppress

import anyio
import pytest
from mcp import Client
from starlette.applications import Starlette

from promptkit.access.metrics import Metrics
from promptkit.access.operations import Operations
from promptkit.access.readiness import Readiness
from promptkit.access.serving import serve_until_told
from promptkit.errors import UsageError
from promptkit.hosts.serving import listen

COMMAND = [sys.executable, "-m", "tests.access.operated"]


def is_taken(port):
    with closing(socket.socket()) as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


async def called_while_it_ends(process, ports, era):
    """What a call is answered by a server that is told to end as soon as the call has begun, if it does end."""
    begun = anyio.Event()

    async def end(*_):
        process.send_signal(signal.SIGTERM)
        begun.set()

    async def finish():
        await begun.wait()
        while any(map(is_taken, ports)):
            await anyio.lowlevel.checkpoint()
        process.stdin.write("\n")
        process.stdin.flush()

    answers = []
    # The SDK's client ends with an error once it asks for something more.
    with suppress(ExceptionGroup):
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(Client(f"http://127.0.0.1:{ports[0]}/mcp", mode=era))
            if era != "legacy":
                await stack.enter_async_context(client.listen(tools_list_changed=True))
            await client.list_tools()
            tasks = await stack.enter_async_context(anyio.create_task_group())
            tasks.start_soon(finish)
            answer = await client.call_tool("wait", {}, progress_callback=end)
            await anyio.to_thread.run_sync(process.wait, 20)
            answers.append(answer.content[0].text)
    return answers


@pytest.mark.parametrize("era", ["2026-07-28", "legacy"])
def test_a_server_that_is_told_to_end_takes_nothing_new_and_finishes_what_runs(era):
    """A client also listens all the while, which would last as long as the server waits."""
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(COMMAND, text=True, **pipes) as process:
        ports = json.loads(process.stdout.readline())
        assert anyio.run(called_while_it_ends, process, ports, era) == ["finished"]
        assert process.wait(20) == 0
        lines = [json.loads(line) for line in process.stderr if line.startswith("{")]
    assert {line["route"] for line in lines if line["event"] == "request"} == {"/mcp"}


def test_people_and_operators_have_ports_of_their_own():
    app = Operations(Starlette(), frozenset(), Readiness({}), Metrics())
    with closing(listen("127.0.0.1:0")) as shared, pytest.raises(UsageError, match="cannot share a port"):
        serve_until_told(app, [shared, shared])
