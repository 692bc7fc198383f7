"""Reads that are kept for ten minutes, and for whoever made them alone."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import anyio
import pytest

from promptkit.connection.cache import KEPT_SECONDS, CachedSession, KeptRead, ReadCache, forget_reads, open_cache
from promptkit.connection.open_session import open_session
from promptkit.connection.session import Outcome
from promptkit.errors import PromptkitError
from promptkit.model import ToolCall
from promptkit.policy.decision import Decision
from promptkit.torii.local import local_torii
from promptkit.transcript import CallState
from tests.builders import write_to
from tests.servers import served

URL = "http://127.0.0.1:9/mcp"
READ = ToolCall(name="list_apps", arguments={"size": 1, "sort": "name"})
ACTION = ToolCall(name="update_user", arguments={"idUser": 3})
ON_WINDOWS = os.name == "nt"


class Counting:
    """A session that counts what it reads, and answers with the count."""

    protocol = server = ""

    def __init__(self, description="Lists apps.", state=CallState.EXECUTED, data=True):
        self.tools = [{"name": name, "description": description} for name in ("list_apps", "list_users", "update_user")]
        self.state, self.has_data, self.calls = state, data, []

    def decide(self, call):
        return Decision(call.name != "update_user", "ground", "reason")

    async def call(self, call):
        decision = self.decide(call)
        if not decision.allowed:
            return Outcome(decision, CallState.REFUSED, "Refused.")
        self.calls.append(call)
        number = len(self.calls)
        await anyio.lowlevel.checkpoint()
        data = {"apps": [number, "é\ud800", 2**60, 0.1]} if self.has_data else None
        return Outcome(decision, self.state, f"text {number}", data)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "reads.db"


@pytest.fixture
def cache(path):
    with closing(ReadCache(path)) as opened:
        yield opened


@pytest.fixture
def read(cache):
    """Makes calls one after another as one person at one time; what became of the last."""

    def make(inner, *calls, reader="Dana", at=1_000.0, server=URL):
        async def run():
            session = CachedSession(inner, cache, server, reader, lambda: at)
            return [await session.call(call) for call in calls][-1]

        return anyio.run(run)

    return make


def test_a_read_that_was_made_is_given_again_as_it_was_and_says_how_old_it_is(read):
    inner = Counting()
    first, again = read(inner, READ), read(inner, READ, at=1_420.0)
    assert (again.state, again.text, again.data) == (first.state, first.text, first.data)
    assert (first.age_seconds, again.age_seconds) == (0.0, 420.0)
    assert len(inner.calls) == 1


@pytest.mark.parametrize("later", [KEPT_SECONDS, 3_600, -1])
def test_a_read_is_not_given_after_ten_minutes_nor_before_it_was_made(read, later):
    inner = Counting()
    read(inner, READ)
    assert read(inner, READ, at=1_000.0 + later).age_seconds == 0
    assert len(inner.calls) == 2


def test_the_order_of_arguments_does_not_matter_and_everything_else_does(read):
    inner = Counting()
    read(inner, READ, ToolCall(name="list_apps", arguments={"sort": "name", "size": 1}))
    assert len(inner.calls) == 1
    others = [{"size": 2, "sort": "name"}, {"size": 1}, {"size": "1", "sort": "name"}, {}, None]
    read(inner, *[ToolCall(name="list_apps", arguments=one) for one in others])
    assert len(inner.calls) == len(others)  # None and {} are the same call.
    read(inner, ToolCall(name="list_users", arguments=READ.arguments))
    assert len(inner.calls) == len(others) + 1


@pytest.mark.parametrize("other", [{"reader": "Lee"}, {"reader": ""}, {"server": "http://127.0.0.1:10/mcp"}])
def test_another_person_or_server_reads_anew(read, other):
    inner = Counting()
    read(inner, READ)
    read(inner, READ, **other)
    assert len(inner.calls) == 2


def test_a_tool_that_was_reviewed_anew_is_read_anew(read):
    read(Counting(), READ)
    changed = Counting(description="Lists apps, hidden ones too.")
    read(changed, READ)
    assert len(changed.calls) == 1


@pytest.mark.parametrize(
    "inner",
    [Counting(state=CallState.FAILED), Counting(state=CallState.UNKNOWN), Counting(data=False)],
    ids=["failed", "unknown", "no-data"],
)
def test_what_is_no_whole_answer_is_not_kept(read, inner):
    read(inner, READ, READ)
    assert len(inner.calls) == 2


def test_a_refused_call_is_refused_although_the_same_one_is_kept(read, cache):
    class Refusing(Counting):
        def decide(self, call):
            return Decision(False, "changed-definition", "It has changed.")

    inner = Counting()
    read(inner, READ)
    outcome = read(Refusing(), READ)
    assert (outcome.state, outcome.decision.ground, outcome.data) == (CallState.REFUSED, "changed-definition", None)


def test_an_action_leaves_nothing_in_the_cache(read, path):
    read(Counting(), ACTION)
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT count(*) FROM reads").fetchone() == (0,)


async def at_once(session, *calls):
    outcomes = []

    async def make(call):
        outcomes.append(await session.call(call))

    async with anyio.create_task_group() as group:
        for call in calls:
            group.start_soon(make, call)
    return outcomes


def test_the_same_call_many_times_at_once_is_one_read(cache):
    inner = Counting()
    outcomes = anyio.run(at_once, CachedSession(inner, cache, URL, "", lambda: 1.0), *[READ] * 9)
    assert {outcome.text for outcome in outcomes} == {"text 1"}
    assert len(inner.calls) == 1


def test_whoever_waited_for_a_read_that_failed_makes_it(cache):
    inner = Counting(state=CallState.FAILED)
    outcomes = anyio.run(at_once, CachedSession(inner, cache, URL, "", lambda: 1.0), *[READ] * 3)
    assert {outcome.state for outcome in outcomes} == {CallState.FAILED}
    assert len(inner.calls) == 3


def test_whoever_waited_for_a_read_that_was_cancelled_makes_it(cache):
    inner = Counting()

    async def run():
        session = CachedSession(inner, cache, URL, "", lambda: 1.0)
        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as scope:
                scope.cancel()
                await session.call(READ)
            group.start_soon(session.call, READ)

    anyio.run(run)
    assert [call.name for call in inner.calls] == ["list_apps"] * 2


@pytest.mark.skipif(ON_WINDOWS, reason="Windows has no such permissions")
def test_the_file_is_its_owners_alone(own_home):
    with closing(open_cache()):
        (folder,) = Path(os.environ["XDG_CONFIG_HOME"]).rglob("cache")
        (file,) = folder.iterdir()
        assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, file)] == [0o700, 0o600]


@pytest.mark.skipif(ON_WINDOWS, reason="Windows has no such permissions")
def test_a_file_that_others_could_read_is_theirs_no_more(path):
    ReadCache(path).close()
    path.chmod(0o644)
    ReadCache(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.fixture
def kept_file():
    """Where the cache of this test's person is."""
    file = Path(os.environ["XDG_CONFIG_HOME"], "promptkit", "cache", "reads.db")
    file.parent.mkdir(parents=True)
    return file


