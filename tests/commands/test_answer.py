"""The command `answer`: the reference answer on stdout, and its exit code."""

import pytest

from promptkit.commands.answer import print_answer
from promptkit.errors import UsageError
from promptkit.model import DEFAULT_PROFILE


def test_the_whole_answer_is_printed_with_the_arguments_given(library, capfd):
    assert print_answer(library, "connection_apps", ["min_users=7"], server="local", profile=DEFAULT_PROFILE) == 0
    printed = capfd.readouterr().out
    assert printed.startswith("## Widely used apps\n")
    assert "\n- Filters: min_users = 7; rows = 25\n" in printed
    assert printed.splitlines()[-1].startswith("[connection_apps@")


def test_an_argument_that_is_no_pair_is_wrong_usage_and_nothing_is_read(library, capfd):
    with pytest.raises(UsageError, match="wrong-pair"):
        print_answer(library, "connection_apps", ["min_users"], server="local", profile=DEFAULT_PROFILE)
    assert capfd.readouterr().out == ""
