"""`list` and `show`: the catalogue."""

from __future__ import annotations

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from promptkit.library import Library
from promptkit.model import Argument, Prompt


def list_prompts(library: Library, *, as_json: bool) -> int:
    """Print every prompt, grouped."""
    prompts = sorted(library.load_prompts(), key=lambda prompt: (prompt.group, prompt.name))
    if as_json:
        print(json.dumps([_summary(prompt) for prompt in prompts], indent=2))
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("group", "prompt", "what it answers"):
        table.add_column(name, overflow="fold")
    for prompt in prompts:
        table.add_row(
            Text(prompt.group),
            Text(f"{prompt.name}@{prompt.version}"),
            Text(f"{prompt.title} {prompt.farewell}".rstrip()),
        )
    Console().print(table)
    return 0


def show_prompt(library: Library, reference: str, *, as_json: bool) -> int:
    """Print what one prompt is for, its arguments and its answer."""
    prompt = library.load_prompt(reference)
    if as_json:
        print(prompt.model_dump_json(indent=2, exclude_none=True))
        return 0
    console = Console()
    console.print(Text(f"{prompt.title}", "bold"))
    console.print(Text(f"{prompt.name}@{prompt.version}, {prompt.status}. For: {prompt.audience}"))
    console.print(Text(f"{prompt.description} {prompt.farewell}".rstrip() + "\n"))
    for name, argument in prompt.arguments.items():
        console.print(Text(f"  -a {name}={_default(argument)}   {argument.description}{_limits(argument)}"))
    console.print(Text(f"\nReads: {', '.join(prompt.reads)}"))
    for table in prompt.answer.tables:
        console.print(Text(f"Answers with {table.heading}: {', '.join(column.name for column in table.columns)}"))
    for version, change in prompt.changes.items():
        console.print(Text(f"{version}: {change}"))
    return 0


def _summary(prompt: Prompt) -> dict[str, object]:
    keys = {"name", "version", "status", "title", "group", "audience", "description", "reads"}
    keys |= {"replaced_by", "sunset"} if prompt.farewell else set()
    return prompt.model_dump(mode="json", include=keys)


def _default(argument: Argument) -> str:
    return "..." if argument.default is None else str(argument.default)


def _limits(argument: Argument) -> str:
    if argument.choices:
        return f" ({', '.join(argument.choices)})"
    if argument.minimum is None and argument.maximum is None:
        return ""
    return f" ({argument.minimum} to {argument.maximum} {argument.unit or ''})".replace(" )", ")")
