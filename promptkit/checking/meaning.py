"""What a prompt means -> whether its text says what its columns, arguments and recipe need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from promptkit.errors import Problem, nearest
from promptkit.files import Document
from promptkit.library.recipe import Recipe
from promptkit.library.store import Library
from promptkit.model import Prompt, ReviewedTool
from promptkit.plain_yaml import Key
from promptkit.text import hidden_characters

MONEY_LINE, DAYS_LINE = "cents", "calendar_days"
PAGING_LINES = ("to_the_end", "newest_first", "counted_by_torii")
_TIMES = {"date", "datetime", "window"}
_LISTS = re.compile(r"\bfields ([A-Za-z]\w*(?:,[A-Za-z]\w*)+)")
_FILTERS = re.compile(r"\bfilters? ([^;.:]+)")
_ONE_FILTER = re.compile(r"\s*(?:and )?([A-Za-z][\w.]*) ([a-z][A-Za-z]+)(?: |$)")
_WORD = re.compile(r"[A-Za-z_][\w.]*")
_TOOL = re.compile(r"\b(?:list|get|search|match|count)_[a-z_]+\b")


def check_meaning(library: Library, document: Document, prompt: Prompt, recipe: Recipe | None) -> Iterator[Problem]:
    """The problems of a prompt whose form is right: what its text leaves out, and what it names that is not there."""
    yield from _check_lines(library.lines_in(prompt.language), document, prompt, recipe)
    yield from _check_tools(document, prompt, library.reviewed_tools)
    if recipe is not None:
        yield from _check_literals(document, prompt, recipe, library.reviewed_tools)
    yield from _check_group(library, document, prompt)
    yield from _check_hidden(document)


def _check_lines(
    lines: Mapping[str, str], document: Document, prompt: Prompt, recipe: Recipe | None
) -> Iterator[Problem]:
    def lacks(*names: str) -> bool:
        said = (lines.get(name, f"{{{{ {name} }}}}") for name in names)
        return not any(line in prompt.template for line in said)

    columns = [column.type for table in prompt.answer.tables for column in table.columns]
    types = {*columns, *(total.type for total in prompt.answer.totals)}
    given = {argument.type for argument in prompt.arguments.values()}
    if "money" in types and lacks(MONEY_LINE):
        message = "the answer has money, and the text does not say how Torii's amounts are to be read"
        yield document.problem_at(("template",), "no-money-line", message, _adding(MONEY_LINE))
    if (types | given) & _TIMES and lacks(DAYS_LINE, "time_zone"):
        message = "it is about dates, and the text does not say whose day today is"
        yield document.problem_at(("template",), "no-date-line", message, _adding(DAYS_LINE))
    reads_on = recipe is None or any(read.first is None for read in recipe.reads.values())
    if reads_on and any(tool.startswith("list_") for tool in prompt.reads) and lacks(*PAGING_LINES):
        message = "it reads lists, and the text does not say how far"
        yield document.problem_at(("template",), "no-paging-line", message, _adding(*PAGING_LINES))


def _adding(*names: str) -> str:
    return f"add a line - {' or '.join(f'{{{{ {name} }}}}' for name in names)}, one of the lines that prompts share"


def _check_tools(document: Document, prompt: Prompt, rules: Mapping[str, ReviewedTool]) -> Iterator[Problem]:
    """Names of tools that are nearly those of reviewed ones; any other word in small letters may be the view's own."""
    own = {prompt.name, *prompt.arguments, *(column.name for table in prompt.answer.tables for column in table.columns)}
    for line, word in _found(_TOOL, prompt):
        if word not in rules and word not in own and (near := get_close_matches(word, rules, 1, 0.8)):
            message = f"there is no tool {word}"
            yield in_template(document, prompt, line, word, "unknown-tool", message, f"write {near[0]}")


