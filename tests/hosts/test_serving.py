"""How our servers begin and end over stdio: for clients that waited too long, and with the server that each started."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from promptkit.connection.stand_in import STAND_IN_NOTICE
from tests.guard import own_server, raw_torii

HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
SIGNALS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])


def started(*arguments):
    command = [sys.executable, "-m", "promptkit", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def asked(process, id_, method, params):
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": id_, "method": method, "params": params}).encode() + b"\n")
    process.stdin.flush()
    return next(one for one in map(json.loads, process.stdout) if one.get("id") == id_)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


DISCOVER = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.mark.parametrize(
    ("then", "answered"),
    [
        (["notifications/cancelled", "initialize"], {"initialize": "2025-11-25"}),
        (["initialize"], {"initialize": "2025-11-25"}),
        (["tools/list"], {"server/discover": None, "tools/list": None}),
        ([], {"server/discover": None}),
    ],
    ids=lambda value: " ".join(value) or "nothing",
)
def test_a_client_that_gave_up_asking_for_revisions_gets_its_older_session(tmp_path, then, answered):
    params = {"notifications/cancelled": {"requestId": "server/discover"}, "initialize": HELLO}
    messages = [
        {"method": method, "params": params.get(method, {"_meta": DISCOVER})}
        | ({} if method.startswith("notifications/") else {"id": method})
        for method in ["server/discover", *then]
    ]
    lines = b"".join(json.dumps({"jsonrpc": "2.0", **one}).encode() + b"\n" for one in messages)
    upstream = shlex.join([sys.executable, own_server.__file__, str(tmp_path / "calls")])
    with started("guard", "--upstream", upstream, "--log", str(tmp_path / "guard.jsonl")) as process:
        process.stdin.write(lines)
        process.stdin.flush()
        got = [json.loads(process.stdout.readline()) for _ in answered]
        process.stdin.close()
    assert {one["id"]: one["result"].get("protocolVersion") for one in got} == answered


@SIGNALS
def test_a_guard_that_is_told_to_end_ends_its_server_even_one_that_reads_no_more(library, tmp_path, number):
    file, lock = tmp_path / "messages.jsonl", library.instructions / "tools.lock.json"
    upstream = f"{sys.executable} {Path(raw_torii.__file__)} {file} {lock}"
    with started("guard", "--upstream", upstream, "--log", str(tmp_path / "guard.jsonl")) as process:
        asked(process, 1, "initialize", HELLO)
        read = asked(process, 2, "tools/call", {"name": "list_apps", "arguments": {"q": "deaf"}})
        server = int(read["result"]["content"][0]["text"])
        assert is_running(server)
        process.send_signal(number)
        assert process.wait(20) == -number
        assert not is_running(server)
        assert b"Traceback" not in process.stderr.read()


@SIGNALS
def test_a_server_of_views_that_is_told_to_end_leaves_no_tenant_and_no_server_behind(tmp_path, number, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with started("serve", "--server", "local") as process:
        asked(process, 1, "initialize", HELLO)
        asked(process, 2, "tools/call", {"name": "answer_view", "arguments": {"name": "renewal_calendar"}})
        (tenant,) = tmp_path.glob("promptkit-*/tenant.db")
        process.send_signal(number)
        assert process.wait(20) == -number
        assert not tenant.exists()
        assert process.stderr.read().decode() == f"{STAND_IN_NOTICE}\n"
