"""The command `doctor`: what it writes besides what it prints, and what it asks at a terminal."""

import asyncio
import json
import os

import pytest
from rich.console import Console
from rich.prompt import Confirm

from promptkit.commands.doctor import PrintedFindings, run_doctor
from promptkit.model import DEFAULT_PROFILE
from promptkit.onboarding.finding import CheckStatus, Finding
from tests.servers import served


def test_the_file_names_the_server_and_has_each_finding_those_that_failed_first(library, torii, tmp_path, capsys):
    path = tmp_path / "doctor.html"
    with served(torii, "first-page-only") as url:
        code = run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=True, html=path)
    findings, text = json.loads(capsys.readouterr().out)["findings"], path.read_text("utf-8")
    assert code == 1
    assert "Server: " in text
    assert "do what stands beside it first" in text
    assert [one["check"] for one in findings if f">{one['check']}<" not in text] == []
    failed = [one["check"] for one in findings if one["status"] == "fail"]
    assert failed
    assert max(text.index(f">{check}<") for check in failed) < text.index(">server<")


def test_what_several_findings_in_a_row_say_to_do_next_stands_once(capsys):
    printed = PrintedFindings(Console(width=80))
    for check, next_ in [("a", "do it"), ("b", "do it"), ("c", ""), ("d", "do it"), ("e", "do more")]:
        printed.add(Finding(check, CheckStatus.WARN, "seen", next_))
    printed.end()
    assert [line.strip() for line in capsys.readouterr().out.splitlines()] == [
        "warn    a: seen",
        "warn    b: seen",
        "next, for these 2: do it",
        "warn    c: seen",
        "warn    d: seen",
        "next: do it",
        "warn    e: seen",
        "next: do more",
    ]


@pytest.mark.parametrize(("typed", "is_right"), [("y\ny\n", True), ("y\nn\n", False), ("maybe\ny\nn\n", False)])
def test_somebody_at_a_terminal_compares_the_examples_with_torii(library, torii, capsys, monkeypatch, typed, is_right):
    ours, theirs = os.openpty()
    os.write(ours, typed.encode())
    with os.fdopen(theirs) as terminal, served(torii) as url:
        monkeypatch.setattr("sys.stdin", terminal)
        code = run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=False)
        os.close(ours)
    printed = capsys.readouterr()
    told = " ".join(printed.out.split())
    assert " ".join(printed.err.split()).count(": is that what Torii shows? [y/n]") == 2 + ("maybe" in typed)
    assert "ok example of a contract: " in told
    assert (code, "fail example of an app: Torii shows something else than this: " in told) == (
        not is_right,
        not is_right,
    )


def test_ctrl_c_ends_a_question(library, torii, monkeypatch):
    def interrupted(*_, **__):
        # In a loop the first Ctrl+C only cancels a task, and the question goes on.
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        raise KeyboardInterrupt

    ours, theirs = os.openpty()
    with os.fdopen(theirs) as terminal, served(torii) as url:
        monkeypatch.setattr("sys.stdin", terminal)
        monkeypatch.setattr(Confirm, "ask", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=False)
    os.close(ours)


def test_at_a_terminal_answers_that_end_leave_the_example_open(library, torii, capsys, monkeypatch):
    ours, theirs = os.openpty()
    os.write(ours, b"\x04\x04")
    with os.fdopen(theirs) as terminal, served(torii) as url:
        monkeypatch.setattr("sys.stdin", terminal)
        code = run_doctor(library, server=url, profile=DEFAULT_PROFILE, as_json=False)
        os.close(ours)
    assert (code, "unknown example of an app: " in " ".join(capsys.readouterr().out.split())) == (0, True)
