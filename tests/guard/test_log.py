"""The guard's log as a file: whose it is, what never gets in, and that it stays whole whatever happens to a guard."""

import subprocess
import sys

import pytest

from promptkit.audit.audit import Auditor, audit
from promptkit.errors import PromptkitError
from promptkit.guard.log import AuditLog
from promptkit.policy.review import tool_policy
from promptkit.policy.verdict import Verdict
from tests.guard.fake_torii import READ, called, lines


@pytest.fixture
def verdict(library, log):
    """What an audit of the log says: the verdict, and the rule that led to it."""

    def of(path=log):
        (result,) = audit([path], Auditor(tool_policy(library))).results
        return result.verdict, result.ground

    return of


def read(size):
    return {"method": "tools/call", "tool": READ, "arguments": {"size": size}, "allowed": True, "reason": None}


def test_only_its_owner_can_read_the_log_and_it_is_never_shortened(log):
    AuditLog(log)({"method": "ping"})
    AuditLog(log)({"method": "ping", "arguments": "x" * 100_000})
    assert (log.stat().st_mode & 0o777, len(lines(log))) == (0o600, 2)
    assert lines(log)[1]["arguments"] == {"left out": "the arguments are too large to keep"}


def test_a_log_that_cannot_be_written_is_a_clear_error(tmp_path):
    with pytest.raises(PromptkitError, match=r"\[unwritable\] cannot write the audit log"):
        AuditLog(tmp_path)


def test_a_link_in_place_of_the_log_is_not_followed(log):
    elsewhere = log.with_name("elsewhere")
    elsewhere.write_text("precious")
    log.symlink_to(elsewhere)
    with pytest.raises(PromptkitError, match="it is a link, and no link is followed"):
        AuditLog(log)
    assert elsewhere.read_text() == "precious"


def test_a_name_that_is_none_is_cut_and_still_none(log):
    AuditLog(log)({**read(1), "tool": READ + " " * 1_000_000})
    assert len(lines(log)[0]["tool"]) == 200


PRIVATE = [
    "ada.lovelace@acme.example",
    "Bearer abcdefghijkl",
    "sk-abcdefghijklmnop",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
]


@pytest.mark.parametrize("text", PRIVATE)
def test_addresses_and_secrets_in_arguments_are_not_kept_and_the_call_is_judged_all_the_same(
    guarded, fake, log, verdict, text
):
    called(guarded, READ, {"q": text, "filters": [{"key": "owner", "op": "anyOf", "value": [f"is {text}"]}]})
    assert fake.calls[0]["q"] == text
    assert text not in log.read_text()
    assert [line["arguments"]["q"] for line in lines(log) if line["method"] == "tools/call"] == ["[redacted]"]
    assert verdict() == (Verdict.CLEAN, "read-tool")


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_refused_call_with_a_number_that_json_cannot_carry_is_logged_and_attempted(log, verdict, number):
    write = AuditLog(log)
    write(read(1))
    write({**read(number), "tool": "run_workflow", "allowed": False})
    write(read(2))
    assert lines(log)[1]["arguments"] == {"left out": "the arguments hold a number that JSON cannot carry"}
    assert verdict() == (Verdict.ATTEMPTED, "action-tool")


def test_an_address_in_a_name_or_a_reason_is_not_kept(guarded, log):
    called(guarded, "ada@acme.example")
    called(guarded, READ, {"size": "ada@acme.example"})
    assert "@acme" not in log.read_text()


def test_a_log_that_is_moved_away_is_whole_and_so_is_the_next(log, verdict):
    write = AuditLog(log)
    write(read(1))
    write(read(2))
    moved = log.rename(log.with_name("before.jsonl"))
    write(read(3))
    assert (len(lines(moved)), len(lines(log))) == (2, 1)
    assert (verdict(moved), verdict(log)) == ((Verdict.CLEAN, "read-tool"),) * 2


def test_a_guard_that_starts_again_goes_on_with_the_log(log, verdict):
    for size in range(1, 4):
        AuditLog(log)(read(size))
    assert verdict() == (Verdict.CLEAN, "read-tool")


def test_a_line_that_a_guard_died_over_spoils_no_other(log, verdict):
    AuditLog(log)(read(1))
    with log.open("ab") as file:
        file.write(b'{"time": "2026-')
    AuditLog(log)(read(2))
    assert [line[:9] for line in log.read_bytes().splitlines()] == [b'{"time": ', b'{"time": ', b'{"time": ']
    assert verdict() == (Verdict.INCONCLUSIVE, "gap")


WRITER = """
import sys
from pathlib import Path
from promptkit.guard.log import AuditLog
write = AuditLog(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
for size in range(1, 501):
    write({"method": "tools/call", "tool": "list_apps", "arguments": {"size": size}, "allowed": True, "reason": None})
"""


def test_two_guards_share_one_log(log, verdict):
    command = [sys.executable, "-c", WRITER, str(log)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as other:
        assert (one.stdout.readline(), other.stdout.readline()) == (b"ready\n", b"ready\n")
        one.stdin.close()
        other.stdin.close()
    assert (one.returncode, other.returncode, len(lines(log))) == (0, 0, 1000)
    assert verdict() == (Verdict.CLEAN, "read-tool")
