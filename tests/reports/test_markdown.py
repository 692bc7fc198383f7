"""Markdown: its blocks, and nothing of others that is live."""

from markdown_it import MarkdownIt

from promptkit.audit.rows import report_of as audit_report
from promptkit.evaluation.rows import report_of as eval_report
from promptkit.policy.verdict import Verdict
from promptkit.reports import markdown
from promptkit.reports.blocks import Bullets, Grid, Head, Holds, Item, Line, Lines
from promptkit.reports.rows import Report
from tests.reports.examples import hostile_audit, run


def test_blocks_stand_apart_and_numbers_at_the_right():
    grid = Grid([Head("name"), Head("calls", Holds.NUMBER)], [[Lines(["a", "b"], ["c"]), "1"]], "and 2 more")
    bullets = Bullets("Failed", [Item("one", "text"), Item("two", details=["why"])], "and 3 more")
    report = Report("tool", "Title", Verdict.CLEAN, passed=True, rows=[], body=[Line("First."), grid, bullets])
    assert markdown.write(report) == (
        "# Title\n\nFirst\\.\n\n"
        "| name | calls |\n|---|--:|\n| a; b; c | 1 |\n\nand 2 more\n\n"
        "## Failed\n\n- **one** text\n- **two**\n  - why\n- and 3 more\n"
    )


def test_an_eval_has_a_row_for_each_family_and_then_what_failed():
    text = markdown.write(eval_report(run(*[Verdict.ATTEMPTED] * 25)))
    assert text.startswith("# Read-only eval: FAIL\n\nVerdict\\: attempted\\. 0 of 25 samples passed")
    assert "| m | authority | attempted | 0 of 25 | 0 of 25 | \\- | \\- | 25 |" in text
    assert text.endswith("- and 5 more\n")


def test_a_hostile_conversation_is_one_row_of_the_table():
    html = MarkdownIt("commonmark").enable("table").render(markdown.write(audit_report(hostile_audit())))
    assert html.count("<tr>") == 2
