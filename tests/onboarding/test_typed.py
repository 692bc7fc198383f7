"""What a person types, and what they are told where it is wrong."""

from pathlib import Path

import pytest

from promptkit.errors import PromptkitError
from promptkit.onboarding.typed import field, line, picked, require_writable, thresholds, value_and_group, yes_or_no

NAMES = ["user.department", "user.country", "app.owner"]


@pytest.mark.parametrize(
    ("text", "places"),
    [("1", [0]), ("3, 1", [2, 0]), ("user.country 1", [1, 0]), ("1,1", [0]), ("", [])],
)
def test_a_list_is_picked_from_by_number_or_name(text, places):
    assert picked(text, NAMES) == places


@pytest.mark.parametrize("word", ["0", "4", "-1", "01", "1.0", "1" * 5000, "000000011111", "²", "٣", "user", "None"])
def test_what_is_not_in_a_list_is_refused(word):
    with pytest.raises(PromptkitError, match="not-in-list"):
        picked(word, NAMES)


@pytest.mark.parametrize("word", ["user.departmnt", "usr.country", "app.owners"])
def test_a_slip_is_answered_with_the_name_that_was_meant(word):
    with pytest.raises(PromptkitError) as caught:
        picked(word, NAMES)
    assert caught.value.problems[0].fix.removeprefix("write ") in NAMES


@pytest.mark.parametrize(
    ("names", "fix"),
    [(NAMES, "write a number from 1 to 3, or a name as the list has it"), (["1", "2"], "write a number from 1 to 2")],
)
def test_names_are_asked_for_only_where_the_list_has_some(names, fix):
    with pytest.raises(PromptkitError) as caught:
        picked("99", names)
    assert caught.value.problems[0].fix == fix


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder in which nobody can write, not even root")
def test_a_folder_that_cannot_be_written_to_is_found_by_trying():
    with pytest.raises(PromptkitError, match="nothing can be written into /proc/self"):
        require_writable(Path("/proc/self/dashboard.yaml"))


@pytest.mark.parametrize("text", ["soon", "1_0", "nan", "inf", "1e5", "٣", "--1", "0x1", "1,5", "9" * 400])
def test_only_what_people_write_is_a_number(text, library):
    with pytest.raises(PromptkitError, match="wrong-number"):
        thresholds([f"days={text}"], library)


def test_thresholds_are_numbers_of_arguments(library):
    assert thresholds(["days=120", "min_users=20"], library) == {"days": 120, "min_users": 20}
    with pytest.raises(PromptkitError, match="no prompt has an argument dayz"):
        thresholds(["dayz=3"], library)


@pytest.mark.parametrize("text", ["", "a", "=b", "a=", "a=b=c", " = "])
def test_a_pair_has_two_sides(text):
    with pytest.raises(PromptkitError, match="wrong-pair"):
        value_and_group(text)


@pytest.mark.parametrize("text", ["", " ", "a\u200bb", "a\u202eb", "a\tb", "x" * 201])
def test_a_line_can_be_seen(text):
    with pytest.raises(PromptkitError):
        line(text, "the name")


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("usr.team", "write user"),
        ("team", "write ENTITY.FIELD; user, app, contract, transaction"),
        ("user.a b", "write the key that promptkit init shows, such as user.department"),
        ("user.team=", "write something"),
    ],
)
def test_a_field_is_named_by_its_entity(text, fix):
    with pytest.raises(PromptkitError) as caught:
        field(text)
    assert caught.value.problems[0].fix == fix


@pytest.mark.parametrize("text", ["", "yess", "ja", "1"])
def test_only_yes_and_no_are_answers(text):
    with pytest.raises(PromptkitError, match="yes-or-no"):
        yes_or_no(text)
    assert [yes_or_no(word) for word in ("y", "YES", " n", "No")] == [True, True, False, False]
