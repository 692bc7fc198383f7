"""CSV for spreadsheets, read back by the csv module of Python."""

import csv
import io

import pytest

from promptkit.reports.spreadsheet import answer_as_csv, disarmed

COLUMNS = [{"name": "app", "type": "string"}, {"name": "spend", "type": "money"}]


def answer(*tables, **more):
    return {
        "title": "Apps",
        "stamp": "[apps@1.0.0 01234567]",
        "remarks": [],
        "tables": [{"heading": heading, "columns": COLUMNS, "rows": rows} for heading, rows in tables],
        "totals": [],
        "evidence": {"Gaps": "none"},
    } | more


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def test_one_table_begins_with_its_header_and_has_rfc_4180_line_ends():
    text = answer_as_csv(answer(("Apps", [["Zoom", 12.5], ["Box", None]])))
    assert text.startswith("app,spend\r\nZoom,12.5\r\nBox,\r\n\r\nEvidence\r\n")
    assert text.count("\n") == text.count("\r\n")


def test_several_tables_stand_each_under_its_heading_with_an_empty_line_between():
    rows = read(answer_as_csv(answer(("First", [["Zoom", 1]]), ("Second", []))))
    assert rows[:7] == [["First"], ["app", "spend"], ["Zoom", "1"], [], ["Second"], ["app", "spend"], []]


def test_totals_say_what_they_are_for_and_the_evidence_comes_last():
    totals = [
        {"name": "spend", "key": "EUR", "type": "money", "value": 3.5},
        {"name": "apps", "unit": "apps", "value": 2},
    ]
    rows = read(answer_as_csv(answer(("Apps", []), totals=totals, remarks=["Two are new."])))
    heads = ["total", "of", "value", "unit"]
    assert rows[2:6] == [["Totals"], heads, ["spend", "EUR", "3.5", ""], ["apps", "", "2", "apps"]]
    told = [["View", "Apps"], ["Remark", "Two are new."], ["Gaps", "none"], ["Stamp", "[apps@1.0.0 01234567]"]]
    assert rows[6:] == [[], ["Evidence"], *told]


def test_rows_that_are_not_shown_are_counted():
    given = answer(("Apps", [["Zoom", 1]]))
    given["tables"][0]["total_rows"] = 36
    assert ["Not shown", "35 more rows of Apps"] in read(answer_as_csv(given))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1+1"])
def test_a_text_that_begins_like_a_formula_gets_an_apostrophe(text):
    assert disarmed(text) == f"'{text}"


def test_a_text_behind_a_semicolon_is_disarmed_too_since_a_cell_may_begin_there():
    assert disarmed("Zoom;=1+1") == "Zoom;'=1+1"


def test_numbers_and_plain_texts_stay_as_they_are():
    hostile = '=HYPERLINK("https://example.com")'
    rows = read(answer_as_csv(answer(("Apps", [[hostile, -12.5], ["a = b - c", -3]]))))
    assert rows[1:3] == [[f"'{hostile}", "-12.5"], ["a = b - c", "-3"]]


def test_hidden_characters_become_spaces_so_that_a_row_stays_a_line():
    assert read(answer_as_csv(answer(("Apps", [["Zo\r\n\u202eom", 1]]))))[1] == ["Zo om", "1"]
