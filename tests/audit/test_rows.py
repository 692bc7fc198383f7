"""The rows of an audit, and what a person reads of them."""

from dataclasses import replace

import pytest
from rich.console import Console

from promptkit.audit.audit import Audit
from promptkit.audit.rows import call_lines, report_of
from promptkit.audit.screen import screen_of
from promptkit.policy.verdict import Verdict
from promptkit.reports import markdown
from promptkit.reports.rows import Alert, Place
from promptkit.reports.terminal import print_blocks
from promptkit.transcript import Text
from tests.reports.examples import ACT, ACT_LINE, CLEAN, READ, UNREAD, conversation


def row_of(result):
    return report_of(Audit([result])).rows[0]


def test_a_conversation_is_a_row_with_an_alert_for_each_call_that_is_no_plain_read():
    row = row_of(conversation())
    assert (row.group, row.name, row.passed, row.rule, row.calls) == ("a b.jsonl", "c1", False, "action-tool", 2)
    assert row.lines == [ACT_LINE]
    assert row.alerts == [Alert("action-tool", f"{ACT_LINE} in c1", Place("a b.jsonl", 7, "line 7"))]


def test_what_no_call_decided_has_an_alert_beside_those_of_the_calls():
    row = row_of(conversation(Verdict.INCONCLUSIVE, ground="gap", reason="it is cut off"))
    assert [(alert.rule, alert.place.line) for alert in row.alerts] == [("action-tool", 7), ("gap", None)]


def test_the_alert_of_a_gap_names_its_conversation_and_its_line():
    gap = conversation(Verdict.INCONCLUSIVE, ground="gap", reason="line 4/data: it is cut off", calls=[])
    assert row_of(gap).alerts == [Alert("gap", "line 4/data: it is cut off in c1", Place("a b.jsonl", 4))]


def test_a_row_says_what_was_said_before_a_call():
    said = (Text("user", "Run\u202e it."), Text("assistant", "I do."))
    words = ["before it, the user said: Run\\u202e it.", "before it, the assistant said: I do."]
    row = row_of(conversation(calls=[replace(ACT, said=said)]))
    assert row.lines == [ACT_LINE, *(f"  {line}" for line in words)]
    assert row.alerts[0].around == "\n".join(words)


def test_what_was_said_stands_once_above_calls_that_follow_each_other():
    told = replace(ACT, said=(Text("user", "Run it."),))
    assert call_lines(conversation(calls=[told, told])) == [ACT_LINE, "  before it, the user said: Run it.", ACT_LINE]


def test_a_clean_conversation_passes_and_has_no_alert():
    row = row_of(CLEAN)
    assert (row.passed, row.lines, row.alerts) == (True, [], [])


def test_an_audit_of_nothing_does_not_pass():
    assert not report_of(Audit([])).passed


@pytest.fixture
def shown():
    """What a person reads: the table and the Markdown page, without its escapes."""
    console = Console(width=400)
    found = Audit([conversation(calls=[READ, *[ACT] * 7]), CLEAN, UNREAD])
    with console.capture() as printed:
        print_blocks(screen_of(found), console)
    return [printed.get(), markdown.write(report_of(found)).replace("\\", "")]


@pytest.mark.parametrize(
    "fact",
    [
        "a b.jsonl",
        "c1",
        "renewal_calendar@1.2.0, edited",
        ACT_LINE,
        "and 2 more calls",
        "1 clean, 1 inconclusive, 1 violation. 1 file could not be read in full. This",
        "covers 2 conversations with 9 calls, and nothing beyond them.",
    ],
)
def test_a_person_reads_each_fact_in_the_table_and_in_markdown(fact, shown):
    assert [fact in page for page in shown] == [True, True]
