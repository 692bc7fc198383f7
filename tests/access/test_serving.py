import json
import signal
import socket
import subprocess
import sys
from contextlib import closing

import httpx2
import pytest

COMMAND = [sys.executable, "-m", "tests.access.operated"]


def is_taken(port):
    with closing(socket.socket()) as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_server_that_is_told_to_end_takes_nothing_new_and_finishes_what_runs():
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(COMMAND, text=True, **pipes) as process, httpx2.Client(trust_env=False) as client:
        ports = json.loads(process.stdout.readline())
        address = f"http://127.0.0.1:{ports[0]}/mcp"
        with client.stream("GET", address) as listening, client.stream("POST", address) as calling:
            heard, answer = listening.iter_lines(), calling.iter_lines()
            assert (next(heard), next(answer)) == ("data: open", "data: begun")
            process.send_signal(signal.SIGTERM)
            while is_taken(ports[0]) or is_taken(ports[1]):
                pass
            process.stdin.write("\n")
            process.stdin.flush()
            assert "data: finished" in list(answer)
            with pytest.raises(httpx2.RemoteProtocolError):
                list(heard)
        assert process.wait(20) == 0
        lines = [json.loads(line) for line in process.stderr if line.startswith("{")]
    calls = [(line["method"], line["route"], line["status"]) for line in lines if line["event"] == "request"]
    assert sorted(calls) == [("GET", "/mcp", 200), ("POST", "/mcp", 200)]
