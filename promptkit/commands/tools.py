"""`tools`: what a server offers now against the list that was reviewed."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from rich.console import Console
from rich.prompt import Confirm
from rich.prompt import Prompt as Question
from rich.table import Table
from rich.text import Text

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.errors import PromptkitError
from promptkit.files import load_yaml, read_text, validate_each, write_text
from promptkit.library.store import Library
from promptkit.model import ReviewedTool
from promptkit.policy.decision import Definition
from promptkit.policy.review import ToolChange, ToolChangeKind, load_tool_lock, tool_changes, write_tool_lock
from promptkit.policy.suggest import suggest
from promptkit.text import sanitized
from promptkit.torii.local import local_torii


def diff_tools(library: Library, server: str, saved: Path | None, *, as_json: bool) -> int:
    """Print how the tools of a server, or of a saved list, differ from the reviewed ones; 1 when they do."""
    found = list(tool_changes(load_tool_lock(library), _offered(server, saved)))
    if as_json:
        print(json.dumps([vars(one) for one in found], indent=2))
    else:
        _show(found, Console())
        print("The tools are as reviewed." if not found else f"{len(found)} differences.", file=sys.stderr)
    return int(bool(found))


def suggest_classes(server: str, saved: Path | None, *, as_json: bool) -> int:
    """Print a guess for the class of each tool of a server, or of a saved list."""
    found = [suggest(tool) for tool in _offered(server, saved)]
    if as_json:
        print(json.dumps([{"name": one.name, "class": one.cls, "reason": one.reason} for one in found], indent=2))
        return 0
    table = Table("tool", "suggested", "why", box=None, header_style="bold")
    for one in found:
        table.add_row(*(Text(sanitized(text, 200)) for text in one[:3]))
    Console().print(table)
    print("These are guesses. Read what each tool's document says before tools lock.", file=sys.stderr)
    return 0


def lock_tools(library: Library, server: str, saved: Path | None) -> int:
    """Keep the list as reviewed: a person looks at every change, and gives every new tool its class."""
    tools = _offered(server, saved)
    if sys.stdin.isatty():
        console = Console(stderr=True)
        try:
            _review_changes(library, tools, console)
            library = _review_new(library, tools, console)
        except EOFError as error:
            fix = "answer each question; nothing was written"
            raise PromptkitError.of("no-answer", "the answers ended before the questions did", fix) from error
    elif changed := _changes(library, tools):
        message = f"{sanitized(changed[0].tool)} and maybe others changed, and nobody is here to look at it"
        raise PromptkitError.of("not-reviewed", message, "run it at a terminal; nothing was written")
    write_tool_lock(library, str(saved or server), tools)
    print(f"{len(tools)} tools are locked as reviewed.", file=sys.stderr)
    return 0


def _offered(server: str, saved: Path | None) -> Sequence[Definition]:
    return _saved(saved) if saved else anyio.run(list_tools, server)


async def list_tools(server: str) -> Sequence[Definition]:
    """The whole list of a server; nothing is called."""
    with local_torii() if server == "local" else nullcontext() as torii:
        async with connect(torii.command if torii else server, Gate(), lambda _: None) as session:
            return session.tools


def _saved(path: Path) -> Sequence[Definition]:
    try:
        data = json.loads(read_text(path))
        tools = data.get("result", data)["tools"]
        if all(isinstance(tool, dict) and isinstance(tool.get("name"), str) for tool in tools):
            return list(tools)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise PromptkitError.of(
        "not-a-tool-list", "this is not a tools/list result", "save the whole result as JSON", path=str(path)
    )


def _show(found: Iterable[ToolChange], console: Console) -> None:
    for one in found:
        console.print(Text(f"{sanitized(one.tool)}: {one.summary}", "bold"))
        for line in one.diff.splitlines():
            console.print(Text(sanitized(line, 200)))


def _changes(library: Library, tools: Sequence[Definition]) -> list[ToolChange]:
    """What changed of the tools that stay; a new one has no class yet, and one that is gone can do nothing."""
    return [
        one
        for one in tool_changes(load_tool_lock(library), tools)
        if one.kind not in {ToolChangeKind.ADDED, ToolChangeKind.REMOVED}
    ]


def _review_changes(library: Library, tools: Sequence[Definition], console: Console) -> None:
    found = _changes(library, tools)
    _show(found, console)
    if found and not Confirm.ask("Do these tools still do what their class says?", console=console, default=False):
        raise PromptkitError.of(
            "not-reviewed", f"{len(found)} changed tools were not accepted", "nothing was written; ask Torii"
        )


def _review_new(library: Library, tools: Sequence[Definition], console: Console) -> Library:
    """The library with what a person says of each tool that it lacks; all of it is written, or nothing."""
    entries = [_ask(tool, console) for tool in tools if tool["name"] not in library.reviewed_tools]
    path = library.instructions / "tools.yaml"
    text = read_text(path) + "".join(entries)
    with TemporaryDirectory(prefix="promptkit-") as folder:
        draft = Path(folder, path.name)
        write_text(draft, text)
        validate_each(load_yaml(draft, library.relative(path)), ReviewedTool)
    write_text(path, text)
    return Library(library.root)


def _ask(tool: Definition, console: Console) -> str:
    """What a person says of one tool, as it stands in tools.yaml. There is no usual answer to any of the questions."""
    guess, arguments = suggest(tool), tool.get("inputSchema", {}).get("properties", {})
    console.print(Text(f"\n{sanitized(tool['name'])}: {sanitized(tool.get('description'), 400)}"))
    console.print(Text(f"Its arguments: {', '.join(map(sanitized, arguments)) or 'none'}"))
    console.print(Text(f"It looks like: {guess.cls} ({guess.reason})"))
    kind = Question.ask("Does it only read, or can it change anything?", choices=["read", "action"], console=console)
    source = Question.ask("Which document says so?", console=console)
    who = Question.ask("Who are you?", console=console)
    if not (source.strip() and who.strip()):
        message = f"{sanitized(tool['name'])} was given no source, or by nobody"
        raise PromptkitError.of("no-source", message, "name the document you read, and yourself; nothing was written")
    source = f"{source.strip()} (reviewed by {who.strip()} on {datetime.datetime.now(datetime.UTC).date()})"
    entry = f"\n{json.dumps(tool['name'])}:\n  class: {kind}\n  capability: reviewed by hand\n"
    return f"{entry}  source: {json.dumps(source)}\n  arguments: {json.dumps(arguments if kind == 'read' else {})}\n"
