"""`tools`: what a server offers now, compared with the list that was reviewed."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
from rich.console import Console
from rich.prompt import Confirm
from rich.prompt import Prompt as Question
from rich.table import Table
from rich.text import Text

from promptkit.commands.named import named_server, split_server
from promptkit.connection.address import address_of
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.named_server import NamedServer
from promptkit.connection.stand_in import has_invented_data, say_stand_in
from promptkit.errors import PromptkitError
from promptkit.files import load_yaml, read_text, validate_each, write_text
from promptkit.library.store import Library
from promptkit.model import ReviewedTool
from promptkit.policy.decision import Definition
from promptkit.policy.entry import arguments_of, entry_of, new_arguments, why_not_read
from promptkit.policy.review import (
    ToolChange,
    ToolChangeKind,
    check_lockable,
    is_guarded,
    left_out_by_guard,
    load_tool_lock,
    lock_text,
    reviewed_so_far,
    tool_changes,
    tool_policy,
    write_tool_lock,
)
from promptkit.policy.suggest import suggest
from promptkit.text import sanitized
from promptkit.torii.local import local_torii
from promptkit.torii.names import LOCAL_SERVERS

_HEAD = """# What each tool of a server does.
# Only `class: read` lets a call through, and only with the arguments listed here.
"""


@dataclass(frozen=True)
class OfferedList:
    """Where a list of tools comes from.

    Args:
        server: `local`, a URL, or the command line of a server.
        saved: a saved list, which is read in place of the server's.
        variables: names of environment variables that the server's process gets.
        allowed_hosts: hosts besides Torii's own at which the server may be.
    """

    server: str
    saved: Path | None = None
    variables: Sequence[str] = ()
    allowed_hosts: Sequence[str] = ()

    @property
    def name(self) -> str:
        """What the lock says it was made from."""
        if self.saved or self.server in LOCAL_SERVERS:
            return str(self.saved or self.server)
        return address_of(split_server(self.server))

    def read(self, library: Library | None) -> Sequence[Definition]:
        """The whole list. Where the library is of another server than Torii's, or None, the server may be another."""
        if self.saved:
            return _saved(self.saved)
        if self.server in LOCAL_SERVERS:
            with local_torii(hostile=self.server != "local") as torii:
                return anyio.run(list_tools, NamedServer(torii.command), None)
        of_torii = None if library is None or library.is_of_other_server else library
        named = named_server(self.server, self.variables, self.allowed_hosts, is_own=of_torii is None)
        return anyio.run(list_tools, named, of_torii)


def diff_tools(library: Library, offer: OfferedList, *, as_json: bool) -> int:
    """Print how the tools that are offered differ from the reviewed ones; 1 if they do.

    What a guard leaves out is no difference, since it does so on purpose.
    """
    locked, offered = load_tool_lock(library), offer.read(library)
    changes = list(tool_changes(locked, offered))
    hidden = left_out_by_guard(library, changes) if is_guarded(library, offered) else []
    changes = [change for change in changes if change not in hidden]
    if hidden:
        told = f"A guard's list: {len(offered)} reads, and {len(hidden)} other tools left out on purpose."
        print(told, file=sys.stderr)
    if as_json:
        print(json.dumps([vars(change) for change in changes], indent=2))
    else:
        _show(changes, Console())
        count = "1 difference" if len(changes) == 1 else f"{len(changes)} differences"
        print(f"{count}." if changes else "The tools are as reviewed.", file=sys.stderr)
    return int(bool(changes))


def suggest_classes(offer: OfferedList, *, as_json: bool) -> int:
    """Print a guess for the class of each tool that is offered."""
    guesses = [suggest(tool) for tool in offer.read(None)]
    if as_json:
        print(json.dumps([{"name": one.name, "class": one.cls, "reason": one.reason} for one in guesses], indent=2))
        return 0
    table = Table("tool", "suggested", "why", box=None, header_style="bold")
    for one in guesses:
        table.add_row(*(Text(sanitized(text, 200)) for text in one[:3]))
    Console().print(table)
    print("These are guesses. Read each tool's documentation before you run tools lock.", file=sys.stderr)
    return 0


def lock_tools(library: Library, offer: OfferedList) -> int:
    """Lock the list as reviewed, after a person has looked at every change and classified every new tool.

    The classes of tools that are not in the list stay.
    """
    tools = offer.read(library)
    lock_text(library, offer.name, tools)  # Too large a list is refused before anybody reviews it.
    locked = _locked(library)
    if sys.stdin.isatty():
        console = Console(stderr=True)
        try:
            _review_changes(library, tools, console)
            _review_returned(library, tools, console)
            library = _review_new(library, tools, console)
        except KeyboardInterrupt:
            console.print("\nNothing was written.")
            raise
        except EOFError as error:
            fix = "answer each question; nothing was written"
            raise PromptkitError.of("no-answer", "the answers ended before the questions did", fix) from error
    elif changed := _changes(library, tools):
        message = f"{sanitized(changed[0].tool)} and maybe others changed, and nobody is here to review the changes"
        raise PromptkitError.of("not-reviewed", message, "run it in a terminal; nothing was written")
    write_tool_lock(library, offer.name, tools)
    for name, argument in new_arguments(library.reviewed_tools, locked, tools):
        path = library.relative(library.tools_file)
        told = f"{sanitized(name)}: the new argument {sanitized(argument)} stays refused until it stands in {path}."
        print(told, file=sys.stderr)
    print(f"{len(tools)} tools are locked as reviewed.", file=sys.stderr)
    return 0


