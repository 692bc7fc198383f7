"""The reviewed tools of a library -> the policy that decides calls on a server that lists such tools."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum

from promptkit.errors import PromptkitError
from promptkit.files import MAX_BYTES, read_text, write_text
from promptkit.library.store import Library
from promptkit.model import ReviewedTool, ToolClass
from promptkit.policy.checkable import schema_problems
from promptkit.policy.decision import Definition, ToolPolicy, argument_schema, definition_digest
from promptkit.text import sanitized


def load_tool_lock(library: Library) -> Mapping[str, Definition]:
    """The definitions as last reviewed, by name, as the library's lock has them.

    Raises:
        PromptkitError: it cannot be read; without it no call may go to a server.
    """
    if not library.lock_file.exists():
        raise _unreadable(library, "it is missing")
    try:
        return {tool["name"]: tool for tool in json.loads(read_text(library.lock_file))["tools"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(library, type(error).__name__) from error


def _unreadable(library: Library, why: str) -> PromptkitError:
    options = " with the same --tools and --lock" if library.is_of_other_server else ""
    message, fix = f"cannot read it ({why})", f"run: promptkit tools lock{options}"
    return PromptkitError.of("unreadable-lock", message, fix, path=library.relative(library.lock_file))


def reviewed_so_far(library: Library) -> Mapping[str, ReviewedTool]:
    """The reviewed tools; nothing where a first review begins."""
    return library.reviewed_tools if library.tools_file.exists() else {}


def tool_policy(library: Library, offered: Iterable[Definition] | None = None) -> ToolPolicy:
    """The policy for a server that lists `offered`, or for a transcript where it is None."""
    if offered is None:
        return ToolPolicy(library.reviewed_tools)
    return ToolPolicy(library.reviewed_tools, load_tool_lock(library), tuple(offered))


class ToolChangeKind(StrEnum):
    """How an offered tool differs from the reviewed one."""

    ADDED = "added"
    REMOVED = "removed"
    DESCRIPTION = "description"
    SCHEMA = "schema"
    ANNOTATIONS = "annotations"
    OTHER = "other"


_PARTS = {
    "title": ToolChangeKind.DESCRIPTION,
    "description": ToolChangeKind.DESCRIPTION,
    "inputSchema": ToolChangeKind.SCHEMA,
    "outputSchema": ToolChangeKind.SCHEMA,
    "annotations": ToolChangeKind.ANNOTATIONS,
}


@dataclass(frozen=True)
class ToolChange:
    """One difference of a tool; `diff` is a unified diff of what changed, empty for a tool that came or went."""

    tool: str
    kind: ToolChangeKind
    diff: str

    @property
    def summary(self) -> str:
        """What happened to the tool, in words that go after its name."""
        return self.kind if self.kind in {ToolChangeKind.ADDED, ToolChangeKind.REMOVED} else f"its {self.kind} changed"


def tool_changes(locked: Mapping[str, Definition], offered: Iterable[Definition]) -> Iterator[ToolChange]:
    """Every difference between the reviewed list and what a server lists now, by tool."""
    now = {str(tool.get("name")): tool for tool in offered}
    for name in sorted({*locked, *now}):
        if name not in now or name not in locked:
            yield ToolChange(name, ToolChangeKind.ADDED if name in now else ToolChangeKind.REMOVED, "")
        elif definition_digest(locked[name]) != definition_digest(now[name]):
            yield from _changed_parts(name, locked[name], now[name])


def _changed_parts(name: str, before: Definition, after: Definition) -> Iterator[ToolChange]:
    for part in sorted({*before, *after}):
        # As JSON, since to Python 1, 1.0 and true are equal, and a part that is null is not a part that is missing.
        old, new = (_lines(one[part]) if part in one else [] for one in (before, after))
        if old != new:
            diff = unified_diff(old, new, f"reviewed {part}", f"offered {part}", lineterm="", n=1)
            yield ToolChange(name, _PARTS.get(part, ToolChangeKind.OTHER), "\n".join(diff))


def _lines(value: object) -> list[str]:
    return json.dumps(value, indent=2, sort_keys=True).splitlines()


def _reads(library: Library) -> set[str]:
    return {name for name, rule in library.reviewed_tools.items() if is_read(rule)}


def is_guarded(library: Library, tools: Sequence[Definition]) -> bool:
    """Whether a list is what a guard shows: some of the reviewed reads, unchanged, and no other tool."""
    locked = load_tool_lock(library)
    names = {str(tool.get("name")) for tool in tools}
    reads = _reads(library) & locked.keys()
    is_as_reviewed = all(change.kind is ToolChangeKind.REMOVED for change in tool_changes(locked, tools))
    return is_as_reviewed and bool(names) and names <= reads < set(locked)


def left_out_by_guard(library: Library, changes: Iterable[ToolChange]) -> list[ToolChange]:
    """The changes that are missing tools which a guard never shows: those that are not reviewed as reads."""
    reads = _reads(library)
    return [change for change in changes if change.kind is ToolChangeKind.REMOVED and change.tool not in reads]


def is_read(rule: ReviewedTool) -> bool:
    """Whether calls of a reviewed tool may be allowed."""
    return rule.tool_class is ToolClass.READ and not rule.sensitive


def check_lockable(library: Library, reviewed: Mapping[str, ReviewedTool], tools: Sequence[Definition]) -> None:
    """Pass a list that may be kept as reviewed.

    Raises:
        PromptkitError: a tool has no class yet, which is never guessed; or its calls could not be checked.
    """
    if unknown := sorted(str(tool.get("name")) for tool in tools if tool.get("name") not in reviewed):
        message = f"{len(unknown)} tools have no class: {', '.join(unknown[:10])}"
        path = library.relative(library.tools_file)
        fix = f"run it in a terminal, or read what each does, and add it to {path} with its class and source"
        raise PromptkitError.of("unreviewed-tools", message, fix)
    for tool in tools:
        if problem := unchecked_arguments(reviewed[tool["name"]]):
            message = f"the calls of {sanitized(tool['name'])} could not be checked: {problem}"
            fix = f"correct its arguments in {library.relative(library.tools_file)}, or make it an action"
            raise PromptkitError.of("unchecked-arguments", message, fix)


def unchecked_arguments(rule: ReviewedTool) -> str | None:
    """Why the calls of a reviewed tool cannot be checked, with the place in its arguments; None when they can."""
    return next(schema_problems(argument_schema(rule)), None) if rule.tool_class is ToolClass.READ else None


def write_tool_lock(library: Library, server: str, tools: Sequence[Definition]) -> None:
    """Keep a server's whole list as reviewed.

    Raises:
        PromptkitError: the lock cannot be written, or the list may not be kept.
    """
    if library.lock_file.exists() and is_guarded(library, tools):
        message = "this is a guard's list, which leaves out every tool that is refused; their review would be lost"
        raise PromptkitError.of("guarded-list", message, "lock the list of the server behind the guard")
    check_lockable(library, reviewed_so_far(library), tools)
    write_text(library.lock_file, lock_text(library, server, tools))


def lock_text(library: Library, server: str, tools: Sequence[Definition]) -> str:
    """A whole list as the lock keeps it.

    Raises:
        PromptkitError: it is larger than a file that is read back may be.
    """
    text = json.dumps({"server": server, "tools": list(tools)}, indent=1, ensure_ascii=False) + "\n"
    if (size := len(text.encode())) > MAX_BYTES:
        message = f"the lock of these {len(tools)} tools would have {size // 1024:,} KiB, and could not be read back"
        fix = f"have the server offer less than {MAX_BYTES // 1024} KiB of definitions; nothing was written"
        raise PromptkitError.of("too-large", message, fix, path=library.relative(library.lock_file))
    return text
