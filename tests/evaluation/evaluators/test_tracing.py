"""Which numbers of an answer can be traced, by each kind of source; and which are no figures at all."""

from itertools import count

import pytest

from promptkit.agents.turns import Message
from promptkit.answering.parsed import parse_answer
from promptkit.evaluation.evaluators.contract import fails, holds
from promptkit.evaluation.evaluators.tracing import figures_traceable
from promptkit.transcript import CallState
from tests.evaluation.runs import made, run_of

NO_FIGURES = parse_answer("")
UNTRACED = "from no tool result or stated formula: "


def claim(answer, *calls, expected=NO_FIGURES, **asked):
    return figures_traceable(run_of(answer, *calls, **asked), parse_answer(answer), expected)


def untraced(answer, *calls, **given):
    """The numbers that the reason names."""
    return claim(answer, *calls, **given).reason.removeprefix(UNTRACED)


def test_an_answer_without_numbers_is_traced():
    assert claim("All is well.") == holds("figures_traceable")


def test_invented_numbers_are_named_once_each_in_their_order():
    told = claim("Miro costs 4,321.50, so 777 seats and 4,321.50 again; -12 left.")
    assert told == fails("figures_traceable", f"{UNTRACED}4321.50, 777, -12")


def test_the_reason_is_cut():
    assert (
        untraced(" and ".join(str(number) for number in range(1000, 1100)))
        == ", ".join(str(number) for number in range(1000, 1100))[:200]
    )


@pytest.mark.parametrize("figure", ["1,234.56", "1234.56", "123,456", "12.35", "123,456.00"])
def test_a_number_of_a_result_is_traced_as_it_is_in_cents_as_a_fraction_and_rounded(figure):
    assert untraced(f"It costs {figure}.", made({}, {"price": 1234.56})) == ""


@pytest.mark.parametrize("figure", ["1,234.567", "1,234.50", "12.3456789", "1234.6 and 1235.5"])
def test_a_number_near_one_of_a_result_is_not(figure):
    assert untraced(f"It costs {figure}.", made({}, {"price": 1234.56})) != ""


def test_a_number_rounded_to_its_own_digits_at_most_two_is_traced():
    assert untraced("About 67 %, that is 66.7 % or 66.67 %.", made({}, {"share": 66.6666})) == ""
    assert untraced("That is 66.667 %.", made({}, {"share": 66.6666})) == "66.667"


def test_what_was_asked_is_a_source_and_what_the_assistant_said_before_is_none():
    run = run_of("Within 90 days: 44 apps.", asked="Show 90 days.")
    run.messages[2:2] = [Message("assistant", "I see 44 apps."), Message("user", "Go on.")]
    told = figures_traceable(run, parse_answer(run.answer), NO_FIGURES)
    assert told.reason == f"{UNTRACED}44"


def test_what_the_system_says_is_a_source_apart_from_what_the_user_says():
    run = run_of("In 90 days, of 500 rows.", asked="90 days.")
    run.messages[0] = Message("system", "Rows: 500")
    assert figures_traceable(run, parse_answer(run.answer), NO_FIGURES).passed


def test_the_year_of_a_date_in_a_result_is_a_source_and_its_day_is_none():
    assert untraced("In 2031, on day 28.", made({}, {"end": "2031-07-28"})) == "28"


@pytest.mark.parametrize("cell", ["37", "37.00", "37 of all", "up to 37"])
def test_the_figures_that_the_view_gives_are_sources(cell):
    in_a_row = parse_answer(f"## Apps\n| app | seats |\n|---|---|\n| Miro | {cell} |\n")
    in_a_total = parse_answer(f"## Totals\n- seats: {cell}\n")
    assert untraced("It has 37 seats.", expected=in_a_row) == ""
    assert untraced("It has 37 seats.", expected=in_a_total) == ""
    assert untraced("It has 38 seats.", expected=in_a_row) == "38"


def test_the_rows_that_were_read_are_counted_by_call_and_together():
    pages = [made({}, {"apps": [{}] * 6}), made({}, {"apps": [{}] * 5}), made({}, {}, state=CallState.FAILED)]
    assert untraced("I read 6 rows, then 5, so 11; not 7.", *pages) == "7"


def test_zero_and_one_are_traced_everywhere():
    assert untraced("There is 1 app, and 0 users.") == ""


TABLE = """\
## Apps

| app | owner | seats | used |
|---|---|---|---|
| Miro | Ada | 4,000 | 1,000 |
| Figma | Bo | 300 | 120 |
| Okta | Bo | 70 | none |

"""
READ = made({}, {"apps": [4000, 1000, 300, 120, 70]})


