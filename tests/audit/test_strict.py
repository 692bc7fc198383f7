import pytest

from promptkit.audit.strict import UnreadableError, parse, parse_arguments, parse_bounded


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not JSON (Expecting property name enclosed in double quotes at character 2)"),
        ('{"a":1,"a":2}', "an object in it has the same key twice"),
        ('{"a":1,"\\u0061":2}', "an object in it has the same key twice"),
        ('{"b":{"a":1,"a":1}}', "an object in it has the same key twice"),
        ("[NaN]", "NaN is not a JSON number"),
        ("[-Infinity]", "-Infinity is not a JSON number"),
        ("1" * 5000, "a number in it is too long"),
        ("[" * 100_000, "it is nested too deep"),
        (b'{"a":"\xff"}', "it is not UTF-8"),
        (b'{"a":"\x00"}', "it is not JSON (Invalid control character at at character 7)"),
    ],
)
def test_json_that_two_programs_may_read_differently_is_refused(text, reason):
    with pytest.raises(UnreadableError) as error:
        parse(text)
    assert str(error.value) == reason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": 1}, {"a": 1}),
        ('{"a":1}', {"a": 1}),
        ("", None),
        (None, None),
        ('{"a":1', '{"a":1'),
        ('{"a":1,"a":2}', '{"a":1,"a":2}'),
    ],
)
def test_arguments_are_read_or_stay_text_that_no_rule_accepts(value, expected):
    assert parse_arguments(value) == expected


def test_a_text_of_very_many_parts_is_refused_before_it_fills_the_memory():
    with pytest.raises(UnreadableError, match="parts"):
        parse_bounded(b"[" + b"{}," * 2_000_000 + b"1]")
