import pytest

from promptkit.audit.strict import parse_arguments, parse_bounded
from promptkit.json_strict import UnreadableError


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
