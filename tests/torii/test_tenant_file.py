"""The tenant as a file: whole or not there, ours or refused."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from promptkit.errors import PromptkitError
from promptkit.torii.tenant import build_tenant, open_tenant, tenant_digest

# Each dies by SIGKILL, the first when the rows are in, the second just before the file gets its name.
DIE = "lambda *_: os.kill(os.getpid(), signal.SIGKILL)"
DEATHS = {
    "before the rows are summed up": f"tenant.place_texts = {DIE}",
    "before it is renamed": f"os.fsync = {DIE}",
}


def problem_of(error: pytest.ExceptionInfo[PromptkitError]) -> tuple[str, str]:
    (problem,) = error.value.problems
    return problem.code, Path(problem.path).name


def test_a_file_holds_the_same_rows_as_memory(tmp_path):
    with closing(build_tenant(tmp_path / "t.db")) as file, closing(build_tenant(None)) as memory:
        assert tenant_digest(file) == tenant_digest(memory)


def test_a_closed_tenant_is_one_file(tmp_path):
    build_tenant(tmp_path / "t.db").close()
    assert [path.name for path in tmp_path.iterdir()] == ["t.db"]


def test_a_tenant_is_opened_with_a_log_and_with_references_checked(tmp_path):
    build_tenant(tmp_path / "t.db").close()
    with closing(open_tenant(tmp_path / "t.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute("UPDATE contracts SET owner = 301 WHERE id = 1")


def test_one_connection_reads_while_another_writes(tmp_path):
    with closing(build_tenant(tmp_path / "t.db")) as reader, closing(open_tenant(tmp_path / "t.db")) as writer:
        before = tenant_digest(reader)
        writer.execute("UPDATE users SET lifecycleStatus = 'offboarding' WHERE id = 50")
        assert tenant_digest(reader) == before
        writer.commit()
        assert tenant_digest(reader) != before


@pytest.mark.parametrize("death", DEATHS)
def test_a_killed_build_leaves_no_file_and_stops_no_later_one(tmp_path, death):
    path = tmp_path / "t.db"
    code = (
        "import os, signal, pathlib; from promptkit.torii import tenant\n"
        f"{DEATHS[death]}\n"
        f"tenant.build_tenant(pathlib.Path({str(path)!r}), hostile=True)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert (done.returncode, path.exists()) == (-signal.SIGKILL, False)
    build_tenant(path).close()
    assert path.exists()


@pytest.mark.parametrize("name", ["t.db", "t.db-wal", "t.db-journal"])
def test_what_is_there_is_not_overwritten(tmp_path, name):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(PromptkitError) as error:
        build_tenant(tmp_path / "t.db")
    assert problem_of(error) == ("tenant-exists", name)
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [(name, "mine")]


def test_a_link_to_nothing_is_there_too(tmp_path):
    (tmp_path / "t.db-wal").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PromptkitError, match="tenant-exists"):
        build_tenant(tmp_path / "t.db")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(PromptkitError) as error:
        build_tenant(tmp_path / "nowhere" / "t.db")
    assert problem_of(error) == ("no-folder", "t.db")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PromptkitError) as error:
        open_tenant(tmp_path / "t.db")
    assert problem_of(error) == ("no-tenant", "t.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 100])
def test_a_file_that_is_no_tenant_is_refused(tmp_path, content):
    path = tmp_path / "t.db"
    path.write_bytes(content)
    with pytest.raises(PromptkitError) as error:
        open_tenant(path)
    assert problem_of(error) == ("not-a-tenant", "t.db")
    assert path.read_bytes() == content


def test_somebody_else_s_database_is_refused(tmp_path):
    path = tmp_path / "t.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE meta (key, value)")
    with pytest.raises(PromptkitError) as error:
        open_tenant(path)
    assert problem_of(error) == ("not-a-tenant", "t.db")


def test_a_tenant_of_another_version_is_refused(tmp_path):
    with closing(build_tenant(tmp_path / "t.db")) as connection:
        connection.execute("UPDATE meta SET value = '0' WHERE key = 'schema_version'")
        connection.commit()
    with pytest.raises(PromptkitError) as error:
        open_tenant(tmp_path / "t.db")
    assert problem_of(error) == ("old-tenant", "t.db")
