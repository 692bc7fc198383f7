"""pyproject.toml declares what the sources import: its dependencies for all of them, its extras behind `extra()`."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.sources import FILES, PACKAGE, ROOT, imported, module_of, tree_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
INSTALLED = packages_distributions()
# Modules that only pytest imports, and so has.
PLUGINS = set(PROJECT["entry-points"]["pytest11"].values())


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements):
    """The distributions that requirements name, those of our own extras in place of them."""
    found = set()
    for requirement in requirements:
        name, extras = re.match(r"([\w.-]+)(?:\[([\w,]+)\])?", requirement).groups()
        if name == PROJECT["name"]:
            for extra in extras.split(","):
                found |= declared(PROJECT["optional-dependencies"][extra])
        else:
            found.add(plain(name))
    return found


CORE = declared(PROJECT["dependencies"])


def distributions(module):
    """The distributions that may give a module; a namespace such as `ruamel` is shared by several."""
    return {plain(name) for name in INSTALLED.get(module.split(".")[0], [module])}


def third_party(path):
    ours = {"promptkit", "__future__", *sys.stdlib_module_names}
    return {module for module in imported(path) if module.split(".")[0] not in ours}


def behind_extras():
    """Each module that the sources get by `extra()`, and the name of the extra."""
    calls = (node for path in FILES for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))
    return {call.args[0].value: call.args[1].value for call in calls if getattr(call.func, "id", "") == "extra"}


def rooms_behind_extras():
    """Each module that needs the extra of its room's name: it imports what only that gives, or a module that does."""
    for name in PROJECT["optional-dependencies"]:
        room = {module_of(path): path for path in FILES if name in path.relative_to(PACKAGE).parts}
        needing = {one for one, path in room.items() if any(not distributions(m) & CORE for m in third_party(path))}
        while more := {one for one, path in room.items() if needing & set(imported(path))} - needing:
            needing |= more
        yield from ((module, name) for module in needing)


EXTRAS = behind_extras() | dict(rooms_behind_extras())


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_what_a_module_imports_is_declared(path):
    allowed = set(CORE)
    if module_of(path) in EXTRAS:
        allowed |= declared(PROJECT["optional-dependencies"][EXTRAS[module_of(path)]])
    if module_of(path) in PLUGINS:
        allowed.add("pytest")
    assert [module for module in third_party(path) if not distributions(module) & allowed] == []


def test_nothing_imports_at_once_what_is_behind_an_extra():
    assert [path for path in FILES if module_of(path) not in EXTRAS and EXTRAS.keys() & set(imported(path))] == []


def test_every_dependency_is_imported():
    used = {name for path in FILES for module in third_party(path) for name in distributions(module)}
    assert CORE - used == set()


def test_what_is_fetched_as_optional_is_in_the_extra_that_the_error_names():
    libraries = {module: extra for module, extra in EXTRAS.items() if not module.startswith("promptkit.")}
    extras = PROJECT["optional-dependencies"]
    assert {"keyring", "distributed"} == set(libraries)
    assert [module for module, extra in libraries.items() if not distributions(module) & declared(extras[extra])] == []


def test_a_comparison_with_a_baseline_needs_no_library_of_a_model():
    assert declared(PROJECT["optional-dependencies"]["statistics"]) == {"scipy"}
    assert "scipy" in declared(PROJECT["optional-dependencies"]["models"])
