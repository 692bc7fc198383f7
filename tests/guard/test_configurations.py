"""The configurations of instructions/GUARD.md as they stand there, with a server of ours in place of Torii's."""

import base64
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import anyio
import pytest
from mcp import Client, StdioServerParameters

from promptkit.connection.client import TORII_URL
from promptkit.hosts.policies import install_links
from promptkit.hosts.serving import listen
from tests.guard.fake_torii import READ, called, guarding
from tests.servers import running
from tests.sources import ROOT

TEXT = (ROOT / "instructions/GUARD.md").read_text("utf-8")
PARSERS = {"json": json.loads, "toml": tomllib.loads}
CONFIGURATIONS = [PARSERS[kind](text) for kind, text in re.findall(r"```(json|toml)\n(.*?)```", TEXT, re.DOTALL)]
SHAPES = [next(iter(configuration)) for configuration in CONFIGURATIONS]


def test_each_shape_of_configuration_stands_there_once():
    assert {"mcpServers", "servers", "mcp_servers"} <= set(SHAPES)
    assert len(SHAPES) == len(set(SHAPES))


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=SHAPES)
def test_a_pasted_configuration_starts_a_guard_that_answers(fake, tmp_path, configuration):
    (servers,) = configuration.values()
    entry = servers["torii"]
    command = str(Path(sys.executable).with_name(entry["command"]))

    async def ask(upstream):
        args = [upstream if word == TORII_URL else word for word in entry["args"]]
        start = StdioServerParameters(command=command, args=args, env={"XDG_CONFIG_HOME": str(tmp_path)})
        async with Client(start) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, (await client.call_tool("run_workflow", {})).is_error

    with running(fake.app) as origin:
        assert anyio.run(ask, f"{origin}/mcp") == ([READ], True)
    assert (tmp_path / "promptkit/guard.jsonl").exists()


ENTRIES = {shape: configuration[shape]["torii"] for shape, configuration in zip(SHAPES, CONFIGURATIONS, strict=True)}


@pytest.mark.parametrize("client", ["claude", "codex"])
def test_the_command_that_adds_the_guard_adds_the_configuration_shown(client):
    (added,) = re.findall(rf"`({client} mcp add [^`]+)`", TEXT)
    command, *args = shlex.split(added.partition(" -- ")[2])
    assert {"command": command, "args": args} == ENTRIES["mcp_servers"] == ENTRIES["mcpServers"]


def test_the_links_hold_the_configurations_shown():
    cursor, vscode = re.findall(r"^(?:cursor|vscode):\S+$", TEXT, re.MULTILINE)
    asked = parse_qs(urlsplit(cursor).query, strict_parsing=True)
    assert asked["name"] == ["torii"]
    assert json.loads(base64.b64decode(asked["config"][0], validate=True)) == ENTRIES["mcpServers"]
    assert json.loads(unquote(vscode.partition("?")[2])) == {"name": "torii", **ENTRIES["servers"]}
    made = install_links("torii", ENTRIES["mcpServers"], ENTRIES["servers"])
    assert [made["Cursor"], made["VS Code"]] == [cursor, vscode]


def test_a_task_that_nobody_watches_is_sent_through_the_guard():
    (told,) = [part for part in TEXT.split("\n\n") if part.startswith("A scheduled task")]
    assert "must go through the guard" in told
    assert "Read-only role first" in " ".join(told.split())


NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")


@pytest.mark.skipif(NGINX is None, reason="needs nginx: apt-get install nginx-light")
def test_the_reverse_proxy_passes_calls_on(library, fake, log, tmp_path):
    free = listen("127.0.0.1:0")
    port = free.getsockname()[1]
    free.close()
    with guarding(library, fake, log) as url:
        own = url.removeprefix("http://").removesuffix("/mcp")
        (server,) = re.findall(r"```nginx\n(.*?)```", TEXT, re.DOTALL)
        server = re.sub(r" +ssl_.*\n", "", server).replace("443 ssl", f"127.0.0.1:{port}")
        server = server.replace("127.0.0.1:8750", own)
        logs = "error_log stderr; access_log off;"
        text = f"daemon off; pid {tmp_path}/pid; events {{}} http {{ {logs} {server} }}"
        (tmp_path / "nginx.conf").write_text(text)
        with subprocess.Popen(
            [NGINX, "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
        ) as nginx:
            try:
                wait_for(port)
                address = f"http://127.0.0.1:{port}/CHANGE-ME-TO-A-LONG-RANDOM-WORD/mcp"
                assert not called(address, READ, era="2026-07-28").is_error
                assert not called(address, READ, {"q": "progress"}, era="legacy").is_error
                assert called(address, "run_workflow").is_error
            finally:
                nginx.terminate()


def wait_for(port):
    async def connect():
        with anyio.fail_after(10):
            while True:
                try:
                    await (await anyio.connect_tcp("127.0.0.1", port)).aclose()
                except OSError:
                    await anyio.sleep(0.05)
                else:
                    return

    anyio.run(connect)
