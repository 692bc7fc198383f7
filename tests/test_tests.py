"""The order of the tests themselves, read from their sources."""

import ast

import pytest

from tests.sources import ROOT, imported, module_of, tree_of

TESTS = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("path", TESTS, ids=module_of)
def test_no_module_of_the_tests_imports_a_test_or_a_conftest(path):
    taken = [name for name in imported(path) if name.startswith("tests.")]
    assert [name for name in taken if name.split(".")[-1].startswith(("test_", "conftest"))] == []


def patched(tree):
    """What a test module patches that is ours: by its dotted name, or on a module or class that it imports."""
    ours = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("promptkit")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setattr":
            where = node.args[0]
            if isinstance(where, ast.Constant) and where.value.startswith("promptkit"):
                yield where.value
            yield from (name.id for name in ast.walk(where) if isinstance(name, ast.Name) and name.id in ours)


@pytest.mark.parametrize("path", TESTS, ids=module_of)
def test_what_is_ours_is_given_and_not_patched(path):
    assert list(patched(tree_of(path))) == []


def private(tree):
    """The names with an underscore that a test module takes from ours or from an object that is not its own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("promptkit"):
            yield from (alias.name for alias in node.names if alias.name.startswith("_"))
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
            yield from () if is_own else [node.attr]


@pytest.mark.parametrize("path", TESTS, ids=module_of)
def test_no_private_name_is_taken(path):
    assert list(private(tree_of(path))) == []
