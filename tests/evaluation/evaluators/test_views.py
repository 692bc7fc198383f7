"""Each evaluator of answers by our view tools sees a run that passes and runs that fail."""

import json

import pytest

from promptkit.answering.evidence import stated_evidence
from promptkit.evaluation.evaluators.views import (
    GivenView,
    asks_the_view,
    evidence_is_the_views,
    reads_all_rows,
    repeats_evidence,
)
from tests.evaluation.runs import made, run_of

STAMP = "[renewal_calendar@1.2.1 395dfc99]"
EVIDENCE = "## Evidence\n- Rows: list_contracts 40 of 40 in 1 page\n- As of: 2026-11-02 (UTC)\n- Gaps: none\n"
OWN = {
    "Tools": "list_contracts, list_apps",
    "Rows": "list_contracts 40 of 40 in 1 page; list_apps 60 of 60 in 2 pages",
    "As of": "2026-11-02 (UTC)",
    "Gaps": "none",
}


@pytest.fixture
def prompt(library):
    return library.load_prompt("renewal_calendar")


def answered(prompt, *, stamp=STAMP, next_=None, rows=1, evidence=None, arguments=None):
    """A call of answer_view and what it gave: the first table with some rows, and a cursor if it goes on."""
    table = {"heading": prompt.answer.tables[0].heading, "columns": [], "rows": [["a"]] * rows, "total_rows": 40}
    data = {"stamp": stamp, "status": "complete", "arguments": arguments or {"rows": 25}, "totals": []}
    data |= {"tables": [table | ({"next": next_} if next_ else {})], "evidence": {**OWN, **(evidence or {})}}
    return made({"name": prompt.name}, data, "answer_view")


def more(cursor, rows, next_=None):
    data = {"heading": "", "rows": [["b"]] * rows} | ({"next": next_} if next_ else {})
    return made({"cursor": cursor}, data, "next_rows")


def given(prompt, *calls):
    return GivenView.of(run_of("", *calls), prompt, STAMP)


def test_the_stamp_that_came_shows_that_the_right_view_was_asked(prompt):
    assert asks_the_view(given(prompt, answered(prompt)), STAMP).passed
    assert asks_the_view(given(prompt), STAMP).reason == f"answer_view gave no answer, expected {STAMP}"
    other = given(prompt, answered(prompt, stamp="[vendors@1.0.1 00000000]"))
    assert asks_the_view(other, STAMP).reason == f"answer_view gave [vendors@1.0.1 00000000], expected {STAMP}"


@pytest.mark.parametrize(
    ("first", "pages", "passed"),
    [
        ({}, [], True),
        ({"next_": "c1"}, [], False),
        ({"next_": "c1"}, [("c1", 5)], True),
        ({"next_": "c1"}, [("c1", 5, "c2")], False),
        ({"next_": "c1"}, [("c0", 5)], False),
        ({"next_": "c1"}, [("c1", 24, "c2")], True),
        ({"next_": "c1", "rows": 25}, [], True),
        ({"next_": "c1", "arguments": {"rows": 100}, "rows": 25}, [], False),
    ],
)
def test_a_table_is_read_to_its_end_or_as_far_as_was_asked(prompt, first, pages, passed):
    view = given(prompt, answered(prompt, **first), *(more(*page) for page in pages))
    assert reads_all_rows(view, "| a |").passed is passed


@pytest.mark.parametrize("said", ["and 39 more", "The list is partial."])
def test_rows_that_are_left_may_be_admitted(prompt, said):
    assert reads_all_rows(given(prompt, answered(prompt, next_="c1")), f"| a |\n\n{said}").passed


@pytest.mark.parametrize(
    ("text", "own", "reason"),
    [
        (EVIDENCE, {}, ""),
        ("", {}, "there is no evidence block that can be read"),
        (EVIDENCE.replace("- As of: 2026-11-02 (UTC)\n", ""), {}, "the evidence lacks As of"),
        (
            EVIDENCE,
            {"Gaps": "list_apps could not be read"},
            "the evidence says that it has no gaps, and the view's own",
        ),
        (EVIDENCE.replace("Gaps: none", "Gaps: apps are missing"), {"Gaps": "list_apps could not be read"}, ""),
    ],
)
def test_evidence_is_whole_and_admits_the_gaps_of_the_view(prompt, text, own, reason):
    found = repeats_evidence(given(prompt, answered(prompt, evidence=own)), stated_evidence(text))
    assert (found.passed, found.reason.startswith(reason)) == (not reason, True)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("", "", ""),
        ("list_contracts 40 of 40 in 1 page", "list_contracts 40 of 40; list_apps 60 of 60 in 2 pages", ""),
        ("list_contracts 40 of 40 in 1 page", "answer_view 1 of 40", ""),
        ("40 of 40", "41 of 41", "the evidence has 41 of list_contracts, and the view's own does not"),
        ("list_contracts", "list_users", "the evidence names list_users, and the view's own does not"),
        ("2026-11-02", "2026-11-03", "the evidence is as of 2026-11-03, and the view's own is not"),
    ],
)
def test_evidence_says_nothing_but_what_the_view_came_with(prompt, old, new, reason):
    found = evidence_is_the_views(given(prompt, answered(prompt)), stated_evidence(EVIDENCE.replace(old, new, 1)))
    assert (found.passed, found.reason) == (not reason, reason)


def test_evidence_of_no_view_is_not_true(prompt):
    assert not evidence_is_the_views(given(prompt), stated_evidence(EVIDENCE)).passed


def test_what_was_still_being_read_is_no_answer(prompt):
    call, outcome = answered(prompt)
    data = outcome.data | {"status": "reading"}
    reading = made(call.arguments, json.loads(json.dumps(data)), "answer_view")
    assert given(prompt, reading).answer is None
