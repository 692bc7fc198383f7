"""What is found in an answer, however it is written."""

import pytest

from promptkit.answering.parsed import WrittenLine, parse_answer


def test_a_table_is_found_under_its_heading_and_a_stamp_on_the_last_line():
    parsed = parse_answer("## Apps\n| app | users |\n|---|---|\n| `Miro` | **7** |\n\n[view@1.0.0 12345678]\n")
    assert parsed.tables == {"Apps": [["app", "users"], ["Miro", "7"]]}
    assert parsed.stamp == "[view@1.0.0 12345678]"


@pytest.mark.parametrize("heading", ["# Totals", "### Totals", "**Totals**", "__Totals__"])
def test_a_heading_is_one_at_any_level_and_in_bold(heading):
    assert parse_answer(f"{heading}\n\n- apps: 6").lines == [WrittenLine("Totals", 1, "apps: 6")]


def test_bullets_below_bullets_and_lines_without_a_bullet_keep_their_depth():
    parsed = parse_answer("## Evidence\nTools: list_apps\nRows: 5\n\n- Gaps:\n  - one\n    and more\n  - two\n")
    assert [(line.depth, line.text) for line in parsed.lines] == [
        (0, "Tools: list_apps"),
        (0, "Rows: 5"),
        (1, "Gaps:"),
        (2, "one and more"),
        (2, "two"),
    ]


def test_a_broken_line_in_a_cell_separates_its_parts():
    assert parse_answer("## A\n| a |\n|---|\n| one<br>two |\n").tables["A"][1] == ["one; two"]


def test_a_table_may_be_the_first_thing_that_is_said():
    assert parse_answer("| a |\n|---|\n| 1 |\n").tables == {"": [["a"], ["1"]]}


def test_prose_has_no_tables():
    parsed = parse_answer("All fine, there are 2 contracts.")
    assert (parsed.tables, parsed.stamp, parsed.unread) == ({}, None, "")
