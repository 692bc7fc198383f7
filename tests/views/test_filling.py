import datetime

import pytest

from promptkit.errors import PromptkitError
from promptkit.model import DEFAULT_PROFILE
from promptkit.views.filling import filled

TODAY = datetime.date(2026, 11, 2)


def values(library, name, given):
    return filled(library.load_prompt(name), given, TODAY, DEFAULT_PROFILE)


@pytest.mark.parametrize("rows", [30, "30", " 30 ", 30.0])
def test_a_number_may_come_as_text(library, rows):
    assert values(library, "renewal_calendar", {"rows": rows})["rows"] == 30


@pytest.mark.parametrize(
    ("days", "value"), [("next quarter", "2027-01-01 to 2027-03-31"), (90, 90), ("last 30 days", "last 30 days")]
)
def test_words_for_days_are_read_as_of_the_day_of_the_tenant(library, days, value):
    assert values(library, "renewal_calendar", {"days": days})["days"] == value


def test_dates_and_yes_or_no_are_read(library):
    assert values(library, "what_changed", {"since": "2026-10-01"})["since"] == datetime.date(2026, 10, 1)
    assert values(library, "field_discovery", {"with_transactions": "true"})["with_transactions"] is True
    assert values(library, "field_discovery", {"with_transactions": True})["with_transactions"] is True


def test_null_is_not_given(library):
    assert values(library, "renewal_calendar", {"rows": None})["rows"] == 25


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("renewal_calendar", {"day": 3}, 'has no argument "day"; it has: days, rows; write days'),
        (
            "renewal_calendar",
            {"rows": "many"},
            'rows is "many", but it must be a whole number; rows may be from 1 to 500',
        ),
        ("renewal_calendar", {"rows": 9999}, "the most is 500; rows may be from 1 to 500"),
        ("renewal_calendar", {"rows": [1]}, "it must be a whole number"),
        ("renewal_calendar", {"rows": 1e300}, "it must be a whole number"),
        ("digest", {"period": "yearly"}, "it must be one of daily, weekly"),
        ("spend_by_slice", {"slice": "Planet"}, "the profile has Department"),
        ("app_dossier", {}, "app_dossier needs app"),
    ],
)
def test_a_wrong_argument_says_what_is_allowed(library, name, given, told):
    with pytest.raises(PromptkitError) as caught:
        values(library, name, given)
    (problem,) = caught.value.problems
    assert told in problem.message
