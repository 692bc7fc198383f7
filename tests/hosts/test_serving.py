"""How our servers begin and end over stdio: for clients that waited too long, and with the server that each started."""

import json
import os
import shlex
import signal
import subprocess
import sys
from itertools import chain
from pathlib import Path

import pytest

from promptkit.audit.audit import Auditor, audit
from promptkit.connection.stand_in import STAND_IN_NOTICE
from promptkit.policy.review import tool_policy
from promptkit.policy.verdict import Verdict
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


def call(id_, value):
    arguments = f'{{"name": "run_workflow", "arguments": {{"x": {value}}}}}'
    return f'{{"jsonrpc": "2.0", "id": {id_}, "method": "tools/call", "params": {arguments}}}'


UNREADABLE = {
    call(2, '"\\ud800"'): [(2, -32700)],
    call(3, "9" * 5000): [(3, -32700)],
    f"[{call(4, 1)}, {call(5, 2)}]": [(4, -32600), (5, -32600)],
    call('"\\ud800"', 1): [(None, -32700)],
    "[" * 100_000: [(None, -32700)],
    '{"id": 6, "method": "tools/call"}': [(6, -32600)],
    '{"jsonrpc": "2.0", "method": "tools/call", "params": {"name": "run_workflow"}}': [(None, -32600)],
}


def test_what_a_guard_over_stdio_cannot_read_is_answered_and_logged_and_goes_nowhere(library, tmp_path):
    file, lock, log = tmp_path / "messages.jsonl", library.instructions / "tools.lock.json", tmp_path / "guard.jsonl"
    upstream = f"{sys.executable} {Path(raw_torii.__file__)} {file} {lock}"
    with started("guard", "--upstream", upstream, "--log", str(log)) as process:
        asked(process, 1, "initialize", HELLO)
        process.stdin.write("".join(f"{text}\n\n" for text in UNREADABLE).encode())
        process.stdin.flush()
        got = [json.loads(process.stdout.readline()) for _ in chain(*UNREADABLE.values())]
        read = asked(process, 9, "tools/call", {"name": "list_apps", "arguments": {"q": "after"}})
        process.stdin.close()
    assert [(one["id"], one["error"]["code"]) for one in got] == list(chain(*UNREADABLE.values()))
    assert "result" in read
    assert file.read_text().count("tools/call") == 1
    (audited,) = audit([log], Auditor(tool_policy(library))).results
    assert (audited.verdict, audited.ground) == (Verdict.INCONCLUSIVE, "gap")
    refused = [line for line in map(json.loads, log.read_text().splitlines()) if line["allowed"] is False]
    assert len(refused) == len(UNREADABLE)


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
