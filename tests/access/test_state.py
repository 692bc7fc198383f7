import sqlite3
import subprocess
import sys
from contextlib import closing

import anyio
import pytest
from cryptography.fernet import Fernet

from promptkit.access.state import SharedState
from promptkit.errors import PromptkitError, UsageError

KEY, NEWER = Fernet.generate_key(), Fernet.generate_key()
LONG_AGO, LONG_FROM_NOW = 1, 2**40


def run(url, test, *keys):
    """What a coroutine returns that is given a state."""

    async def opened():
        async with SharedState.open(url, keys or [KEY]) as state:
            return await test(state)

    return anyio.run(opened)


def stored(path):
    """All bytes of a database of SQLite, beside its log too."""
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def test_what_was_put_is_got_until_it_is_deleted(state_url):
    async def steps(state):
        await state.put("code", "a", {"n": [1, None, "é"]})
        found = await state.get("code", "a")
        await state.delete("code", "a")
        return found, await state.get("code", "a"), await state.get("code", "b")

    assert run(state_url, steps) == ({"n": [1, None, "é"]}, None, None)


def test_an_entry_replaces_the_one_before_with_its_owner_and_its_end(state_url):
    async def steps(state):
        await state.put("token", "a", {"n": 1}, owner="ann", expires_at=LONG_AGO)
        await state.put("token", "a", {"n": 2}, owner="bob")
        await state.delete_owner("ann")
        return await state.get("token", "a"), await state.count("token", "bob")

    assert run(state_url, steps) == ({"n": 2}, 1)


def test_the_same_key_of_another_kind_is_another_entry(state_url):
    async def steps(state):
        await state.put("code", "a", {})
        return await state.get("token", "a")

    assert run(state_url, steps) is None


def test_what_has_expired_is_missing_whoever_asks_and_however(state_url):
    async def steps(state):
        for kind, end in (("old", LONG_AGO), ("new", LONG_FROM_NOW)):
            await state.put(kind, "a", {}, owner="ann", expires_at=end)
        old = [await state.get("old", "a"), await state.count("old"), await state.take("old", "a")]
        return old, await state.get("new", "a"), await state.count("new", "ann")

    assert run(state_url, steps) == ([None, 0, None], {}, 1)


def test_a_purge_leaves_nothing_of_what_has_expired(tmp_path):
    path = tmp_path / "state.db"

    async def steps(state):
        await state.put("code", "a", {}, expires_at=LONG_AGO)
        await state.put("code", "b", {}, expires_at=LONG_FROM_NOW)
        await state.put("code", "c", {})
        await state.purge()

    run(f"sqlite:///{path}", steps)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("select count(*) from promptkit_entries where kind = 'code'").fetchone() == (2,)


def test_all_of_an_owner_and_nothing_of_another_is_deleted(state_url):
    async def steps(state):
        for owner in ("ann", "bob"):
            await state.put("token", owner, {}, owner=owner)
            await state.put("session", owner, {}, owner=owner)
        await state.delete_owner("ann")
        return [await state.count(kind, owner) for kind in ("token", "session") for owner in ("ann", "bob", None)]

    assert run(state_url, steps) == [0, 1, 1, 0, 1, 1]


def test_of_many_that_take_an_entry_at_once_one_gets_it(state_url):
    async def steps(state):
        taken = []

        async def take():
            taken.append(await state.take("code", "a"))

        await state.put("code", "a", {"n": 1})
        async with anyio.create_task_group() as tasks:
            for _ in range(20):
                tasks.start_soon(take)
        return taken

    taken = run(state_url, steps)
    assert sorted(taken, key=bool) == [None] * 19 + [{"n": 1}]


TAKING = """
import sys
import anyio
from promptkit.access.state import SharedState

async def main():
    async with SharedState.open(sys.argv[1], [sys.argv[2].encode()]) as state:
        print("ready", flush=True)
        sys.stdin.readline()
        print(sum([await state.take("code", str(n)) is not None for n in range(50)]))

anyio.run(main)
"""


