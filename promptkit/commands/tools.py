"""`tools`: what a server offers now, compared with the list that was reviewed."""

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
    """Print how the tools of a server, or of a saved list, differ from the reviewed ones; 1 if they do."""
    changes = list(tool_changes(load_tool_lock(library), _offered(server, saved)))
    if as_json:
        print(json.dumps([vars(change) for change in changes], indent=2))
    else:
        _show(changes, Console())
        print(f"{len(changes)} differences." if changes else "The tools are as reviewed.", file=sys.stderr)
    return int(bool(changes))


def suggest_classes(server: str, saved: Path | None, *, as_json: bool) -> int:
    """Print a guess for the class of each tool of a server, or of a saved list."""
    guesses = [suggest(tool) for tool in _offered(server, saved)]
    if as_json:
        print(json.dumps([{"name": one.name, "class": one.cls, "reason": one.reason} for one in guesses], indent=2))
        return 0
    table = Table("tool", "suggested", "why", box=None, header_style="bold")
    for one in guesses:
        table.add_row(*(Text(sanitized(text, 200)) for text in one[:3]))
    Console().print(table)
    print("These are guesses. Read each tool's documentation before you run tools lock.", file=sys.stderr)
    return 0


def lock_tools(library: Library, server: str, saved: Path | None) -> int:
    """Lock the list as reviewed, after a person has looked at every change and classified every new tool."""
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
        message = f"{sanitized(changed[0].tool)} and maybe others changed, and nobody is here to review the changes"
        raise PromptkitError.of("not-reviewed", message, "run it in a terminal; nothing was written")
    write_tool_lock(library, str(saved or server), tools)
    print(f"{len(tools)} tools are locked as reviewed.", file=sys.stderr)
    return 0


def _offered(server: str, saved: Path | None) -> Sequence[Definition]:
    return _saved(saved) if saved else anyio.run(list_tools, server)


async def list_tools(server: str) -> Sequence[Definition]:
    """A server's complete list of tools; no tool is called."""
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


def _show(changes: Iterable[ToolChange], console: Console) -> None:
    for change in changes:
        console.print(Text(f"{sanitized(change.tool)}: {change.summary}", "bold"))
        for line in change.diff.splitlines():
            console.print(Text(sanitized(line, 200)))


def _changes(library: Library, tools: Sequence[Definition]) -> list[ToolChange]:
    """What changed in tools that remain: a new one has no class yet, and a removed one can do nothing."""
    return [
        change
        for change in tool_changes(load_tool_lock(library), tools)
        if change.kind not in {ToolChangeKind.ADDED, ToolChangeKind.REMOVED}
    ]


def _review_changes(library: Library, tools: Sequence[Definition], console: Console) -> None:
    changes = _changes(library, tools)
    _show(changes, console)
    if changes and not Confirm.ask("Do these tools still do what their class says?", console=console, default=False):
        raise PromptkitError.of(
            "not-reviewed", f"{len(changes)} changed tools were not accepted", "nothing was written; ask Torii"
        )


def _review_new(library: Library, tools: Sequence[Definition], console: Console) -> Library:
    """The library with an entry by a person for each tool it lacks; all entries are written, or none."""
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
    """A person's entry for one tool, as text for tools.yaml. None of the questions has a default answer."""
    guess, arguments = suggest(tool), tool.get("inputSchema", {}).get("properties", {})
    console.print(Text(f"\n{sanitized(tool['name'])}: {sanitized(tool.get('description'), 400)}"))
    console.print(Text(f"Its arguments: {', '.join(map(sanitized, arguments)) or 'none'}"))
    console.print(Text(f"It looks like: {guess.cls} ({guess.reason})"))
    kind = Question.ask("Does it only read, or can it change anything?", choices=["read", "action"], console=console)
    source = Question.ask("Which document says so?", console=console)
    who = Question.ask("Who are you?", console=console)
    if not (source.strip() and who.strip()):
        message = f"{sanitized(tool['name'])} needs a source and a reviewer"
        raise PromptkitError.of("no-source", message, "name the document you read, and yourself; nothing was written")
    source = f"{source.strip()} (reviewed by {who.strip()} on {datetime.datetime.now(datetime.UTC).date()})"
    # Appended as text, so that the comments and the layout that people gave the file stay. JSON is valid YAML.
    entry = f"\n{json.dumps(tool['name'])}:\n  class: {kind}\n  capability: reviewed by hand\n"
    return f"{entry}  source: {json.dumps(source)}\n  arguments: {json.dumps(arguments if kind == 'read' else {})}\n"
