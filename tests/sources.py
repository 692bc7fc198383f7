"""What tests read of the project itself: its sources with what they import, and the commands of its command line."""

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "promptkit"
GROUND, DOOR = "the ground", "commands"
# What lies beside the folders is the ground, and for the command line the door.
ORDER = [
    GROUND,
    "arguments",
    "library",
    "policy",
    "torii",
    "connection",
    "answering",
    "views",
    "checking",
    "agents",
    "reports",
    "dashboard",
    "audit",
    "access",
    "guard",
    "evaluation",
    "hosts",
    "onboarding",
    "page",
    DOOR,
]
FILES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def path_of(module: str) -> Path:
    return ROOT.joinpath(*module.split("."))


def imported_by(nodes: Iterable[ast.AST]) -> list[str]:
    """Modules and the names that are taken from them, as `module` or `module.name`."""
    found: list[str] = []
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            module = node.module or "."
            found += [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
    return found


@cache
def imported(path: Path) -> list[str]:
    return imported_by(ast.walk(tree_of(path)))


@cache
def our_modules(path: Path) -> frozenset[str]:
    return frozenset(
        name for name in imported(path) if name.startswith("promptkit.") and path_of(name).with_suffix(".py").is_file()
    )


def subcommands(command) -> dict:
    """The commands below one of the command line, by name; of a command without any, none."""
    if not hasattr(command, "commands"):
        return {}
    # Some of them are known only to whoever uses the group.
    context = command.make_context(command.name, [], resilient_parsing=True)
    return {name: command.get_command(context, name) for name in command.list_commands(context)}


MODULES = {module_of(path): path for path in FILES}


def used(path):
    """The modules that a file imports, or names whole to have them imported later."""
    texts = {node.value for node in ast.walk(tree_of(path)) if isinstance(node, ast.Constant)}
    return {*imported(path), *texts} & MODULES.keys()
