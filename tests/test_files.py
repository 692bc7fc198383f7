from pathlib import Path

import pytest

from promptkit.errors import PromptkitError
from promptkit.files import MAX_BYTES, load_yaml, read_text


def load(tmp_path: Path, text: str):
    path = tmp_path / "x.yaml"
    path.write_text(text, encoding="utf-8")
    return load_yaml(path, "x.yaml")


def test_every_key_and_item_remembers_its_line_and_column(tmp_path):
    document = load(tmp_path, "a:\n  b: [1, 2]\nc: x\n")
    assert document.data == {"a": {"b": [1, 2]}, "c": "x"}
    assert document.place(("a", "b")) == (2, 3)
    assert document.place(("a", "b", 1)) == (2, 10)
    assert document.place(("c",)) == (3, 1)


def test_a_key_that_is_not_there_is_placed_at_what_is_around_it(tmp_path):
    assert load(tmp_path, "a:\n  b: 1\n").place(("a", "missing")) == (1, 1)


@pytest.mark.parametrize(
    ("text", "word", "place"),
    [
        ("a: one two", "two", (1, 8)),
        ("a:\n  one two", "two", (2, 7)),
        ("- one two", "two", (1, 7)),
        ("a: |\n  one\n\n    two\n  one", "two", (4, 5)),
        ("a: |  # why\n   one\n   two", "two", (3, 4)),
        ("a: 'one two'", "two", (1, 9)),
        ("{a: one two}", "two", (1, 9)),
        ('a: "one\\x20two"', "two", (1, 1)),
        ("a: >\n  one\n  two", "two", (1, 1)),
    ],
)
def test_a_word_of_a_text_is_placed_where_it_stands_or_else_at_its_key(tmp_path, text, word, place):
    document = load(tmp_path, text)
    key, value = next(iter(document.data.items() if isinstance(document.data, dict) else enumerate(document.data)))
    assert document.place_within((key,), value, value.index(word)) == place


def test_words_that_older_yaml_reads_as_booleans_stay_words(tmp_path):
    assert load(tmp_path, "a: no\nb: on\n").data == {"a": "no", "b": "on"}
    assert load(tmp_path, "%YAML 1.1\n---\na: no\nb: on\n").data == {"a": "no", "b": "on"}


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("a: 1\na: 2\n", "x.yaml:2:1: [duplicate-key] a is already set on line 1"),
        ("a: &x 1\nb: *x\n", "x.yaml:1:4: [yaml-alias] anchors and aliases are not allowed here"),
        ("<<: {a: 1}\n", "x.yaml:1:1: [yaml-key] a key must be a plain word"),
        ("a: !!binary aGk=\n", "x.yaml:1:4: [yaml-tag] the tag tag:yaml.org,2002:binary is not allowed"),
        ("a: [1,\n", "x.yaml:2:1: [not-yaml] did not find expected node content"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: [not-yaml] a second document begins here"),
        ("", "x.yaml: [empty-file] the file holds nothing"),
        ("[" * 200_000, "x.yaml:1:41: [too-deep] more than 40 levels deep"),
        ("a: " + "9" * 5000, "x.yaml:1:4: [not-yaml] " + "9" * 79 + "~ is not a valid whole number"),
    ],
    ids=lambda value: value[:12],
)
def test_yaml_that_tricks_or_breaks_is_a_clear_error(tmp_path, text, report):
    with pytest.raises(PromptkitError) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith(report)


def test_an_alias_bomb_is_refused_before_it_grows(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(PromptkitError, match="yaml-alias"):
        load(tmp_path, "\n".join(lines))


def test_a_large_file_is_refused(tmp_path):
    with pytest.raises(PromptkitError, match="too-large"):
        load(tmp_path, "a: " + "x" * MAX_BYTES)


def test_a_file_that_is_not_utf8_names_the_byte(tmp_path):
    path = tmp_path / "x.md"
    path.write_bytes(b"ab\xff")
    with pytest.raises(PromptkitError, match="byte 2 is not UTF-8"):
        read_text(path)


def test_windows_line_ends_and_byte_order_marks_are_read_away(tmp_path):
    path = tmp_path / "x.md"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\r\n")
    assert read_text(path) == "a\nb\n"


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(PromptkitError, match="No such file"):
        read_text(tmp_path / "none.yaml")