@pytest.mark.skipif(ON_WINDOWS, reason="Windows follows links")
def test_a_link_in_place_of_the_file_is_refused_and_said(kept_file, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    kept_file.symlink_to(victim)
    with pytest.raises(PromptkitError, match="it is a link, and no link is followed") as refused:
        open_cache()
    assert "--no-cache" in str(refused.value)
    assert victim.read_text() == "precious"


def test_where_nothing_can_be_kept_there_is_no_cache(kept_file):
    kept_file.parent.rmdir()
    kept_file.parent.write_text("")
    assert open_cache() is None


def broken(path):
    path.write_bytes(b"no database at all" * 1_000)


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def of_another_version(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")


def of_another_program(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (column)")


def without_its_tables(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE reads")


def with_another_answer(path):
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE reads SET answer = 'no JSON'")


SPOILED = [broken, half, of_another_version, of_another_program, without_its_tables, with_another_answer]


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_a_spoiled_file_is_made_anew_and_keeps_reads_again(path, spoil):
    def texts():
        inner = Counting()

        async def run():
            with closing(ReadCache(path)) as cache:
                session = CachedSession(inner, cache, URL, "", lambda: 1.0)
                return [(await session.call(READ)).text for _ in range(3)]

        return anyio.run(run), len(inner.calls)

    texts()
    spoil(path)
    answers, made = texts()
    # A file that turns out to be spoiled only when it is written to has nothing of the first read.
    assert set(answers) <= {"text 1", "text 2"}
    assert made in {1, 2}
    assert texts()[1] == 0


def test_a_file_that_is_spoiled_while_it_is_open_is_no_error(path, cache, read):
    inner = Counting()
    read(inner, READ)
    broken(path)
    read(inner, READ, READ, ToolCall(name="list_users"), ToolCall(name="list_users"))
    assert len(inner.calls) <= 4


def test_a_file_that_another_program_holds_is_waited_for_and_then_done_without(path):
    inner = Counting()
    cache = ReadCache(path, busy_seconds=0)
    with closing(cache), closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        session = CachedSession(inner, cache, URL, "", lambda: 1.0)
        assert anyio.run(session.call, READ).text == "text 1"
        other.execute("ROLLBACK")
        assert anyio.run(session.call, READ).text == "text 2"
        assert anyio.run(session.call, READ).text == "text 2"


def test_two_programs_share_what_they_read(path):
    with closing(ReadCache(path)) as one, closing(ReadCache(path)) as two:
        first, second = Counting(), Counting()
        anyio.run(CachedSession(first, one, URL, "", lambda: 1.0).call, READ)
        assert anyio.run(CachedSession(second, two, URL, "", lambda: 2.0).call, READ).age_seconds == 1
        assert second.calls == []


def test_the_file_stays_small_and_the_oldest_reads_go_first(path):
    with closing(ReadCache(path, max_bytes=1_000_000)) as cache:
        for number in range(100):
            cache.keep(f"key {number}", URL, KeptRead(1_000.0 + number, "x" * 50_000, {}))
        assert path.stat().st_size < 1_100_000
        found = [number for number in range(100) if cache.find(f"key {number}", 1_100.0)]
    assert 10 < len(found) < 25
    assert found == list(range(100 - len(found), 100))


def test_what_is_too_old_is_in_the_file_no_more_once_something_is_kept(path, cache):
    cache.keep("old", URL, KeptRead(1_000.0, "an old secret", {}))
    cache.keep("new", URL, KeptRead(1_000.0 + KEPT_SECONDS, "new", {}))
    cache.close()
    assert b"an old secret" not in path.read_bytes()


def test_forgetting_a_server_forgets_what_anybody_read_there_and_nothing_else(kept_file):
    with closing(open_cache()) as cache:
        for number, server in enumerate([URL, URL, "http://127.0.0.1:10/mcp"]):
            cache.keep(str(number), server, KeptRead(1.0, f"text {number}", {}))
    forget_reads(URL)
    with closing(open_cache()) as cache:
        assert [bool(cache.find(str(number), 1.0)) for number in range(3)] == [False, False, True]
    assert b"text 0" not in kept_file.read_bytes()


def test_forgetting_where_nothing_was_kept_makes_no_file(kept_file):
    forget_reads(URL)
    assert not kept_file.exists()


@pytest.fixture
def changing_tenant():
    with local_torii() as torii, served(torii) as url:
        yield torii, url


def apps_of(library, url, **options):
    async def run():
        async with open_session(library, url, **options) as opened:
            outcome = await opened.session.call(ToolCall(name="list_apps", arguments={"size": 1}))
            return outcome.data["total"], outcome.age_seconds > 0

    return anyio.run(run)


def test_where_nobody_is_signed_in_no_read_outlives_its_session(library, changing_tenant, kept_file):
    torii, url = changing_tenant
    total, _ = apps_of(library, url)
    write_to(torii, "DELETE FROM apps WHERE id = (SELECT max(id) FROM apps)")
    assert apps_of(library, url) == (total - 1, False)
    assert not kept_file.exists()


def test_a_second_session_has_the_reads_of_the_first_unless_it_wants_none(library, changing_tenant, monkeypatch):
    torii, url = changing_tenant
    monkeypatch.setenv("PROMPTKIT_TOKEN", "tok-CANARY-0123456789abcdef")
    total, was_kept = apps_of(library, url)
    write_to(torii, "DELETE FROM apps WHERE id = (SELECT max(id) FROM apps)")
    assert not was_kept
    assert apps_of(library, url) == (total, True)
    now, was_kept = apps_of(library, url, cache=False)
    assert (now < total, was_kept) == (True, False)


def test_no_token_is_in_the_file(library, changing_tenant, monkeypatch, no_secrets):
    _, url = changing_tenant
    monkeypatch.setenv("PROMPTKIT_TOKEN", "tok-CANARY-0123456789abcdef")
    apps_of(library, url)
    files = [path.read_bytes() for path in Path(os.environ["XDG_CONFIG_HOME"]).rglob("*") if path.is_file()]
    assert len(files) == 1
    assert b"CANARY" not in files[0]
    monkeypatch.setenv("PROMPTKIT_TOKEN", "tok-another-0123456789abcdef")
    assert not apps_of(library, url)[1]
