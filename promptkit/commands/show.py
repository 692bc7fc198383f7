"""`list` and `show`: the prompts there are, and one in detail."""

from __future__ import annotations

import json

from promptkit.argument_type import type_of
from promptkit.language import english
from promptkit.library.store import Library
from promptkit.model import Argument, Chart, Prompt


def list_prompts(library: Library, *, as_json: bool) -> int:
    """Print every prompt, grouped, and the packs; as JSON the prompts alone."""
    prompts = sorted(library.load_prompts(), key=lambda prompt: (prompt.group, prompt.name))
    if as_json:
        print(json.dumps([_summary(library, prompt) for prompt in prompts], indent=2))
        return 0
    group = max((len(prompt.group) for prompt in prompts), default=0)
    name = max((len(_reference(prompt)) for prompt in prompts), default=0)
    for prompt in prompts:
        title = f"{prompt.title}{_size(prompt)}{_whose(library, prompt)} {prompt.deprecation_notice}"
        print(_line(f"{prompt.group:{group}}  {_reference(prompt):{name}}  {title}"))
    for pack, views in library.load_packs().items():
        print(_line(f"{'pack':{group}}  {pack:{name}}  {views.title}: {', '.join(views.views)}"))
    return 0


def _reference(prompt: Prompt) -> str:
    return f"{prompt.name}@{prompt.version}"


def _whose(library: Library, prompt: Prompt) -> str:
    return " (your own)" if library.is_own(prompt.name) else ""


def _size(prompt: Prompt) -> str:
    return f" (up to {prompt.fits})" if prompt.fits else ""


def show_prompt(library: Library, reference: str, *, as_json: bool) -> int:
    """Print what one prompt is for, its arguments and its answer."""
    prompt = library.load_prompt(reference)
    if as_json:
        print(prompt.model_dump_json(indent=2, exclude_none=True))
        return 0
    print(_line(prompt.title))
    print(_line(f"{_reference(prompt)}{_whose(library, prompt)}, {prompt.status}. For: {prompt.audience}"))
    print(_line(f"{prompt.description} {prompt.deprecation_notice}"))
    print()
    for name, argument in prompt.arguments.items():
        print(_line(f"  -a {name}={_default(argument)}   {argument.description}{_limits(argument)}"))
    print()
    print(_line(f"Reads: {', '.join(prompt.reads)}"))
    if prompt.fits:
        print(_line(f"Fits up to {prompt.fits}; in a larger company, have code read: promptkit answer {prompt.name}"))
    for table in prompt.answer.tables:
        print(_line(f"Answers with {table.heading}: {', '.join(column.name for column in table.columns)}"))
    if prompt.chart:
        print(_line(f"Drawn as {_drawing(prompt.chart)}"))
    for version, change in prompt.changes.items():
        print(_line(f"{version}: {change}"))
    return 0


def _drawing(chart: Chart | str) -> str:
    """What a dashboard draws, in words, or why it draws nothing."""
    if isinstance(chart, str):
        return f"a table alone. {chart}"
    figures = ", ".join(chart.totals or chart.y) or "rows"
    labels = f" by {'month of ' if chart.by else ''}{', '.join(chart.x)}" if chart.x else ""
    return f"{chart.type} of {figures}{labels}{f', per {chart.per}' if chart.per else ''}"


def _line(text: str) -> str:
    # Anyone may have written a library, so nothing in it may control the terminal.
    return "".join(char if char.isprintable() else " " for char in text).rstrip()


def _summary(library: Library, prompt: Prompt) -> dict[str, object]:
    keys = {"name", "version", "status", "title", "group", "audience", "description", "fits", "reads"}
    keys |= {"replaced_by", "sunset"} if prompt.deprecation_notice else set()
    return prompt.model_dump(mode="json", include=keys) | ({"own": True} if library.is_own(prompt.name) else {})


def _default(argument: Argument) -> str:
    return "..." if argument.default is None else str(argument.default)


def _limits(argument: Argument) -> str:
    if argument.choices:
        return f" ({', '.join(argument.choices)})"
    limits = type_of(argument).limits(argument, english())
    return f" ({limits} {argument.unit or ''})".replace(" )", ")") if limits else ""
