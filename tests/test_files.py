import ast
import os
import stat
from pathlib import Path

import pytest

from promptkit.errors import PromptkitError
from promptkit.files import MAX_BYTES, load_yaml, make_folder, read_text, write_text
from tests.sources import FILES, module_of, tree_of


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


def test_a_file_is_written_under_a_name_that_nobody_can_have_planted(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    for name in (".report.tmp", "report.tmp", "report~"):
        (tmp_path / name).symlink_to(victim)
    write_text(tmp_path / "report", "new")
    assert ((tmp_path / "report").read_text(), victim.read_text()) == ("new", "precious")
    assert len(list(tmp_path.iterdir())) == 5


@pytest.mark.parametrize("target", ["victim", "missing", "folder"])
def test_a_link_in_place_of_a_file_is_refused_and_said(tmp_path, target):
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "folder").mkdir()
    (tmp_path / "report").symlink_to(tmp_path / target)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PromptkitError, match="it is a link, and no link is followed"):
        write_text(tmp_path / "report", "new")
    assert sorted(tmp_path.rglob("*")) == before
    assert ((tmp_path / "victim").read_text(), (tmp_path / "report").is_symlink()) == ("precious", True)


@pytest.mark.parametrize("path", ["/dev/null", ".", "/", "folder"])
def test_what_is_no_file_is_not_replaced(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(PromptkitError, match="unwritable"):
        write_text(Path(path), "new")
    assert [one.name for one in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664])
def test_a_file_keeps_its_permissions(tmp_path, mode):
    path = tmp_path / "report"
    path.write_text("old")
    path.chmod(mode)
    write_text(path, "new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", mode)


def test_a_new_file_has_the_permissions_of_any_new_file_and_a_private_one_only_its_owners(tmp_path):
    (tmp_path / "plain").touch()
    write_text(tmp_path / "new", "text")
    (tmp_path / "open").write_text("old")
    for name in ("private", "open"):
        write_text(tmp_path / name, "text", is_private=True)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "private", "open")]
    assert modes == [stat.S_IMODE((tmp_path / "plain").stat().st_mode), 0o600, 0o600]


def test_a_file_that_cannot_be_written_whole_stays_as_it_was_and_leaves_nothing_beside_it(tmp_path, monkeypatch):
    (tmp_path / "report").write_text("old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PromptkitError, match="No space left on device"):
        write_text(tmp_path / "report", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("report", "old")]


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(PromptkitError, match=r"\[unwritable\] cannot make .*: Not a directory"):
        make_folder(tmp_path / "file" / "folder")


# Each has its reason: lines that are added one by one, by way of `no_link`; a database, which only its library writes;
# and folders of our own, which nobody else can write to.
WRITERS = {
    ("promptkit.files", "mkdir"),
    ("promptkit.files", "open"),
    ("promptkit.agents.journal", "open"),
    ("promptkit.agents.journal", "truncate"),
    ("promptkit.guard.log", "open"),
    ("promptkit.evaluation.spread", "write_text"),
    ("promptkit.torii.tenant", "open"),
    ("promptkit.torii.tenant", "rename"),
    ("promptkit.connection.redaction", "fdopen"),
    ("promptkit.connection.cache", "open"),
    ("promptkit.access.state", "open"),
}
MAKES_FILES = {
    "write_bytes",
    "mkdir",
    "makedirs",
    "mkstemp",
    "NamedTemporaryFile",
    "fdopen",
    "copytree",
    "touch",
}
MAKES_FILES |= {"rename", "symlink_to", "truncate"}


def writes(call):
    """Whether a call writes, makes or moves a file."""
    is_method = isinstance(call.func, ast.Attribute)
    name = call.func.attr if is_method else getattr(call.func, "id", "")
    if name == "open":
        given = [ast.unparse(one) for one in [*call.args, *(keyword.value for keyword in call.keywords)]]
        return any(set("wxa+{") & set(mode) for mode in given if mode.startswith(("'", "f'")))
    return is_method and name in MAKES_FILES | {"write_text"} and "Journal" not in ast.unparse(call.func)


def test_one_function_writes_files_and_who_else_does_has_a_reason():
    found = {
        (module_of(path), getattr(node.func, "attr", getattr(node.func, "id", "")))
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and writes(node)
    }
    assert found == WRITERS
