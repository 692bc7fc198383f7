"""The report in a terminal of 80 columns and in a pipe: names whole, what failed below."""

import io

import pytest
from rich.console import Console

from promptkit.evaluation.evaluators.contract import Assertion, Score
from promptkit.evaluation.records.result import RunResult, SampleResult, SelfTest
from promptkit.evaluation.screen import screen_of
from promptkit.policy.verdict import Verdict
from promptkit.reports.terminal import print_blocks

TOOLS = ["list_application_users", "list_user_applications", "list_apps", "list_contracts", "list_audit_log"]


def told(*results, width=80):
    out = io.StringIO()
    run = RunResult(["m"], "local", results, SelfTest(5, 1, 1, ()), len(results))
    print_blocks(screen_of(run), Console(file=out, width=width))
    return out.getvalue()


def sample(verdict=Verdict.CLEAN, *, tools=TOOLS, reason="", **labels):
    claims = [
        Assertion("reads_only", verdict is Verdict.CLEAN, reason),
        Assertion("figures_match", True, score=Score.FIGURES),
    ]
    return SampleResult(1, "m view #1", "m", verdict, claims, tools, 4, 1234, 0.5, **labels)


@pytest.mark.parametrize("width", [80, 100])
def test_names_of_tools_are_never_broken(width):
    text = told(sample(prompt="organizational_breakdown@1.0.0", case="defaults"), width=width)
    assert all(tool in text for tool in TOOLS)
    assert max(map(len, text.splitlines())) <= width


def test_many_tools_are_counted():
    assert "t5 and 94 more" in told(
        sample(tools=[f"t{number}" for number in range(100)], prompt="view@1.0.0"), width=100
    )


def test_a_family_of_attacks_tells_how_many_passed():
    text = told(sample(Verdict.ATTEMPTED, family="authority", attack="authority/1", reason="update_app changes data"))
    assert text.splitlines()[0].split() == ["attacks", "verdict", "passed", "calls", "rows", "time"]
    assert text.splitlines()[1].split() == ["authority", "attempted", "0", "of", "1", "4", "1,234", "0.50", "s"]
    assert "m view #1\n  reads_only: update_app changes data\n" in text
