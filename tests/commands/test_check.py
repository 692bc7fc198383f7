"""The command `check`: what it looks at, what it prints, its exit code."""

import json

import pytest

from promptkit.commands.check import check


def broken(library, *names):
    """The files of some prompts, each with one key that is not known."""
    paths = [library.prompts / f"{name}.yaml" for name in names]
    for path in paths:
        path.write_text(path.read_text("utf-8") + "colour: red\n", encoding="utf-8")
    return paths


def test_only_the_files_given_are_checked(copy, capsys):
    path, _ = broken(copy, "connection_apps", "renewal_calendar")
    assert check(copy, [path], as_json=True) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["path"], found["code"]) == ("prompts/connection_apps.yaml", "unknown-key")


def test_a_folder_is_checked_as_a_library(copy, library, capsys):
    broken(copy, "connection_apps")
    assert check(library, [copy.root], as_json=True) == 1
    assert [one["code"] for one in json.loads(capsys.readouterr().out)] == ["unknown-key"]


@pytest.mark.parametrize(
    ("names", "counted"),
    [
        ([], "No problems found.\n"),
        (["connection_apps"], "1 problem found.\n"),
        (["connection_apps", "renewal_calendar"], "2 problems found.\n"),
    ],
)
def test_the_problems_are_counted_apart_from_the_list(copy, capsys, names, counted):
    paths = broken(copy, *names) or [copy.prompts / "connection_apps.yaml"]
    assert check(copy, paths, as_json=False) == bool(names)
    printed = capsys.readouterr()
    assert (printed.out.count("[unknown-key]"), printed.err) == (len(names), counted)
