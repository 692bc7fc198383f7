import sqlite3
from contextlib import closing

import anyio
import pytest
from cryptography.fernet import Fernet

from promptkit.access.readiness import Readiness
from promptkit.access.state import SharedState
from promptkit.connection.client import publishes_metadata
from promptkit.torii.tenant import open_tenant
from tests.servers import signed_torii


def test_whoever_asks_often_or_at_once_gets_one_answer():
    asked = []

    async def check():
        asked.append("")
        await anyio.lowlevel.checkpoint()
        return True

    async def ask():
        readiness = Readiness({"state": check})
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(readiness.parts)
        return await readiness.parts()

    assert (anyio.run(ask), len(asked)) == ({"state": True}, 1)


def test_an_answer_does_not_hold_for_long():
    answers = iter([True, False])

    async def check():
        return next(answers)

    async def ask():
        readiness = Readiness({"state": check}, max_age_seconds=0)
        return dict(await readiness.parts()), dict(await readiness.parts())

    assert anyio.run(ask) == ({"state": True}, {"state": False})


def test_a_state_is_ready_until_its_table_is_gone(tmp_path):
    path = tmp_path / "state.db"

    async def ask():
        async with SharedState.open(f"sqlite:///{path}", [Fernet.generate_key()]) as state:
            before = await state.is_reachable()
            with closing(sqlite3.connect(path)) as database:
                database.execute("drop table promptkit_entries")
            return before, await state.is_reachable()

    assert anyio.run(ask) == (True, False)


def test_a_server_that_says_where_to_sign_in_is_reached(torii):
    with closing(open_tenant(torii.path)) as tenant, signed_torii(tenant) as (origin, _):
        assert anyio.run(publishes_metadata, f"{origin}/mcp") is True


@pytest.mark.parametrize("server", ["http://127.0.0.1:9/mcp", "http://192.0.2.1/mcp"])
def test_a_server_that_does_not_answer_or_may_not_be_asked_is_not_reached(server):
    assert anyio.run(publishes_metadata, server) is False


def test_a_server_without_metadata_is_not_reached(server):
    assert anyio.run(publishes_metadata, server) is False
