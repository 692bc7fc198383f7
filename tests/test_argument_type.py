import datetime

import pytest

from promptkit.argument_type import ArgumentType, type_of, written
from promptkit.arguments import TYPES
from promptkit.files import load_yaml, validate
from promptkit.language import english
from promptkit.model import DEFAULT_PROFILE, Argument, Prompt
from tests.sources import ROOT

TODAY = datetime.date(2026, 11, 27)
EVERY_TYPE = ROOT / "tests/page/every_type.yaml"


def argument(**fields) -> Argument:
    return Argument.model_validate({"description": "An argument."} | fields)


@pytest.mark.parametrize("name", TYPES)
def test_every_module_of_the_folder_is_a_type(name):
    assert isinstance(type_of(argument(type=name)), ArgumentType)


def test_a_type_that_leaves_a_question_open_cannot_be_made():
    class Half(ArgumentType):
        def need(self, argument):
            return "anything"

    with pytest.raises(TypeError, match="abstract"):
        Half()


@pytest.mark.parametrize("name", ["strng", "String", "", 3, None])
def test_a_type_that_has_no_module_is_refused(name):
    with pytest.raises(ValueError, match=r"Input should be 'boolean', .* or 'window'"):
        argument(type=name)


def test_the_page_is_tested_with_every_type():
    prompt = validate(load_yaml(EVERY_TYPE), Prompt)
    assert {one.type for one in prompt.arguments.values()} == set(TYPES)


def test_authors_are_told_of_every_type():
    (line,) = [
        line
        for line in (ROOT / "prompts/README.md").read_text("utf-8").splitlines()
        if line.startswith("| `arguments`")
    ]
    assert [name for name in TYPES if name not in line] == []


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (7, "7"), (1.0, "1"), (0.1, "0.1"), (datetime.date(2026, 11, 2), "2026-11-02"), ("a b", "a b")],
)
def test_a_value_is_written_as_a_control_holds_it(value, text):
    assert written(value) == text


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        ({"type": "boolean"}, False),
        ({"type": "choice", "choices": ["a", "b"]}, "b"),
        ({"type": "date"}, datetime.date(2026, 2, 28)),
        ({"type": "integer"}, -7),
        ({"type": "number"}, 2.5),
        ({"type": "string"}, "a b"),
        ({"type": "window"}, 90),
        ({"type": "window"}, "last 30 days"),
        ({"type": "window"}, "2027-01-01 to 2027-03-31"),
    ],
)
def test_what_is_written_is_read_back(fields, value):
    assert type_of(argument(**fields)).parse(written(value), TODAY) == value


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({"type": "boolean"}, ("true", "false")),
        ({"type": "choice", "choices": ["b", "a"]}, ("b", "a")),
        ({"type": "organizational_view"}, ("Department",)),
        ({"type": "organizational_group"}, ()),
        ({"type": "string"}, ()),
    ],
)
def test_what_can_be_chosen_is_listed(fields, options):
    assert type_of(argument(**fields)).options(argument(**fields), DEFAULT_PROFILE) == options


@pytest.mark.parametrize(
    ("fields", "blank"),
    [
        ({"type": "string"}, '"[name]"'),
        ({"type": "organizational_group"}, '"[name]"'),
        ({"type": "date"}, "[name]"),
        ({"type": "choice", "choices": ["a", "b"]}, "a"),
    ],
)
def test_a_blank_stands_in_the_text_as_a_value_would(fields, blank):
    made = type_of(argument(**fields)).blank(argument(**fields), "[name]")
    assert type_of(made).shown(made, made.default, DEFAULT_PROFILE, english()) == blank
