"""The guard as a client sees it: what is allowed passes as it is, all else is answered, and it runs for days."""

import json
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress

import anyio
import pytest
from mcp import Client, MCPError, StdioServerParameters

from promptkit.commands.audit import run_audit
from promptkit.commands.guard import run_guard
from promptkit.errors import UsageError
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from tests.guard.fake_torii import ERAS, READ, SIZES, asked, called, client, guarding, leaf, lines
from tests.servers import running


@ERAS
def test_an_allowed_call_comes_back_as_the_server_answered_it(guarded, era):
    result = called(guarded, READ, {"size": 1}, era)
    assert (result.content[0].text, result.structured_content) == ("rows", {"apps": [], "nextCursor": "c2"})
    assert result.meta["torii.example/trace"] == "t1"


@ERAS
def test_an_error_of_the_tool_comes_back_as_one(guarded, era):
    result = called(guarded, READ, {"q": "tool error"}, era)
    assert (result.is_error, result.content[0].text) == (True, "no such app")


@ERAS
def test_an_error_of_the_protocol_comes_back_with_its_code_and_data(guarded, era):
    with pytest.raises(ExceptionGroup) as raised:
        called(guarded, READ, {"q": "protocol error"}, era)
    error = leaf(raised.value)
    assert (error.code, error.message, error.data) == (-32099, "busy", {"until": "noon"})


@ERAS
def test_progress_comes_through(guarded, era):
    seen = []

    async def ask(connected):
        async def progress(*told):
            seen.append(told)

        await connected.call_tool(READ, {"q": "progress"}, progress_callback=progress)

    asked(guarded, ask, era)
    assert seen == [(1.0, 2.0, "half")]


async def until(happened):
    with anyio.fail_after(5):
        while not happened():
            await anyio.sleep(0.01)


@ERAS
def test_a_call_that_the_client_cancels_is_cancelled_at_the_server(guarded, fake, era):
    async def ask(connected):
        async with anyio.create_task_group() as group:
            group.start_soon(connected.call_tool, READ, {"q": "slow"})
            await until(lambda: fake.calls)
            group.cancel_scope.cancel()
        await until(lambda: fake.cancelled)

    asked(guarded, ask, era)
    assert fake.cancelled == 1


@ERAS
def test_a_refused_call_is_answered_in_words_and_never_forwarded(guarded, fake, era):
    result = called(guarded, "run_workflow", {"idWorkflow": 1}, era)
    assert (result.is_error, result.content[0].text) == (
        True,
        "Refused: run_workflow is an action tool, and only reading is allowed. Nothing was sent to the server.",
    )
    assert fake.calls == []


def test_a_refusal_for_one_client_leaves_the_others_alone(guarded):
    async def ask(first):
        async with client(guarded) as second:
            assert (await first.call_tool("run_workflow", {})).is_error
            return await second.call_tool(READ, {}), await first.call_tool(READ, {})

    assert not any(result.is_error for result in asked(guarded, ask))


def names(url, era="2026-07-28"):
    async def ask(connected):
        return [tool.name for tool in (await connected.list_tools()).tools]

    return asked(url, ask, era)


@ERAS
def test_only_allowed_tools_are_listed(guarded, era):
    assert names(guarded, era) == [READ]


def test_with_show_all_every_tool_is_listed_and_refused_at_the_call(library, fake, log):
    with guarding(library, fake, log, show_all=True) as url:
        assert names(url) == [READ, "run_workflow", "update_user"]
        assert called(url, "update_user", {"idUser": 1}).is_error


def test_the_servers_wish_for_a_sample_is_refused_and_not_passed_on(guarded):
    asked_for = []

    async def sample(*given):
        asked_for.append(given)

    async def ask(connected):
        with suppress(MCPError):
            return await connected.call_tool(READ, {"q": "sampling"})

    asked(guarded, ask, "legacy", sampling_callback=sample)
    assert asked_for == []
    assert not called(guarded, READ).is_error


def test_the_log_has_each_call_before_it_is_sent_and_audit_reads_it(library, guarded, log, tmp_path, capsys):
    called(guarded, READ, {"size": 2})
    called(guarded, "run_workflow", {"idWorkflow": 7})
    told = [(line["tool"], line["arguments"], line["allowed"]) for line in lines(log) if line["method"] == "tools/call"]
    assert told == [(READ, {"size": 2}, True), ("run_workflow", {"idWorkflow": 7}, False)]
    assert run_audit(library, [log], as_json_=True) == 1
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert [(call["tool"], call["state"]) for call in result["calls"]] == [
        (READ, "unknown"),
        ("run_workflow", "refused"),
    ]
    assert result["verdict"] == "attempted"


def test_a_log_of_reads_alone_is_clean(library, guarded, log, capsys):
    called(guarded, READ)
    assert run_audit(library, [log], as_json_=True) == 0


def test_without_a_log_nothing_is_sent(guarded, fake, log):
    called(guarded, READ)
    log.unlink()
    log.mkdir()
    with pytest.raises(ExceptionGroup) as raised:
        called(guarded, READ)
    assert "cannot write the audit log: Is a directory; give another file" in str(leaf(raised.value))
    assert len(fake.calls) == 1