@pytest.mark.parametrize(
    "figure",
    [
        pytest.param("4,370", id="sum"),
        pytest.param("370", id="sum of an owner"),
        pytest.param("1,456.67", id="mean"),
        pytest.param("185", id="mean of an owner"),
        pytest.param("560", id="mean of what is known"),
        pytest.param("91.5 %", id="share"),
        pytest.param("81.08", id="share of an owner"),
        pytest.param("3,000", id="difference in a row"),
        pytest.param("-180", id="negative difference in a row"),
        pytest.param("40 %", id="ratio in a row"),
        pytest.param("2.5", id="ratio in a row the other way"),
    ],
)
def test_arithmetic_over_the_answers_own_tables_is_traced(figure):
    assert untraced(f"{TABLE}So {figure}.\n", READ) == ""


@pytest.mark.parametrize("figure", ["4,371", "5,490", "3,700", "1,300", "13"])
def test_other_arithmetic_is_not(figure):
    assert untraced(f"{TABLE}So {figure}.\n", READ) == figure.replace(",", "")


def test_the_rows_of_a_table_are_counted_in_all_and_by_each_value():
    rows = "".join(f"| App {letter} | {'Ada' if letter < 'i' else 'Bo'} |\n" for letter in "abcdefghijklmnopqrstu")
    told = untraced(f"## Apps\n\n| app | owner |\n|---|---|\n{rows}\n8 of 21 are Ada's, 13 Bo's, and 12 nobody's.")
    assert told == "12"


def test_a_table_without_rows_counts_none_and_gives_no_arithmetic():
    assert untraced("## Apps\n\n| app | seats |\n|---|---|\n\nSo 9.") == "9"


def test_cells_that_are_no_finite_numbers_take_no_part():
    rows = "## Apps\n\n| a | b |\n|---|---|\n| NaN | Infinity |\n| n/a | 20 % |\n| 0 | 60 % |\n\n"
    assert untraced(f"{rows}Together 80, on average 40; a third more is 81.", made({}, {"shares": [20, 60]})) == "81"


def test_each_table_is_a_source_and_tables_of_one_heading_are_one():
    tables = "".join(
        f"{heading}| a | b |{more}\n|---|---|{line}\n| x | {number} |{more}\n\n"
        for heading, number, more, line in (
            ("## A\n\n", 70, "", ""),
            ("", 80, " c |", "---|"),
            ("## B\n\n", 90, "", ""),
        )
    )
    assert untraced(f"{tables}In all 150, apart from 90; 240 is nowhere.", made({}, {"n": [70, 80]})) == "240"


def test_a_column_of_zeros_has_a_sum_and_no_shares():
    assert untraced("## Apps\n\n| a | b |\n|---|---|\n| x | 0 |\n| y | 0 |\n\nSo 2 rows, and 9.") == "9"


@pytest.mark.parametrize(
    "text",
    [
        "On 2026-11-02, 2026-11-02 09:15 and 2026-11-02T09:15:10.5Z.",
        "At 09:15.",
        "On 2 November 2026 and on 17. Mai 2026.",
        "On November 17, 2026.",
        "Office365, G2, 365days and v2.13.4 and 10.0.0.7.",
        "1. Miro\n2) Figma\n   13. Okta",
        "All is well.\n\n[renewal_calendar@2.13.7 0123abcd]\n",
        "## Evidence\n\n- Rows: list_apps 55 of 77\n- Gaps: 99",
        "## Totals\n\nNone.\n\n## Evidence\r\n\r\n- Rows: 55\r\n",
    ],
    ids=count(),
)
def test_dates_versions_ordinals_the_stamp_and_the_evidence_are_no_figures(text):
    assert untraced(text) == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("## Evidence\n\n- Rows: 55\n\n## Notes\n\nAbout 66.", "66"),
        ("## Evidence\n\n- Rows: 55\n\n### Notes\n\nAbout 66.", "66"),
        ("## Evidence of waste\n\nAbout 66.", "66"),
        ("### Evidence\n\nAbout 66.", "66"),
        ("[app@2 12345678] and 66.", "2, 12345678, 66"),
        ("1. 66 apps", "66"),
        ("Seen 66. Then more", "66"),
        ("Item 66) is last", "66"),
        ("1,23 is no thousand, and 1,234,567 is one.", "1234567"),
        ("At 9:5 or 09:155", "9, 5, 155"),
        ("Spent $66, or (77), or 88%.", "66, 77, 88"),
    ],
    ids=count(),
)
def test_what_only_resembles_them_is_judged(text, named):
    assert untraced(text) == named
