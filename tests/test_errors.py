"""Which word was probably meant, and what is said where an optional library is missing."""

import sys

import pytest

from promptkit.errors import UsageError, extra, nearest


def test_a_word_is_taken_for_a_slip_only_if_it_is_near():
    assert nearest("lsit_apps", ["list_apps", "list_users"], "none") == "write list_apps"
    assert nearest("list_vendors", ["list_apps", "list_users"], "none") == "none"


def test_a_library_that_is_there_is_given():
    assert extra("distributed", "dask") is sys.modules["distributed"]


def test_a_library_that_is_missing_is_named_with_the_extra_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError) as caught:
        extra("distributed", "dask")
    assert str(caught.value) == (
        "[missing-extra] this needs distributed, which is not installed\n"
        "    fix: run: pip install 'torii-promptkit[dask]'"
    )


def test_of_a_module_of_ours_the_library_that_it_lacks_is_named(monkeypatch):
    monkeypatch.delitem(sys.modules, "promptkit.evaluation.statistics", raising=False)
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(UsageError, match=r"this needs scipy\.stats, which is not installed"):
        extra("promptkit.evaluation.statistics", "statistics")