def test_processes_that_start_at_once_share_a_state_and_each_entry_is_taken_once(state_url):
    """The table is made by one of them, and what one process puts the others find."""
    command = [sys.executable, "-c", TAKING, state_url, KEY.decode()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2

    async def put(state):
        for number in range(50):
            await state.put("code", str(number), {})

    run(state_url, put)
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sum(int(process.communicate()[0]) for process in processes) == 50


def test_the_database_holds_neither_keys_nor_owners_nor_values(tmp_path):
    path = tmp_path / "state.db"

    async def steps(state):
        await state.put("token", "a-secret-key", {"name": "a-secret-value"}, owner="ann@example.com")

    run(f"sqlite:///{path}", steps)
    assert b"token" in stored(path)
    assert [word for word in (b"a-secret-key", b"a-secret-value", b"ann@example") if word in stored(path)] == []


def test_only_its_owner_can_read_the_file_whatever_it_was_before(tmp_path):
    path = tmp_path / "made" / "state.db"
    modes = []

    async def steps(state):
        await state.put("token", "a", {})
        modes.append({file.stat().st_mode & 0o777 for file in path.parent.glob("state.db*") if file.suffix != ".lock"})

    run(f"sqlite:///{path}", steps)
    path.chmod(0o644)
    run(f"sqlite:///{path}", steps)
    assert modes == [{0o600}, {0o600}]


def test_a_state_under_another_key_is_not_opened(state_url):
    async def steps(state):
        await state.put("token", "a", {})

    run(state_url, steps)
    with pytest.raises(PromptkitError, match="encrypted with another key"):
        run(state_url, steps, NEWER)


def test_a_key_can_be_taken_away_once_a_newer_one_was_used(state_url):
    async def put(state):
        await state.put("token", "a", {"n": 1}, owner="ann", expires_at=LONG_FROM_NOW)

    async def get(state):
        return await state.get("token", "a")

    run(state_url, put, KEY)
    assert run(state_url, get, NEWER, KEY) == {"n": 1}
    assert run(state_url, get, NEWER) == {"n": 1}


@pytest.mark.parametrize(
    "change",
    [
        "update promptkit_entries set value = x'00' where kind = 'token'",
        "update promptkit_entries set expires_at = expires_at + 1 where kind = 'token'",
        "update promptkit_entries set owner_digest = 'x' where kind = 'token'",
        "update promptkit_entries set value = (select value from promptkit_entries where kind = 'state')",
    ],
)
def test_an_entry_that_somebody_changed_is_an_error_and_not_missing(tmp_path, change):
    path = tmp_path / "state.db"

    async def steps(state):
        await state.put("token", "a", {}, owner="ann", expires_at=LONG_FROM_NOW)
        with closing(sqlite3.connect(path)) as database:
            database.execute(change)
            database.commit()
        with pytest.raises(PromptkitError, match="kept as token"):
            await state.get("token", "a")
        with pytest.raises(PromptkitError, match="kept as token"):
            await state.take("token", "a")

    run(f"sqlite:///{path}", steps)


async def nothing(state):
    pass


@pytest.mark.parametrize("url", ["", "state.db", "mysql://a/b", "sqlite://", "sqlite:///:memory:"])
def test_another_place_for_the_state_is_refused(url):
    with pytest.raises(UsageError, match="write sqlite:///PATH or postgresql://USER@HOST/NAME"):
        run(url, nothing)


@pytest.mark.parametrize("keys", [[b""], [b"short"], [KEY, b"short"]])
def test_what_is_not_an_encryption_key_is_refused(tmp_path, keys):
    with pytest.raises(UsageError, match="32 bytes"):
        run(f"sqlite:///{tmp_path}/state.db", nothing, *keys)


def test_a_database_that_cannot_be_reached_is_said_in_words_without_its_password(tmp_path):
    with pytest.raises(PromptkitError, match="the state cannot be reached") as caught:
        run("postgresql://ann:hunter2hunter2@127.0.0.1:9/none", nothing)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_a_database_is_said_in_words(tmp_path):
    (tmp_path / "state.db").write_text("no database at all, but a text that is long enough" * 100)
    with pytest.raises(PromptkitError, match="the state cannot be reached: file is not a database"):
        run(f"sqlite:///{tmp_path}/state.db", nothing)


def test_a_wrong_user_of_postgresql_is_said_in_words(postgresql_server):
    with pytest.raises(PromptkitError, match='role "nobody" does not exist'):
        run(f"postgresql://nobody@/postgres?host={postgresql_server}", nothing)


def test_callers_that_leave_in_the_middle_take_no_connection_with_them(state_url, caplog):
    async def steps(state):
        for patience in range(100):
            async with anyio.create_task_group() as tasks:
                for _ in range(3):
                    tasks.start_soon(state.take, "code", "b")
                for _ in range(patience):
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        await state.put("code", "a", {})
        return await state.get("code", "a")

    assert run(state_url, steps) == {}
    assert caplog.records == []


def test_a_key_that_is_no_text_is_a_key_that_is_missing(state_url):
    async def steps(state):
        return await state.get("code", "\ud800")

    assert run(state_url, steps) is None
