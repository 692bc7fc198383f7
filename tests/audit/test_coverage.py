"""What an audit does not cover, in sentences."""

from dataclasses import replace

from promptkit.audit.audit import Audit
from promptkit.audit.coverage import coverage, formats_read
from promptkit.audit.detect import readers
from tests.reports.examples import ACT, CLEAN, READ, UNREAD, conversation


def told(*results, passed_over=()):
    return {item.name: item.text for item in coverage(Audit(results, passed_over)).items}


def test_it_says_that_only_these_conversations_of_these_files_were_judged():
    only = told(conversation(), CLEAN, UNREAD)["Other chats:"]
    assert only.startswith("Only 2 conversations of 3 files were judged")
    assert "another account" in only


def test_it_says_from_when_to_when_the_calls_are():
    calls = [ACT, READ, replace(ACT, time="2026-10-01")]
    days = told(conversation(calls=calls))["Other days:"]
    assert "from 2026-10-01 to 2026-11-02" in days
    assert days.endswith("1 call without a time may be from any day.")


def test_without_any_time_it_says_that_nobody_knows_the_days():
    assert told(CLEAN)["Other days:"] == "No call has a time, so nobody can say which days this is about."


def test_it_names_the_files_that_could_not_be_read_and_those_passed_over():
    names = [f"{number}.png" for number in range(7)]
    found = told(UNREAD, passed_over=names)
    assert found["Files that could not be read in full:"] == "c.jsonl. Calls may be hidden in them."
    assert found["Files passed over:"].startswith("0.png, 1.png, 2.png, 3.png, 4.png and 2 more.")


def test_it_says_of_each_format_that_was_read_what_it_cannot_show():
    lacks = readers()["mcp-wire"].ABOUT.lacks
    assert [text for name, text in told(CLEAN).items() if "mcp-wire" in name] == [lacks]


def test_a_file_of_no_format_has_no_such_sentence():
    assert not [name for name in told(conversation(format=None)) if "cannot show" in name]


def test_the_formats_are_counted_the_most_frequent_first():
    results = [conversation(format="chatgpt"), CLEAN, CLEAN, conversation(format=None)]
    assert formats_read(Audit(results)) == [("mcp-wire", 2), ("chatgpt", 1)]


def test_what_is_no_time_is_none():
    assert told(conversation(calls=[replace(ACT, time="<b>")]))["Other days:"].startswith("No call has a time")
