"""Runs one client against one server, directly or through the guard, and keeps every byte that reaches the server."""

import asyncio
import json
import os
import shlex
import signal
import socket
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60
_NOTICE_SECONDS = 5
_MAX_LINE_BYTES = 2**26
# A server on stdio that writes down its process and what it is sent; it is killed by that number.
_RECORDED = 'echo $$ > "$0.pid"; exec "$@" < <(tee -a "$0")'


class Run:
    """A client's run; `record` has what the server was sent, if it is behind the guard.

    Args:
        client: the command line of the client.
        folder: is created for the records.
    """

    def __init__(self, client, folder):
        self.client = client
        self.folder = folder
        self.record = folder / "sent"
        folder.mkdir()

    async def direct(self, transport, server, calls):
        """What the client saw of the server."""
        if transport == "stdio":
            return (await self._ask(server, calls, "auto", 1))[0]
        port = free_port()
        async with started(server, port, self.folder):
            return (await self._ask(f"http://127.0.0.1:{port}/mcp", calls, "auto", 1))[0]

    async def guarded(self, transport, server, calls, mode, options):
        """What the client saw through the guard: before the server was started anew, and after.

        `mode` is that of the Python SDK: "legacy" for revisions before 2026, or "auto".
        """
        if transport == "stdio":
            recorded = shlex.join(["bash", "-c", _RECORDED, str(self.record), *shlex.split(server)])
            return await self._ask(shlex.join(self._guard(recorded, options)), calls, mode, 2, self._kill)
        port, relayed, guard = free_port(), free_port(), free_port()
        command = [*self._guard(f"http://127.0.0.1:{relayed}/mcp", options), "--http", f"127.0.0.1:{guard}"]
        async with (
            started(server, port, self.folder) as restart,
            relay(relayed, port, self.record),
            started(shlex.join(command), guard, self.folder),
        ):
            return await self._ask(f"http://127.0.0.1:{guard}/mcp", calls, mode, 2, restart)

    async def lock(self, transport, server, options):
        """Accept what the server lists as reviewed."""
        if transport == "stdio":
            await self._lock(server, options)
            return
        port = free_port()
        async with started(server, port, self.folder):
            await self._lock(f"http://127.0.0.1:{port}/mcp", options)

    async def _lock(self, server, options):
        nobody, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
        command = promptkit("tools", "lock", *options, "--server", server)
        process = await spawn(command, self.folder, stdin=nobody, stdout=pipe, stderr=asyncio.subprocess.STDOUT)
        said, _ = await process.communicate()
        if process.returncode:
            raise EOFError(said.decode()[-600:])

    def _guard(self, upstream, options):
        return promptkit("guard", *options, "--log", str(self.folder / "guard.jsonl"), "--upstream", upstream)

    async def _kill(self):
        """End the server behind the guard, and wait until the guard has started it anew or could not notice."""
        number = self.record.with_suffix(".pid")
        process = int(number.read_text())
        number.unlink()
        os.kill(process, signal.SIGKILL)
        with suppress(TimeoutError):
            async with asyncio.timeout(_NOTICE_SECONDS):
                while not number.exists():
                    await asyncio.sleep(0.1)

    async def _ask(self, target, calls, mode, rounds, between=None):
        command = [*self.client, target, json.dumps(calls), mode]
        pipe, errors = asyncio.subprocess.PIPE, self.folder / "client.log"
        with errors.open("wb") as log:
            process = await spawn(command, self.folder, stdin=pipe, stdout=pipe, stderr=log, limit=_MAX_LINE_BYTES)
            answers = []
            try:
                for number in range(rounds):
                    if number:
                        await between()
                    process.stdin.write(b"\n")
                    line = await asyncio.wait_for(process.stdout.readline(), _PATIENCE_SECONDS)
                    if not line:
                        raise EOFError(f"the client ended in round {number + 1}: {errors.read_text()[-600:]}")
                    answers.append(json.loads(line))
                process.stdin.close()
                await asyncio.wait_for(process.wait(), _PATIENCE_SECONDS)
            finally:
                await end(process)
        return answers


@asynccontextmanager
async def started(command, port, folder):
    """Runs a server over HTTP; what it yields starts it anew."""
    processes = []

    async def start():
        if processes:
            await end(processes.pop())
        words = shlex.split(command.replace("{port}", str(port)))
        with (folder / "server.log").open("ab") as log:
            processes.append(await spawn(words, folder, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log))
        await listening(port)

    try:
        await start()
        yield start
    finally:
        for process in processes:
            await end(process)


def promptkit(*arguments):
    """The command line of ours; clients on stdio start it with another environment."""
    return ["env", f"PYTHONPATH={_ROOT}", sys.executable, "-m", "promptkit", *arguments]


async def spawn(command, folder, **pipes):
    return await asyncio.create_subprocess_exec(*command, cwd=folder, start_new_session=True, **pipes)


async def end(process):
    """Kill a process and its group, and wait for it."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


async def listening(port):
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


@asynccontextmanager
async def relay(port, target, record):
    """Passes bytes on to another port, and writes down those that go there."""

    async def connected(reader, writer):
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        with record.open("ab", buffering=0) as kept:
            await asyncio.gather(pump(reader, there_writer, kept.write), pump(there_reader, writer, len))

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()


async def pump(reader, writer, seen):
    try:
        while data := await reader.read(65536):
            seen(data)
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