@pytest.mark.parametrize("status", [429, 500])
def test_an_http_error_is_the_error_of_that_call_alone(guarded, fake, status):
    called(guarded, READ)
    fake.status = status
    with pytest.raises(ExceptionGroup) as raised:
        called(guarded, READ)
    assert leaf(raised.value).data["httpStatus"] == status
    fake.status = None
    assert not called(guarded, READ).is_error


async def hear(*told):
    """What a client does with progress that it does not need."""


STREAMED = pytest.mark.parametrize("progress", [None, hear], ids=["plain", "stream"])


@STREAMED
def test_a_large_answer_comes_whole(guarded, progress):
    async def ask(connected):
        return await connected.call_tool(READ, {"q": "large"}, progress_callback=progress)

    assert len(asked(guarded, ask, "legacy").content[0].text) == SIZES["large"]


@STREAMED
def test_an_answer_larger_than_the_limit_is_an_error_and_the_session_goes_on(guarded, progress):
    async def ask(connected):
        with pytest.raises(MCPError) as raised:
            await connected.call_tool(READ, {"q": "huge"}, progress_callback=progress)
        return "33554432 byte" in raised.value.message, (await connected.call_tool(READ, {})).is_error

    assert asked(guarded, ask) == (True, False)


@ERAS
def test_a_server_that_restarts_is_found_again_and_the_clients_stay(library, fake, log, era):
    with ExitStack() as before:
        origin = before.enter_context(running(fake.app))
        guard = Guard(library, f"{origin}/mcp", AuditLog(log), show_all=False, tell=lambda _: None)

        async def ask(connected):
            seen = [(await connected.call_tool(READ, {})).is_error]
            before.close()
            with running(fake.app, origin.removeprefix("http://")):
                return [*seen, (await connected.call_tool(READ, {})).is_error]

        with running(lambda _: guard.build().streamable_http_app()) as own:
            assert asked(f"{own}/mcp", ask, era) == [False, False]


def test_while_the_server_is_away_an_action_is_still_refused_at_once(library, log):
    guard = Guard(library, "http://127.0.0.1:9/mcp", AuditLog(log), show_all=False, tell=lambda _: None)

    async def run():
        async with Client(guard.build()) as connected:
            return await connected.call_tool("run_workflow", {})

    assert anyio.run(run).content[0].text.startswith("Refused: ")


def test_fifty_clients_at_once_get_their_own_answers(guarded, fake):
    async def one(number):
        async with client(guarded, ["2026-07-28", "legacy"][number % 2]) as connected:
            assert not (await connected.call_tool(READ, {"size": number + 1})).is_error

    async def run():
        async with anyio.create_task_group() as group:
            for number in range(50):
                group.start_soon(one, number)

    anyio.run(run)
    assert sorted(call["size"] for call in fake.calls) == list(range(1, 51))


def test_a_client_that_stops_reading_holds_up_nobody(guarded):
    async def run():
        slow = [await anyio.connect_tcp("127.0.0.1", int(guarded.split(":")[2].split("/")[0])) for _ in range(100)]
        for stream in slow:
            await stream.send(b"POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        async with client(guarded) as connected:
            result = await connected.call_tool(READ, {})
        for stream in slow:
            await stream.aclose()
        return result

    assert not anyio.run(run).is_error


def test_the_command_serves_on_stdio_before_a_server_over_stdio(log):
    guard = ["-m", "promptkit", "guard", "--upstream", f"{sys.executable} -m promptkit torii", "--log", str(log)]

    async def run():
        async with Client(StdioServerParameters(command=sys.executable, args=guard)) as connected:
            read = await connected.call_tool(READ, {"size": 2})
            return read, await connected.call_tool("update_user", {"idUser": 1, "lifecycleStatus": "offboarded"})

    read, refused = anyio.run(run)
    assert (len(read.structured_content["apps"]), refused.is_error) == (2, True)


def test_the_command_serves_over_http(log):
    guard = [sys.executable, "-m", "promptkit", "guard", "--upstream", "http://127.0.0.1:9/mcp", "--log", str(log)]
    process = subprocess.Popen([*guard, "--http", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        assert called(process.stdout.readline().decode().strip(), "run_workflow").is_error
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)
    assert process.returncode == 0


@pytest.mark.parametrize("address", ["0.0.0.0:1", ":1", "192.168.0.1:1", "guard.example:1"])
def test_it_listens_on_this_machine_only(library, log, address):
    with pytest.raises(UsageError, match="open to other machines"):
        run_guard(library, "http://127.0.0.1:9/mcp", http=address, log=log, show_all=False)


@pytest.mark.parametrize("upstream", ["https://evil.example/mcp", "", "'"])
def test_an_upstream_that_is_none_is_a_usage_error(library, log, upstream):
    with pytest.raises(UsageError):
        run_guard(library, upstream, http=None, log=log, show_all=False)
