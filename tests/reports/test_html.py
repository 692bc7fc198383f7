"""The page of a report that has no template of its own."""

import re
from dataclasses import replace

import pytest

from promptkit.audit.audit import Audit
from promptkit.audit.rows import report_of
from promptkit.reports import html
from promptkit.transcript import Text
from tests.reports.examples import ACT_LINE, AUDIT, CLEAN, HOSTILE_REPORTS, UNREAD, conversation


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("audit") / "report.html"
    path.write_text(html.write(replace(HOSTILE_REPORTS["audit"], page=None)), "utf-8")
    return path


def plain_report(audit):
    return replace(report_of(audit), page=None)


def words(page):
    return " ".join(re.sub(r"<[^>]*>", " ", page.partition("<body>")[2]).split())


@pytest.mark.parametrize(
    "fact",
    [
        "FAIL Audit of transcripts Verdict: violation",
        "1 clean 0 attempted 1 inconclusive 1 violation 3 calls",
        "a b.jsonl c1 renewal_calendar@1.2.0, edited",
        ACT_LINE,
        "c.jsonl it is cut off",
        "c1 user What changed?",
    ],
)
def test_the_page_of_an_audit_has_what_its_other_reports_have(fact):
    found = Audit([conversation(texts=[Text("user", "What changed?")]), CLEAN, UNREAD])
    assert fact in words(html.write(plain_report(found)))


def test_a_clean_audit_passes():
    assert "PASS Audit of transcripts Verdict: clean" in words(html.write(plain_report(Audit([CLEAN]))))


def test_a_page_without_a_script_allows_none():
    page = html.write(plain_report(AUDIT))
    assert "script-src &#39;none&#39;;" in page
    assert "<script" not in page


@pytest.mark.parametrize("size", [(360, 740), (1280, 900)], ids=str)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(size, open_page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(viewport={"width": size[0], "height": size[1]})
    assert [(one["id"], one["nodes"][0]["html"]) for one in axe.run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