def _check_literals(
    document: Document, prompt: Prompt, recipe: Recipe, rules: Mapping[str, ReviewedTool]
) -> Iterator[Problem]:
    """Fields and filters that the text spells out, against those that the recipe reads with."""
    known = {
        word for read in recipe.reads.values() for word in _words([read.arguments, read.each or "", [*read.columns]])
    }
    operators = {word for tool in prompt.reads if tool in rules for word in _enumerated(rules[tool].arguments)}
    for line, names in _found(_LISTS, prompt):
        for name in names.split(","):
            if name not in known and not name.isupper():
                message = f"the text asks for the field {name}, and the recipe reads no such field"
                near = get_close_matches(name, known, 1)
                fix = (
                    f"the recipe reads {near[0]}: correct whichever of the two is misspelt"
                    if near
                    else "read it in the recipe too"
                )
                yield in_template(document, prompt, line, name, "unknown-field", message, fix)
    for line, clause in _found(_FILTERS, prompt):
        for key, operator in _ONE_FILTER.findall(clause.replace(", ", "\n")):
            is_filter = operator in operators or key in known
            if is_filter and key not in known and not key.isupper():
                message = f"the text filters by {key}, and the recipe does not"
                yield in_template(
                    document, prompt, line, key, "unknown-field", message, nearest(key, known, "correct its name")
                )
            elif is_filter and operator not in operators and (near := get_close_matches(operator, operators, 1, 0.75)):
                message, fix = f"{operator} is not an operator of filters", f"write {near[0]}"
                yield in_template(document, prompt, line, operator, "unknown-operator", message, fix)


def _words(value: Any) -> Iterator[str]:  # noqa: ANN401
    match value:
        case dict():
            yield from (word for one in value.values() for word in _words(one))
        case list():
            yield from (word for one in value for word in _words(one))
        case str():
            yield from _WORD.findall(value)


def _enumerated(schema: Any) -> Iterator[str]:  # noqa: ANN401
    """Every text that a schema lists as allowed."""
    match schema:
        case {"enum": [*texts]}:
            yield from (text for text in texts if isinstance(text, str))
        case dict():
            yield from (text for one in schema.values() for text in _enumerated(one))
        case list():
            yield from (text for one in schema for text in _enumerated(one))


def _check_group(library: Library, document: Document, prompt: Prompt) -> Iterator[Problem]:
    others = {group for name, group in library.groups.items() if name != prompt.name} | library.own_groups
    if others and prompt.group not in others:
        fix = nearest(
            prompt.group, others, f"write one of {', '.join(sorted(others))}, or give it another view as well"
        )
        yield document.problem_at(("group",), "lone-group", f"no other view is in the group {prompt.group}", fix)


def _check_hidden(document: Document) -> Iterator[Problem]:
    """Hidden characters in any text but the template, whose lines have a check of their own."""
    for key, text in texts_in((), document.data):
        if key != ("template",) and (hidden := hidden_characters(text.replace("\n", ""))):
            message = f"{key[-1]} has the hidden character U+{ord(hidden[0]):04X}"
            yield document.problem_at(key, "hidden-character", message, "delete it")


def texts_in(key: Key, value: Any) -> Iterator[tuple[Key, str]]:  # noqa: ANN401
    """Every text in plain data, with the path to it."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from texts_in((*key, name), inner)
        case list():
            for index, inner in enumerate(value):
                yield from texts_in((*key, index), inner)
        case str():
            yield key, value


def _found(pattern: re.Pattern[str], prompt: Prompt) -> Iterator[tuple[int, str]]:
    """What the pattern finds, each with its line in the template from 1."""
    for number, line in enumerate(prompt.template.splitlines(), 1):
        yield from ((number, match[match.re.groups]) for match in pattern.finditer(line))


def in_template(
    document: Document, prompt: Prompt, number: int, word: str, code: str, message: str, fix: str
) -> Problem:
    """A problem in line `number` of a template, which the file has as a block below its key."""
    line, _ = document.place(("template",))
    lines = prompt.template.splitlines() or [""]
    at = max(lines[min(number, len(lines)) - 1].find(word), 0)
    indent = 3  # Two spaces of the block; columns count from 1.
    return Problem(document.path, line + number, at + indent, code, message, fix)
