"""The order of the rooms, read from the sources: a folder imports only from folders above it."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.sources import (
    DOOR,
    FILES,
    GROUND,
    ORDER,
    PACKAGE,
    imported,
    imported_by,
    module_of,
    our_modules,
    path_of,
    tree_of,
)

PURE = ("model", "argument_type", "arguments/*", "library/recipe", "library/cases", "library/render", "policy/decision")
ROOMS = sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))


def room_of(module: str) -> str:
    first = module.split(".")[1]
    return first if (PACKAGE / first).is_dir() else DOOR if first in {"cli", "__main__"} else GROUND


def is_of_the_start(path: Path) -> bool:
    """Whether every start of the command line imports it; what a command does then waits until it is called."""
    module = module_of(path)
    start = {"promptkit.cli", "promptkit.commands.opening", "promptkit.commands.options"}
    return module in start or module.startswith("promptkit.commands.groups.")


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_folder_imports_only_from_folders_above_it(path):
    mine = ORDER.index(room_of(module_of(path)))
    assert [name for name in our_modules(path) if ORDER.index(room_of(name)) > mine] == []


def test_every_room_has_its_place_in_the_order():
    assert {room.name for room in ROOMS} == set(ORDER) - {GROUND}


def test_no_module_imports_itself_by_way_of_others():
    tuple(TopologicalSorter({module_of(path): our_modules(path) for path in FILES}).static_order())


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_says_what_it_is_for_and_what_others_may_take(room):
    taken = {
        name.split(".")[2]
        for path in FILES
        if room_of(module_of(path)) != room.name
        for name in our_modules(path)
        if path_of(name).is_relative_to(room)
    }
    purpose, _, others = (ast.get_docstring(tree_of(room / "__init__.py")) or "").partition("Other rooms take: ")
    named = set(" ".join(others.split()).rstrip(".").split(", "))
    assert re.match(r"[A-Z].*[.]\n\n", purpose)
    assert taken <= named <= {path.stem for path in room.iterdir()} | {"TYPES"}


@pytest.mark.parametrize("room", sorted({path.parent for path in FILES}), ids=lambda room: room.name)
def test_importing_a_room_imports_nothing_else(room):
    assert [name for name in imported(room / "__init__.py") if name.startswith("promptkit.")] == []


def test_at_most_fourteen_modules_lie_beside_the_rooms():
    assert len([path for path in PACKAGE.glob("*.py") if not path.stem.startswith("__")]) <= 14


def test_the_name_of_a_class_occurs_once():
    names = [node.name for path in FILES for node in ast.walk(tree_of(path)) if isinstance(node, ast.ClassDef)]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_what_people_use_without_evals_imports_none_of_them():
    doors = ["answer", "check", "doctor", "export", "guard", "init", "instruct", "render", "serve", "show", "tools"]
    reached, waiting = set(), {f"promptkit.commands.{door}" for door in doors}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= our_modules(path_of(module).with_suffix(".py")) - reached
    assert [name for name in reached if room_of(name) == "evaluation"] == []


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_stand_at_the_top_of_a_module(path):
    tree = tree_of(path)
    by_version = [node for node in tree.body if isinstance(node, ast.If) and "version_info" in ast.unparse(node.test)]
    top = [*tree.body, *(inner for choice in by_version for inner in (*choice.body, *choice.orelse))]
    inside = imported_by(set(ast.walk(tree)) - set(top))
    assert [name for name in inside if not (is_of_the_start(path) and name.startswith("promptkit."))] == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_touch_no_file_clock_or_network(name):
    banned = {"pathlib", "os", "io", "time", "socket", "httpx2", "mcp", "sqlite3", "subprocess", "random"}
    modules = [module for path in PACKAGE.glob(f"{name}.py") for module in imported(path)]
    assert modules != []
    assert {module.split(".")[0] for module in modules} & banned == set()


# To Torii through the gate, and to the provider of a language model: there is no third way out. Signing in says what
# requests carry, the wire what becomes of answers, a session what is asked of a client; they open none themselves. A
# server over stdio is a process, and the gate stands before what it is given.
NETWORK = {
    "promptkit.connection.client",
    "promptkit.connection.sign_in",
    "promptkit.connection.sign_in_origins",
    "promptkit.connection.transport",
    "promptkit.connection.web_sign_in",
    "promptkit.connection.wire",
    "promptkit.connection.session",
    "promptkit.connection.stdio",
    "promptkit.agents.provider",
}
CONSTRUCTED = {
    "AsyncClient",
    "McpHttpClient",
    "Client",
    "AsyncHTTPTransport",
    "HTTPTransport",
    "create_mcp_http_client",
}
CLIENTS = {
    "httpx2",
    "httpx",
    "requests",
    "urllib3",
    "aiohttp",
    "pydantic_ai",
    "openai",
    "anthropic",
    "google",
}


def test_only_the_client_the_gate_and_the_provider_of_models_construct_network_clients():
    users = {
        module_of(path)
        for path in FILES
        for name in imported(path)
        if name.split(".")[0] in CLIENTS or name.startswith("mcp.client")
    }
    assert users == NETWORK


def test_http_clients_are_constructed_on_the_transport_of_the_gate():
    made = {
        (module_of(path), name)
        for path in FILES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and (name := getattr(node.func, "attr", getattr(node.func, "id", None))) in CONSTRUCTED
    }
    provider = {one for one in made if one[0] == "promptkit.agents.provider"}
    assert made - provider == {
        ("promptkit.connection.client", "McpHttpClient"),
        ("promptkit.connection.client", "Client"),
        ("promptkit.evaluation.cluster", "Client"),  # Dask's; no MCP or HTTP.
        ("promptkit.connection.transport", "AsyncHTTPTransport"),
    }


def test_nothing_imports_the_provider_of_models_before_one_is_asked_for():
    assert [path for path in FILES if "promptkit.agents.provider" in imported(path)] == []
