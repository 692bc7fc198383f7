import pytest

from promptkit.language import english
from promptkit.library.languages import Languages
from promptkit.model import DEFAULT_PROFILE, Argument, Profile
from promptkit.page.fields import field_limits, fields_of


def field(profile=DEFAULT_PROFILE, words=None, **argument):
    days = Argument.model_validate({"description": "How far ahead."} | argument)
    return fields_of({"days": days}, profile, english(), words or english())[0]


@pytest.mark.parametrize(
    ("argument", "hint"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 4000}, "From 1 to 4000."),
        ({"type": "integer", "minimum": 0, "examples": [30]}, "0 or more. For example 30."),
        ({"type": "number", "maximum": 0.5}, "0.5 or less."),
        ({"type": "number"}, ""),
        ({"type": "string", "examples": ["Sales", "HR"]}, "For example Sales, HR."),
        ({"type": "date"}, ""),
        ({"type": "number", "minimum": 0, "description": "How many. Raise it."}, "Raise it. 0 or more."),
    ],
)
def test_a_hint_says_what_the_control_does_not_show(argument, hint):
    assert field(**argument).hint == hint


def test_the_label_of_a_field_is_its_first_sentence():
    assert field(type="integer", description="How many. Raise it.").label == "How many"


@pytest.mark.parametrize(
    ("argument", "need"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 4000}, "a whole number from 1 to 4000"),
        ({"type": "number", "minimum": 0}, "a number, 0 or more"),
        ({"type": "string"}, "one line of text, up to 200 characters"),
        ({"type": "date"}, "a date"),
        ({"type": "choice", "choices": ["a"]}, "one of the choices"),
    ],
)
def test_an_error_says_what_is_needed(argument, need):
    assert field(**argument).need == need


@pytest.mark.parametrize(
    ("argument", "hint", "need"),
    [
        (
            {"type": "integer", "minimum": 1, "maximum": 4000, "examples": [30]},
            "Von 1 bis 4000. Zum Beispiel 30.",
            "eine ganze Zahl von 1 bis 4000",
        ),
        ({"type": "number", "minimum": 0}, "0 oder mehr.", "eine Zahl, 0 oder mehr"),
        ({"type": "string"}, "", "eine Zeile Text, bis zu 200 Zeichen"),
    ],
)
def test_a_form_says_its_limits_in_the_language_of_its_page(argument, hint, need):
    german = Languages().named("de")
    shown = field(words=german, **argument | {"description": "Which days to look at."})
    assert (shown.label, shown.hint, shown.need) == ("Welche Tage betrachtet werden", hint, need)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ({"type": "integer", "default": 90}, "90"),
        ({"type": "number", "default": 1.0}, "1"),
        ({"type": "number", "default": 0.8}, "0.8"),
        ({"type": "boolean"}, "false"),
        ({"type": "boolean", "default": True}, "true"),
        ({"type": "string"}, ""),
        ({"type": "organizational_view"}, "Department"),
    ],
)
def test_a_field_starts_with_what_python_would_take(argument, value):
    assert field(**argument).value == value


def test_a_field_starts_with_the_tenant_s_threshold():
    profile = Profile.model_validate({"thresholds": {"days": 30}})
    assert field(profile, type="integer", default=90).value == "30"


def test_the_script_learns_how_an_organizational_view_is_written():
    rules = field_limits(field(type="organizational_view"))
    assert rules["shown"] == {"Department": '"Department" (the user field department; empty is "Unassigned")'}