def _locked(library: Library) -> Mapping[str, Definition]:
    """The lock; nothing where a first review begins."""
    return load_tool_lock(library) if library.lock_file.exists() else {}


async def list_tools(server: NamedServer, library: Library | None = None) -> Sequence[Definition]:
    """A server's complete list of tools. No tool is called, but where a guard of Torii's may hide invented data."""
    gate = Gate()

    def review(tools: Sequence[Definition]) -> None:
        if library:
            gate.policy = tool_policy(library, tools)

    async with connect(server, gate, review) as session:
        if await has_invented_data(session, server.address):
            say_stand_in()
        return session.tools


def _saved(path: Path) -> Sequence[Definition]:
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        data = json.loads(read_text(path))
        tools = data.get("result", data)["tools"]
        if all(isinstance(tool, dict) and isinstance(tool.get("name"), str) for tool in tools):
            return list(tools)
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
        for change in tool_changes(_locked(library), tools)
        if change.kind not in {ToolChangeKind.ADDED, ToolChangeKind.REMOVED}
    ]


def _review_changes(library: Library, tools: Sequence[Definition], console: Console) -> None:
    changes = _changes(library, tools)
    _show(changes, console)
    if changes and not Confirm.ask("Do these tools still do what their class says?", console=console, default=False):
        raise PromptkitError.of(
            "not-reviewed",
            f"{len(changes)} changed tools were not accepted",
            "nothing was written; ask the server's maker",
        )


def _review_returned(library: Library, tools: Sequence[Definition], console: Console) -> None:
    """Have a person look at tools whose class is older than their lock: nobody has compared their definitions."""
    reviewed, locked = reviewed_so_far(library), _locked(library)
    returned = [tool for tool in tools if tool["name"] in reviewed and tool["name"] not in locked]
    for tool in returned:
        told = (
            f"{sanitized(tool['name'])}, {reviewed[tool['name']].tool_class}: {sanitized(tool.get('description'), 400)}"
        )
        console.print(Text(told))
    question = "These have a class and were not locked. Do they do what their class says?"
    if returned and not Confirm.ask(question, console=console, default=False):
        message = f"{len(returned)} tools with a class were not accepted"
        raise PromptkitError.of("not-reviewed", message, "nothing was written; correct their class")


def _review_new(library: Library, tools: Sequence[Definition], console: Console) -> Library:
    """The library with an entry by a person for each tool it lacks; all entries are written, or none."""
    path = library.tools_file
    known = reviewed_so_far(library)
    entries = [*_entries([tool for tool in tools if tool["name"] not in known], console)]
    text = (read_text(path) if path.exists() else _HEAD) + "".join(entries)
    with TemporaryDirectory(prefix="promptkit-") as folder:
        draft = Path(folder, path.name)
        write_text(draft, text)
        check_lockable(library, validate_each(load_yaml(draft, library.relative(path)), ReviewedTool), tools)
    write_text(path, text)
    return replace(library)


def _entries(tools: Sequence[Definition], console: Console) -> Iterator[str]:
    """A person's entry for each tool, as text for tools.yaml. They say once who they are."""
    who = _ask_until_answered("Who are you?", console) if tools else ""
    document = ""
    for tool in tools:
        kind, document = _ask(tool, document, console)
        source = f"{document} (reviewed by {who} on {datetime.datetime.now(datetime.UTC).date()})"
        # Appended as text, so that the comments and the layout that people gave the file stay.
        yield entry_of(tool, kind, source)


def _ask(tool: Definition, before: str, console: Console) -> tuple[str, str]:
    """What a person says of one tool: its class, which has no usual answer, and the document, usually that before."""
    name, guess, obstacle = sanitized(tool["name"]), suggest(tool), why_not_read(tool)
    console.print(Text(f"\n{name}: {sanitized(tool.get('description'), 400)}"))
    console.print(Text(f"Its arguments: {', '.join(map(sanitized, arguments_of(tool))) or 'none'}"))
    console.print(Text(f"It looks like: {guess.cls} ({guess.reason})"))
    if obstacle:
        console.print(Text(f"Its calls cannot be checked, so it can only be an action, which is refused. {obstacle}"))
    choices = ["action"] if obstacle else ["read", "action"]
    kind = Question.ask("Does it only read, or can it change anything?", choices=choices, console=console)
    return kind, _ask_until_answered("Which document says so?", console, before)


def _ask_until_answered(question: str, console: Console, usual: str = "") -> str:
    told = Text(f"{question} (Enter for {usual})" if usual else question)
    while not (answer := Question.ask(told, console=console).strip() or usual):
        console.print("Somebody will want to know; there is no usual answer.")
    return answer
