"""Writes promptkit/PROBLEMS.md, the table of every code of a problem or verdict: `python -m tests.problem_codes`.

It is read from the sources. What takes a code is a function or class with the parameters code, message and fix, or
ground and reason, in a row. A command can meet the codes of each module that it imports, directly or by way of others.
"""

import ast
import re
from collections.abc import Iterator

from tests.sources import MODULES, ROOT, imported_by, tree_of, used

PAGE = ROOT / "promptkit" / "PROBLEMS.md"
HEAD = """# Problem codes

What the code in square brackets stands for: in an error, such as `[unknown-prompt]`, or behind a verdict or a refused
call, such as `[action-tool]`. `…` stands for what was found; the error itself says where, and how to fix it. By file,
[prompts/README.md](../prompts/README.md) has the codes of `promptkit check`. This page is written from the sources by
`python -m tests.problem_codes`.

| code | what it says | commands that can meet it |
| --- | --- | --- |
"""
ROWS = (("code", "message", "fix"), ("ground", "reason"))
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# A code of more commands than this is one of nearly every command.
MAX_NAMED = 9
Function = ast.FunctionDef | ast.AsyncFunctionDef


def page() -> str:
    """The whole page."""
    texts: dict[str, dict[str, None]] = {}
    modules: dict[str, set[str]] = {}
    for module, code, text in problems():
        texts.setdefault(code, {})[text] = None
        modules.setdefault(code, set()).add(module)
    by_command = commands()
    rows = [
        f"| `{code}` | {'<br>'.join(texts[code]).replace('|', '&#124;')} | {named(modules[code], by_command)} |"
        for code in sorted(texts)
    ]
    return HEAD + "\n".join(rows) + "\n"


def named(modules: set[str], by_command: dict[str, set[str]]) -> str:
    found = sorted(name for name, reached in by_command.items() if reached & modules)
    return "most" if len(found) > MAX_NAMED else ", ".join(found)


def problems() -> Iterator[tuple[str, str, str]]:
    """Every code with its module and a sentence that it comes with."""
    takers = {name: at for path in MODULES.values() for name, at in takers_of(tree_of(path))}
    for module, path in MODULES.items():
        for function in ast.walk(tree_of(path)):
            if isinstance(function, Function):
                for code, message in given(function, takers):
                    yield from ((module, code, text) for text in texts_of(message, function))


def takers_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What takes a code, and the place of the code among its arguments."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            names = parameters(node)
        elif isinstance(node, ast.ClassDef):
            names = [ast.unparse(field.target) for field in node.body if isinstance(field, ast.AnnAssign)]
            made = [one for one in node.body if isinstance(one, Function) and one.name == "__init__"]
            names = parameters(made[0]) if made else names
        else:
            continue
        yield from ((node.name, at) for row in ROWS for at in range(len(names)) if names[at:][: len(row)] == [*row])


def parameters(function: Function) -> list[str]:
    return [argument.arg for argument in function.args.args if argument.arg not in {"self", "cls"}]


def given(function: Function, takers: dict[str, int]) -> Iterator[tuple[str, ast.expr]]:
    """The codes and messages that a function hands on, or returns for others to hand on."""
    returns_texts = function.returns and ast.unparse(function.returns).startswith("tuple[str, str")
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Name(name) | ast.Attribute(attr=name), args=args) if name in takers:
                found = args[takers[name] :]
            case ast.Return(value=ast.Tuple(elts=found)) if returns_texts:
                pass
            case _:
                continue
        match found:
            case [ast.Constant(str(code)), message, *_] if CODE.fullmatch(code):
                yield code, message


def texts_of(message: ast.expr, function: Function) -> Iterator[str]:
    """The sentences that a message can be; what is only known when it happens stands as …"""
    match message:
        case ast.Constant(str(text)):
            yield text
        case ast.JoinedStr(parts):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
            yield re.sub("…+", "…", text)
        case ast.IfExp(body=body, orelse=other):
            yield from texts_of(body, function)
            yield from texts_of(other, function)
        case ast.Name(name) if said := last_value(name, message.lineno, function):
            yield from texts_of(said, function)
        case _:
            yield "…"


def last_value(name: str, line: int, function: Function) -> ast.expr | None:
    """What a name was last set to above a line, alone or as one of several."""
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and node.lineno < line]
    for node in sorted(nodes, key=lambda node: -node.lineno):
        match node.targets[0], node.value:
            case ast.Name(id), value if id == name:
                return value
            case ast.Tuple(elts=names), ast.Tuple(elts=values) if name in map(ast.unparse, names):
                return values[[*map(ast.unparse, names)].index(name)]
    return None


def commands() -> dict[str, set[str]]:
    """Each command, and the modules that it reaches."""
    begin = {}
    for node in tree_of(MODULES["promptkit.cli"]).body:
        if isinstance(node, Function) and any("app.command" in ast.unparse(one) for one in node.decorator_list):
            begin[node.name.rstrip("_")] = set(imported_by(ast.walk(node)))
    for path in (ROOT / "promptkit/commands/groups").glob("[!_]*.py"):
        begin[path.stem] = used(path)
    return {name: reached(modules) for name, modules in begin.items()}


def reached(modules: set[str]) -> set[str]:
    found: set[str] = set()
    while modules := (modules & MODULES.keys()) - found:
        found |= modules
        modules = {inner for module in modules for inner in used(MODULES[module])}
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
