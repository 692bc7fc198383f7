import datetime

import pytest

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError
from promptkit.language import english
from promptkit.library.recipe import parameters
from promptkit.library.render import render
from promptkit.model import DEFAULT_PROFILE, Argument, Profile
from tests.builders import prompt

FRIDAY = datetime.date(2026, 11, 27)
TEMPLATE = "What renews {{ days }}?"


def window(**fields) -> Argument:
    return Argument.model_validate({"type": "window", "description": "Which days."} | fields)


def shown(text, today=FRIDAY, **fields):
    argument = window(**fields)
    return type_of(argument).shown(argument, type_of(argument).parse(text, today), DEFAULT_PROFILE, english())


def reach(value, **fields):
    return parameters({"days": window(**fields)}, {"days": value}, FRIDAY)


def rendered(value, profile=DEFAULT_PROFILE, **fields):
    text = render(prompt(TEMPLATE, days={"type": "window"} | fields), {} if value is None else {"days": value}, profile)
    return text.splitlines()[0]


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("90", "in the next 90 days"),
        ("90 days", "in the next 90 days"),
        ("1", "in the next 1 day"),
        ("1500", "in the next 1,500 days"),
        ("next 30 days", "in the next 30 days"),
        ("Last 30 Days", "in the last 30 days"),
        ("in the last 30 days", "in the last 30 days"),
        ("2026-01-01 to 2026-03-31", "from 2026-01-01 to 2026-03-31"),
        ("from 2026-01-01 to 2026-03-31", "from 2026-01-01 to 2026-03-31"),
        ("this week", "from 2026-11-23 to 2026-11-29"),
        ("last week", "from 2026-11-16 to 2026-11-22"),
        ("this month", "from 2026-11-01 to 2026-11-30"),
        ("next month", "from 2026-12-01 to 2026-12-31"),
        ("the next quarter", "from 2027-01-01 to 2027-03-31"),
        ("last quarter", "from 2026-07-01 to 2026-09-30"),
        ("this year", "from 2026-01-01 to 2026-12-31"),
        ("Q1 2028", "from 2028-01-01 to 2028-03-31"),
        (" q4 2026 ", "from 2026-10-01 to 2026-12-31"),
    ],
)
def test_what_people_type_is_written_as_days_or_dates(typed, text):
    assert shown(typed) == text


@pytest.mark.parametrize(
    ("typed", "today", "text"),
    [
        ("next month", datetime.date(2026, 12, 31), "from 2027-01-01 to 2027-01-31"),
        ("this month", datetime.date(2028, 2, 29), "from 2028-02-01 to 2028-02-29"),
        ("last month", datetime.date(2027, 1, 1), "from 2026-12-01 to 2026-12-31"),
        ("this week", datetime.date(2026, 11, 29), "from 2026-11-23 to 2026-11-29"),
        ("next week", datetime.date(2026, 12, 28), "from 2027-01-04 to 2027-01-10"),
        ("last year", datetime.date(2027, 1, 1), "from 2026-01-01 to 2026-12-31"),
    ],
)
def test_words_mean_the_dates_of_the_day_on_which_they_are_typed(typed, today, text):
    assert shown(typed, today) == text


def test_days_lie_behind_where_the_default_does():
    assert shown("30", default="last 90 days") == "in the last 30 days"


@pytest.mark.parametrize("value", [90, "next 90 days"])
def test_days_ahead_begin_today_and_hold_both_ends(value):
    assert reach(value) == {"today": "2026-11-27", "days_from": "2026-11-27", "days_to": "2027-02-25"}


@pytest.mark.parametrize(("value", "default"), [(30, "last 7 days"), ("last 30 days", "next 90 days")])
def test_days_behind_end_today(value, default):
    assert reach(value, default=default) == {
        "today": "2026-11-27",
        "days_from": "2026-10-28",
        "days_to": "2026-11-27",
    }


def test_dates_are_bound_as_they_are():
    bound = reach("2027-01-01 to 2027-03-31")
    assert (bound["days_from"], bound["days_to"]) == ("2027-01-01", "2027-03-31")


def test_a_default_in_days_has_no_date_in_the_text():
    assert rendered(None, default="next 90 days") == "What renews in the next 90 days?"


def test_a_threshold_in_days_fills_a_window():
    profile = Profile.model_validate({"thresholds": {"days": 45}})
    assert rendered(None, profile, default="next 90 days") == "What renews in the next 45 days?"


@pytest.mark.parametrize("value", ["soon", "next decade", "", "90 nights", "2026-02-30 to 2026-03-01", True, 1.5])
def test_an_error_lists_what_is_possible(value):
    with pytest.raises(PromptkitError, match=r"it must be a number of days such as 90 or last 30 days, words such as"):
        rendered(value)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (731, "the most is 730 days"),
        ("last 731 days", "the most is 730 days"),
        ("2026-01-01 to 2028-01-02", "the most is 730 days"),
        (0, "the least is 1 day"),
        ("2026-03-02 to 2026-03-01", "the second date is before the first"),
        ("next quarter", "such words mean other dates every day; write days or dates here"),
    ],
)
def test_a_window_outside_its_limits_is_refused(value, reason):
    with pytest.raises(PromptkitError, match=reason):
        rendered(value, maximum=730)


def test_one_date_is_a_window():
    assert rendered("2026-03-01 to 2026-03-01") == "What renews from 2026-03-01 to 2026-03-01?"
