"""What is said of a failure of our own: where, which versions, and what to do with it."""

import platform
from importlib.metadata import version
from pathlib import Path

import pytest

from promptkit.bugs import bug_report
from promptkit.files import make_folder


@pytest.fixture
def bug():
    """An error that the standard library raises, several calls below a line of ours; and the number of that line."""
    with pytest.raises(ValueError, match="null") as caught:
        make_folder(Path("\0"))
    (line,) = (entry.lineno + 1 for entry in caught.traceback if entry.path.name == "files.py")
    return caught.value, line


def test_the_innermost_line_of_ours_is_named_with_the_kind_of_error(bug):
    error, line = bug
    place = f"This is a bug in promptkit: ValueError at promptkit/files.py:{line}, in make_folder."
    assert place in bug_report(error).splitlines()


def test_of_several_tasks_the_one_that_failed_is_named(bug):
    error, line = bug
    group = ExceptionGroup("tasks", [ExceptionGroup("inner", [error])])
    assert f"ValueError at promptkit/files.py:{line}, in make_folder." in bug_report(group)


def test_the_versions_and_the_machine_are_told(bug):
    told = f"promptkit {version('torii-promptkit')}, Python {platform.python_version()}, {platform.platform()}"
    assert told in bug_report(bug[0]).splitlines()


def test_it_ends_with_where_to_report_it_and_what_to_mind(bug):
    *lines, where, mind = bug_report(bug[0]).splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert where == "Please report it with the lines above, where you got promptkit from."
    assert mind == "They may quote your data, so read them first."


def test_an_error_that_came_through_no_line_of_ours_is_named_alone():
    assert "This is a bug in promptkit: ValueError." in bug_report(ValueError("x")).splitlines()
