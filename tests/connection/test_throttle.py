"""Calls within the limit of their tool, and calls again where the server is too busy."""

import asyncio
from urllib.parse import urlsplit

import anyio
import pytest

from promptkit.connection.open_session import open_session
from promptkit.connection.session import Outcome
from promptkit.connection.throttle import LEAST_PER_MINUTE, MAX_TRIES, ThrottledSession, calls_per_minute
from promptkit.model import ToolCall, ToolClass
from promptkit.policy.decision import Decision
from promptkit.torii.local import local_torii
from promptkit.transcript import CallState
from tests.servers import served

READ = ToolCall(name="list_apps", arguments={"size": 1})
OTHER = ToolCall(name="list_contracts", arguments={"size": 1})


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop on which nothing takes time: its clock jumps to whatever comes next."""

    def __init__(self):
        super().__init__()
        self._skipped, select = 0.0, self._selector.select

        def skip(timeout=None):
            self._skipped += timeout or 0
            return select(0)

        self._selector.select = skip

    def time(self):
        return super().time() + self._skipped


def on_skipping_loop(run):
    return anyio.run(run, backend_options={"loop_factory": SkippingLoop})


class Scripted:
    """A session whose first calls are told to wait as given, or of which `until` a time all are; it notes the times."""

    tools, protocol, server = (), "", ""

    def __init__(self, *waits, until=0.0):
        self.waits, self.until, self.times = list(waits), until, []

    def decide(self, call):
        return Decision(call.name != "update_user", "read-tool", "")

    async def call(self, call):
        now = anyio.current_time()
        self.times.append((call.name, now))
        await anyio.lowlevel.checkpoint()
        wait = self.waits.pop(0) if self.waits else 10.0 if now < self.until else None
        return Outcome(self.decide(call), CallState.FAILED if wait else CallState.EXECUTED, "", None, wait)


async def at_once(session, *calls):
    """What becomes of calls that are made at the same time, in the order of the calls."""
    outcomes = [None] * len(calls)

    async def make(number, call):
        outcomes[number] = await session.call(call)

    async with anyio.create_task_group() as group:
        for number, call in enumerate(calls):
            group.start_soon(make, number, call)
    return outcomes


@pytest.mark.parametrize(("busy", "calls", "state"), [(2, 3, CallState.EXECUTED), (99, 5, CallState.FAILED)])
def test_a_busy_server_is_asked_five_times_at_most(library, busy, calls, state):
    session = Scripted(*[0.001] * busy)
    assert anyio.run(ThrottledSession(session, library.reviewed_tools).call, READ).state is state
    assert len(session.times) == calls


def test_a_documented_limit_is_at_least_the_one_that_holds_without(library):
    limits = {name: tool.per_minute for name, tool in library.reviewed_tools.items() if tool.per_minute}
    assert min(limits.values()) == LEAST_PER_MINUTE
    assert all(library.reviewed_tools[name].tool_class is ToolClass.READ for name in limits)


def test_a_share_of_a_limit_is_never_nothing(library):
    tool = library.reviewed_tools["list_apps"]
    assert [calls_per_minute(tool, share) for share in (1, 0.5, 0.0001)] == [180, 90, 1]


@pytest.mark.parametrize("tool", ["list_contracts", "list_apps", "get_user_application"])
def test_a_whole_minutes_calls_go_at_once_and_no_minute_has_more(library, tool):
    limit = calls_per_minute(library.reviewed_tools[tool])
    session = Scripted()

    async def run():
        await at_once(ThrottledSession(session, library.reviewed_tools), *[ToolCall(name=tool)] * (3 * limit))
        return [time for _, time in session.times]

    times = on_skipping_loop(run)
    assert len(times) == 3 * limit
    assert times[limit - 1] - times[0] < 1
    assert all(later - earlier >= 60 for earlier, later in zip(times, times[limit:], strict=False))
    assert times[-1] - times[0] < 125


def test_a_call_waits_for_the_limit_of_its_own_tool_only(library):
    session = Scripted()
    calls = [*[OTHER] * (calls_per_minute(library.reviewed_tools["list_contracts"]) + 1), READ]

    async def run():
        await at_once(ThrottledSession(session, library.reviewed_tools), *calls)

    on_skipping_loop(run)
    assert [name for name, _ in session.times[-2:]] == ["list_apps", "list_contracts"]


def test_without_limits_nothing_waits():
    session = Scripted()

    async def run():
        await at_once(ThrottledSession(session, None), *[READ] * 1_000)
        return session.times[-1][1] - session.times[0][1]

    assert on_skipping_loop(run) < 1


def test_a_refused_call_waits_for_nothing(library):
    session = Scripted()

    async def run():
        outcomes = await at_once(ThrottledSession(session, {}), *[ToolCall(name="update_user")] * 3)
        return [outcome.decision.allowed for outcome in outcomes]

    assert on_skipping_loop(run) == [False] * 3


def test_while_one_call_waits_the_others_of_its_tool_do_too_and_those_of_other_tools_do_not(library):
    session = Scripted(30.0)

    async def run():
        throttled = ThrottledSession(session, library.reviewed_tools)
        async with anyio.create_task_group() as group:
            group.start_soon(throttled.call, READ)
            await anyio.sleep(1)
            group.start_soon(at_once, throttled, *[READ] * 5, OTHER)

    on_skipping_loop(run)
    first = session.times[0][1]
    assert [(name, round(time - first)) for name, time in session.times[:2]] == [
        ("list_apps", 0),
        ("list_contracts", 1),
    ]
    assert [round(time - first) for _, time in session.times[2:]] == [30] * 6


def test_one_call_tries_for_all_that_were_told_to_wait(library):
    async def run():
        session = Scripted(until=anyio.current_time() + 25)
        outcomes = await at_once(ThrottledSession(session, library.reviewed_tools), *[READ] * 20)
        return session.times, {outcome.state for outcome in outcomes}

    times, states = on_skipping_loop(run)
    assert states == {CallState.EXECUTED}
    # Each once, three tries of the one that waited, and the other nineteen again.
    assert len(times) == 20 + 3 + 19


def test_when_one_gives_up_the_others_give_up_with_it(library):
    async def run():
        session = Scripted(until=anyio.current_time() + 3_600)
        outcomes = await at_once(ThrottledSession(session, library.reviewed_tools), *[READ] * 20)
        return len(session.times), {outcome.state for outcome in outcomes}

    assert on_skipping_loop(run) == (20 + MAX_TRIES - 1, {CallState.FAILED})


def test_a_call_that_is_cancelled_while_it_waits_leaves_the_others_to_go_on(library):
    session = Scripted(30.0)

    async def run():
        throttled = ThrottledSession(session, library.reviewed_tools)
        with anyio.move_on_after(5):
            await throttled.call(READ)
        return await throttled.call(READ)

    assert on_skipping_loop(run).state is CallState.EXECUTED


def test_a_server_on_this_machine_has_no_limit_but_is_obeyed_when_it_asks_to_wait(library):
    async def read(url):
        async with open_session(library, url, cache=False) as opened:
            return [outcome.state for outcome in await at_once(opened.session, *[READ] * 5)]

    with local_torii() as torii, served(torii, "rate-limited") as url:
        assert urlsplit(url).hostname == "127.0.0.1"
        assert anyio.run(read, url) == [CallState.EXECUTED] * 5
