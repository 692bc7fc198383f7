"""The order of the tests themselves, read from their sources."""

import ast

from tests.sources import ROOT, imported, module_of, tree_of

TESTS = sorted((ROOT / "tests").rglob("*.py"))


def offenders(taken):
    """The modules of the tests of which `taken` says something, and what it says."""
    return {module_of(path): found for path in TESTS if (found := list(taken(path)))}


def imported_tests(path):
    """The tests and conftests that a module of the tests imports."""
    taken = [name for name in imported(path) if name.startswith("tests.")]
    return [name for name in taken if name.split(".")[-1].startswith(("test_", "conftest"))]


def test_no_module_of_the_tests_imports_a_test_or_a_conftest():
    assert offenders(imported_tests) == {}


def patched(path):
    """What a test module patches that is ours: by its dotted name, or on a module or class that it imports."""
    tree = tree_of(path)
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


def test_what_is_ours_is_given_and_not_patched():
    assert offenders(patched) == {}


def private(path):
    """The names with an underscore that a test module takes from ours or from an object that is not its own."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("promptkit"):
            yield from (alias.name for alias in node.names if alias.name.startswith("_"))
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__"):
            is_own = isinstance(node.value, ast.Name) and node.value.id == "self"
            yield from () if is_own else [node.attr]


def test_no_private_name_is_taken():
    assert offenders(private) == {}
