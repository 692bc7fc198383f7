"""Many calls at once through one session."""

import anyio
import pytest

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.model import ToolCall
from promptkit.policy.review import tool_policy
from promptkit.transcript import CallState
from tests.servers import guarded, served

AT_ONCE = 20


async def rows_at_once(session):
    """How many rows each of many reads returned, by how many it had asked for; None for one that was not executed."""
    rows = {}

    async def read(size):
        outcome = await session.call(ToolCall(name="list_apps", arguments={"size": size}))
        rows[size] = len(outcome.data["apps"]) if outcome.state is CallState.EXECUTED else None

    async with anyio.create_task_group() as group:
        for size in range(1, AT_ONCE + 1):
            group.start_soon(read, size)
    return rows


def test_each_of_many_reads_at_once_over_stdio_gets_its_own_answer(library, torii):
    async def run():
        async with guarded(library, torii) as session:
            return await rows_at_once(session), session.gate.calls_passed

    assert anyio.run(run) == ({size: size for size in range(1, AT_ONCE + 1)}, AT_ONCE)


@pytest.mark.parametrize("faults", [(), ("latency",)], ids=["quick", "slow"])
def test_each_of_many_reads_at_once_over_http_gets_its_own_answer(library, torii, faults):
    gate = Gate()

    async def run(url):
        async with connect(url, gate, lambda tools: setattr(gate, "policy", tool_policy(library, tools))) as session:
            return await rows_at_once(session), gate.calls_passed

    with served(torii, *faults) as url:
        assert anyio.run(run, url) == ({size: size for size in range(1, AT_ONCE + 1)}, AT_ONCE)


def test_a_refused_call_among_many_stops_none_of_them(library, torii):
    refused = []

    async def run():
        async with guarded(library, torii) as session, anyio.create_task_group() as group:
            group.start_soon(write, session)
            return await rows_at_once(session)

    async def write(session):
        refused.append((await session.call(ToolCall(name="update_user", arguments={"idUser": 3}))).state)

    assert anyio.run(run) == {size: size for size in range(1, AT_ONCE + 1)}
    assert refused == [CallState.REFUSED]


def test_reads_at_once_on_a_server_that_breaks_off_one_fail_that_one_alone(library, torii):
    gate = Gate()

    async def run(url):
        async with connect(url, gate, lambda tools: setattr(gate, "policy", tool_policy(library, tools))) as session:
            return await rows_at_once(session)

    with served(torii, "disconnect") as url:
        rows = anyio.run(run, url)
    whole = {size: count for size, count in rows.items() if count is not None}
    assert 0 < len(whole) < AT_ONCE
    assert all(size == count for size, count in whole.items())
