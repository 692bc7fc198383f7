"""A server that is not Torii's, over stdio: its tools are locked in files of their own, and the guard goes by them."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

from promptkit.commands import opening
from promptkit.commands.tools import OfferedList, diff_tools, lock_tools, suggest_classes
from promptkit.connection.client import TORII_URL, checked_url
from promptkit.errors import PromptkitError, UsageError
from promptkit.policy.review import load_tool_lock
from tests.guard import own_server

SECRET, WORD = "CANARY-in-the-environment", "CANARY-word-1"


@pytest.fixture
def calls(tmp_path):
    """The file in which the server counts the calls that it takes."""
    return tmp_path / "calls"


@pytest.fixture
def server(calls, no_secrets):
    return shlex.join([sys.executable, own_server.__file__, str(calls), f"--token={WORD}"])


@pytest.fixture
def files(tmp_path):
    """The two files of a review that nobody has begun."""
    return tmp_path / "my.yaml", tmp_path / "my.lock.json"


@pytest.fixture
def lock(server, files, monkeypatch):
    """Locks the server's tools at a terminal; `typed` is what a person types, line by line."""

    def run(typed):
        ours, theirs = os.openpty()
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        with os.fdopen(theirs) as terminal:
            monkeypatch.setattr("sys.stdin", terminal)
            try:
                return lock_tools(opening.library_with(*files), OfferedList(server))
            finally:
                os.close(ours)

    return run


REVIEW = ["Ada", "read", "its page", "action", "its page"]
READ = {"filter": {"text": "a"}}


def guarded(words, ask, tmp_path, **environment):
    """What `ask` returns, given a client of a guard that is started with these words; and what it wrote to stderr."""

    async def run():
        words_ = ["-m", "promptkit", "guard", "--log", str(tmp_path / "log"), *words]
        start = StdioServerParameters(command=sys.executable, args=words_, env={**os.environ, **environment})
        with anyio.fail_after(60):
            async with Client(start) as client:
                return await ask(client)

    return anyio.run(run)


def test_a_review_of_its_own_lets_reads_of_any_server_through_and_nothing_else(lock, server, files, calls, tmp_path):
    assert lock(REVIEW) == 0
    tools, locked = files

    async def ask(client):
        names = [tool.name for tool in (await client.list_tools()).tools]
        read = await client.call_tool("list_notes", READ)
        other = await client.call_tool("list_notes", {"filter": {"text": 1}})
        action = await client.call_tool("delete_note", {})
        return names, read.is_error, other.content[0].text, action.content[0].text

    names, failed, other, action = guarded(
        ["--upstream", server, "--tools", str(tools), "--lock", str(locked)], ask, tmp_path
    )
    assert (names, failed) == (["list_notes"], False)
    assert "1 is not of type 'string'" in other
    assert action.startswith("Refused: delete_note is an action tool")
    assert calls.read_text() == "list_notes\n"


def test_torii_s_own_review_knows_no_tool_of_another_server(server, calls, tmp_path):
    async def ask(client):
        return (await client.call_tool("list_notes", READ)).content[0].text

    assert "not in the reviewed list" in guarded(["--upstream", server], ask, tmp_path)
    assert not calls.exists()


def test_the_server_s_process_gets_the_variables_that_are_named_and_no_secret_comes_back(
    lock, server, files, calls, tmp_path
):
    lock(REVIEW)
    tools, locked = files
    words = ["--upstream", server, "--tools", str(tools), "--lock", str(locked), "--env", "API_TOKEN"]

    async def ask(client):
        return json.loads((await client.call_tool("list_notes", READ)).content[0].text)

    told = guarded(words, ask, tmp_path, API_TOKEN=SECRET, OTHER_TOKEN="CANARY-of-another")
    assert told["environment"]["API_TOKEN"] == "[redacted]"
    assert "OTHER_TOKEN" not in told["environment"]
    assert told["arguments"][1:] == ["--token=[redacted]"]
    assert "CANARY" not in (tmp_path / "log").read_text()


def test_the_files_of_a_review_hold_nothing_of_the_command_line_but_the_program(lock, files):
    lock(REVIEW)
    assert "CANARY" not in "".join(path.read_text("utf-8") for path in files)
    assert json.loads(files[1].read_text("utf-8"))["server"] == Path(sys.executable).name


def test_diff_and_suggest_ask_a_command_too(lock, server, files, capsys):
    lock(REVIEW)
    capsys.readouterr()
    assert diff_tools(opening.library_with(*files), OfferedList(server), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert suggest_classes(OfferedList(server), as_json=True) == 0
    assert {one["name"]: one["class"] for one in json.loads(capsys.readouterr().out)} == {
        "list_notes": "read",
        "delete_note": "action",
    }


def test_a_review_that_was_not_finished_leaves_no_file(lock, files):
    with pytest.raises(PromptkitError, match="answers ended"):
        lock(["Ada", "read", "", "its page", "\x04"])
    assert [path for path in files if path.exists()] == []


def test_a_review_that_was_not_begun_lets_nothing_start_and_says_how_to_begin(server, files):
    own = opening.library_with(*files)
    with pytest.raises(PromptkitError, match=r"my\.lock\.json: .*missing.*\n.*tools lock with the same --tools"):
        load_tool_lock(own)
    with pytest.raises(PromptkitError, match=r"2 tools have no class: .*\n.*run it in a terminal"):
        lock_tools(own, OfferedList(server))


@pytest.mark.parametrize("named", [(Path("my.yaml"), None), (None, Path("my.lock.json"))], ids=str)
def test_a_review_is_two_files_or_none(named):
    with pytest.raises(UsageError, match="name both"):
        opening.library_with(*named)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["true", "--env", "NOT_SET_HERE"], "NOT_SET_HERE is not a variable of this environment"),
        (["true", "--env", f"API_TOKEN={SECRET}"], "what follows --env is not a variable of this environment"),
        (["http://127.0.0.1:9/mcp", "--env", "HOME"], "a server at a URL gets no environment"),
        (["https://mcp.example/mcp"], "https://mcp.example/mcp is not the address of a Torii server"),
        ([f"http://127.0.0.1:9/mcp?api_key={SECRET}"], "http://127.0.0.1:9/mcp is given with a query"),
        ([f"http://ada:{SECRET}@127.0.0.1:9/mcp"], "http://127.0.0.1:9/mcp is given with a user or a password"),
    ],
    ids=lambda value: value[-1][:30] if isinstance(value, list) else "",
)
def test_what_cannot_be_passed_on_or_reached_is_an_error_without_the_secret(words, told, tmp_path):
    command = [sys.executable, "-m", "promptkit", "guard", "--log", str(tmp_path / "log"), "--upstream", *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 2
    assert told in done.stderr
    assert "CANARY" not in done.stdout + done.stderr


def test_a_server_with_a_review_of_its_own_may_be_anywhere_but_its_address_holds_no_secret():
    assert checked_url("https://mcp.example/mcp", may_be_other=True) == "https://mcp.example/mcp"
    assert checked_url(TORII_URL, may_be_other=True) == TORII_URL
    for url in ("http://mcp.example/mcp", "https://a:b@mcp.example/mcp", "https://mcp.example/mcp?key=x", "ftp://x/"):
        with pytest.raises(UsageError, match=r"is not the plain address of a server|is given with a (user|query)"):
            checked_url(url, may_be_other=True)
