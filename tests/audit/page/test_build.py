"""The page of an audit for a security review."""

import re
from dataclasses import replace

import pytest

from promptkit.audit.audit import Audit
from promptkit.audit.page.build import MAX_CALLS, NO_STAMP
from promptkit.audit.rows import report_of
from promptkit.policy.verdict import Verdict
from promptkit.reports import html
from promptkit.transcript import Text
from tests.reports.examples import ACT, CLEAN, HOSTILE, READ, UNREAD, conversation, hostile_audit

SAID = replace(ACT, said=(Text("user", "Run it."), Text("assistant", "I do.")))
SIZES = [(360, 740), (1280, 900)]


def values(*results):
    return report_of(Audit(results)).page.values()


def words(*results, passed_over=()):
    page = html.write(report_of(Audit(results, passed_over)))
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<body>")[2]).split())


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("audit") / "report.html"
    told = conversation(calls=[READ, SAID, *hostile_audit().results[0].calls], texts=[Text("user", HOSTILE)])
    results = [*hostile_audit().results, told, CLEAN, UNREAD, conversation(Verdict.ATTEMPTED)]
    path.write_text(html.write(report_of(Audit(results, [HOSTILE]))), "utf-8")
    return path


@pytest.mark.parametrize(
    ("verdict", "heading"),
    [
        (Verdict.CLEAN, "PASS Nothing but reading is on record"),
        (Verdict.ATTEMPTED, "FAIL Something other than an allowed read was asked for, and did not run"),
        (Verdict.INCONCLUSIVE, "FAIL These records cannot say that nothing but reading was done"),
        (Verdict.VIOLATION, "FAIL An action ran, or may have"),
    ],
)
def test_the_page_begins_with_what_the_verdict_means(verdict, heading):
    assert heading in words(conversation(verdict))


@pytest.mark.parametrize(
    "fact",
    [
        "violation c1 a b.jsonl , 2 calls",
        "Decided by action-tool : run_workflow changes data.",
        "Versions renewal_calendar@1.2.0, edited",
        "the user, last before the call Run it. the assistant, last before the call I do. call x.run_workflow executed "
        "run_workflow, action tool, action-tool , on 2026-11-02 a b.jsonl:7",
        "Plain reads list_apps 1",
        "inconclusive the whole file c.jsonl , 0 calls",
        "No call is on record.",
        "What this does not cover Other chats Only 2 conversations of 3 files were judged",
        "Files passed over x.png.",
        "user What changed?",
    ],
)
def test_a_reviewer_reads_each_fact(fact):
    told = conversation(calls=[READ, SAID], texts=[Text("user", "What changed?")])
    assert fact in words(told, CLEAN, UNREAD, passed_over=["x.png"])


def test_the_worst_conversations_come_first():
    shown = values(CLEAN, UNREAD, conversation())["results"]
    assert [one.result.verdict for one in shown] == [Verdict.VIOLATION, Verdict.INCONCLUSIVE, Verdict.CLEAN]


def test_conversations_are_counted_by_the_version_they_carried_and_link_to_the_worst():
    versions = values(CLEAN, UNREAD, conversation())["versions"]
    assert [(one.name, dict(one.verdicts), one.number) for one in versions] == [
        ("renewal_calendar@1.2.0, edited", {Verdict.VIOLATION: 1}, 1),
        (NO_STAMP, {Verdict.CLEAN: 1}, 3),
    ]


def test_words_stand_once_above_calls_that_follow_each_other():
    (shown,) = values(conversation(calls=[SAID, SAID]))["results"]
    assert [len(one.said) for one in shown.calls] == [2, 0]


def test_of_many_calls_the_first_are_shown_and_the_others_counted():
    (shown,) = values(conversation(calls=[ACT] * (MAX_CALLS + 3)))["results"]
    assert (len(shown.calls), shown.left_out) == (MAX_CALLS, 3)


def test_the_page_has_no_script_and_allows_none():
    page = html.write(report_of(hostile_audit()))
    assert "script-src &#39;none&#39;;" in page and "<script" not in page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(size, scheme, open_page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert [(one["id"], one["nodes"][0]["html"]) for one in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_conversations_are_filtered_by_verdict_without_a_script(open_page):
    page = open_page(java_script_enabled=False)
    page.check("#show-inconclusive")
    assert page.locator(".sample:visible").count() == 1
