"""The import order of the package, read from the sources."""

import ast
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "promptkit"
# A module imports only from its left; what stands together in a group may import among itself.
ORDER = [
    {"errors"},
    {"extras", "private"},
    {"cluster"},
    {"model"},
    {"cases"},
    {"load"},
    {"render"},
    {"policy"},
    {"library"},
    {"options"},
    {"profile"},
    {"instructions"},
    {"check"},
    {"versions", "scaffold", "identity", "export", "schemas"},
    {"gate", "tokens", "callback"},
    {"sign_in"},
    {"catalog", "suggest"},
    {"transcript"},
    {"reports"},
    {"wire", "session"},
    {"client"},
    {"torii", "audit", "guard"},
    {"evaluation"},
    {"server", "page", "pytest_plugin"},
    {"commands"},
    {"cli"},
    {"__main__"},
]
PURE = ("model", "cases", "render", "policy")
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py" or path.parent == PACKAGE)


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def layer_of(module: str) -> int:
    return next(index for index, group in enumerate(ORDER) if module.split(".")[1] in group)


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imported_by(nodes: Iterable[ast.AST]) -> list[str]:
    found: list[str] = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            module = node.module or "."
            found += [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


def imported(path: Path) -> list[str]:
    return imported_by(ast.walk(tree_of(path)))


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_a_module_imports_only_from_its_left(path):
    if path.name == "__init__.py":
        return
    mine = layer_of(module_of(path))
    wrong = [name for name in imported(path) if name.startswith("promptkit.") and layer_of(name) > mine]
    assert wrong == []


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_stand_at_the_top_of_a_module(path):
    tree = tree_of(path)
    by_version = [node for node in tree.body if isinstance(node, ast.If) and "version_info" in ast.unparse(node.test)]
    top = [*tree.body, *(inner for choice in by_version for inner in (*choice.body, *choice.orelse))]
    inside = set(ast.walk(tree)) - set(top)
    assert imported_by(inside) == []


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_touch_no_file_clock_or_network(name):
    banned = {"pathlib", "os", "io", "time", "socket", "httpx2", "mcp", "sqlite3", "subprocess", "random"}
    assert {module.split(".")[0] for module in imported(PACKAGE / f"{name}.py")} & banned == set()


# To Torii through the gate, and to the provider of a language model: there is no third way out. Signing in says what
# requests carry, the wire what becomes of answers, a session what is asked of a client; they open none themselves.
NETWORK = {
    "promptkit.connection.client",
    "promptkit.connection.gate",
    "promptkit.connection.sign_in",
    "promptkit.connection.wire",
    "promptkit.connection.session",
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
        ("promptkit.cluster", "Client"),  # Dask's; no MCP or HTTP.
        ("promptkit.connection.gate", "AsyncHTTPTransport"),
    }


def test_nothing_imports_the_provider_of_models_before_one_is_asked_for():
    assert [path for path in FILES if "promptkit.agents.provider" in imported(path)] == []
