import pytest

from promptkit.json_strict import UnreadableError, sendable_json, strict_json


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
        ("[1e400]", "a number in it is too large"),
        ("-1.5E+999", "a number in it is too large"),
        ("[" * 100_000, "it is nested too deep"),
        ("[" * 201 + "]" * 201, "it is nested too deep"),
        ('{"a":' * 200 + "[]" + "}" * 200, "it is nested too deep"),
        (b'{"a":"\xff"}', "it is not UTF-8"),
        (b'{"a":"\x00"}', "it is not JSON (Invalid control character at at character 7)"),
    ],
)
def test_json_that_two_programs_may_read_differently_is_refused(text, reason):
    with pytest.raises(UnreadableError) as error:
        strict_json(text)
    assert str(error.value) == reason


@pytest.mark.parametrize("text", ['{"a": [1, -2.5e3, "\u00e9", null]}', '{"a": [1, -2.5e3, "\u00e9", null]}'.encode()])
def test_text_is_read_as_strictly_as_bytes_and_both_alike(text):
    assert strict_json(text) == {"a": [1, -2500.0, "\u00e9", None]}
    with pytest.raises(UnreadableError):
        strict_json(text * 2)


def test_as_many_lists_and_objects_within_one_another_as_are_allowed_are_read():
    for text in ("[" * 200 + "]" * 200, '{"a":' * 199 + "[1]" + "}" * 199, "[" + "[[]]," * 300 + "{}]"):
        assert strict_json(text) is not None


def test_what_is_sent_holds_no_half_of_a_character():
    assert sendable_json('{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}
    with pytest.raises(UnreadableError, match="half of a character"):
        sendable_json(b'{"a": "\\ud83d"}')
