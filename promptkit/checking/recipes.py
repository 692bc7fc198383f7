"""A recipe, its prompt and the reviewed tools -> every problem in the recipe, each with its place."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

from promptkit.answering.query import bind, load_scoring, make_totals
from promptkit.argument_type import type_of
from promptkit.arguments.organizational_view import chosen_view
from promptkit.checking.dry_run import DryRun
from promptkit.checking.sql import empty_database
from promptkit.errors import Problem, nearest
from promptkit.files import Document, validate
from promptkit.library.recipe import Queries, Recipe, parameters
from promptkit.library.store import Library
from promptkit.model import (
    DEFAULT_PROFILE,
    Entity,
    OrganizationalView,
    Profile,
    Prompt,
    Scalar,
)
from promptkit.plain_yaml import Key
from promptkit.policy.decision import ToolPolicy, decide_tool

# Assistants look up the keys of fields with these tools; a recipe names the keys itself.
_LOOKS_UP_FIELDS = "read fields"
# Any day will do, because no recipe may depend on it.
_TODAY = datetime.date(2026, 1, 31)


def check_recipe_file(library: Library, path: Path) -> list[Problem]:
    """The problems in one recipe and in the `reads` of its prompt, sorted by place.

    Raises:
        PromptkitError: it or its prompt is not YAML, or not valid; then it cannot be checked further.
    """
    document = library.document(path)
    recipe = validate(document, Recipe)
    beside = path.parent.parent / path.name
    if not beside.is_file():
        fix = "name the recipe after its prompt"
        return [document.problem_at((), "no-such-prompt", f"there is no prompt {path.stem}", fix)]
    asked = library.prompt_document(beside)
    prompt = library.as_prompt(asked)
    policy = ToolPolicy(library.reviewed_tools)
    problems = [*_check_tools(document, recipe, policy), *_check_reads(document, recipe, asked, prompt, policy)]
    problems += check_queries(document, "recipe", recipe, prompt)
    for values in _fillings(prompt):
        problems += _follow(library, document, recipe, prompt, values)
    return sorted(set(problems))


def _check_tools(document: Document, recipe: Recipe, policy: ToolPolicy) -> Iterator[Problem]:
    for name, read in recipe.reads.items():
        decision = decide_tool(read.tool, policy)
        if not decision.allowed:
            fix = "use another tool; a recipe may call only reviewed reads"
            if read.tool not in policy.reviewed:
                fix = nearest(read.tool, policy.reviewed, "name a tool of class read in instructions/tools.yaml")
            yield document.problem_at(("reads", name, "tool"), decision.ground, decision.reason.removesuffix("."), fix)


def _check_reads(
    document: Document, recipe: Recipe, asked: Document, prompt: Prompt, policy: ToolPolicy
) -> Iterator[Problem]:
    used = {read.tool for read in recipe.reads.values()}
    refused = {tool for tool in used if not decide_tool(tool, policy).allowed}
    for name, read in recipe.reads.items():
        if read.tool not in {*refused, *prompt.reads}:
            fix = f"add it to reads in {asked.path}, or read only with {', '.join(prompt.reads)}"
            message = f"{read.tool} is not one of the prompt's reads"
            yield document.problem_at(("reads", name, "tool"), "undeclared-read", message, fix)
    # While a tool is refused, perhaps for a typing error, the tool that seems unused may be the one that was meant.
    for index, tool in enumerate(() if refused else prompt.reads):
        if tool not in used and tool in policy.reviewed and policy.reviewed[tool].capability != _LOOKS_UP_FIELDS:
            fix = f"remove it, or read with it in {document.path}"
            yield asked.problem_at(("reads", index), "unused-read", f"the recipe never reads with {tool}", fix)


def check_queries(document: Document, whose: str, queries: Queries, prompt: Prompt) -> Iterator[Problem]:
    """Whether a recipe or a truth has a query for each table and total of the answer, and no other."""
    wanted, given = len(prompt.answer.tables), len(queries.tables)
    if given != wanted:
        key: Key = ("tables", wanted) if given > wanted else ("tables",)
        message = f"the answer has {wanted} table{'s' * (wanted != 1)}, and the {whose} has queries for {given}"
        yield document.problem_at(
            key, "wrong-tables", message, "write one query for each table of the answer, in order"
        )
    totals = [total.name for total in prompt.answer.totals]
    for name in totals:
        if name not in queries.totals:
            message = f"there is no query for the total {name}"
            yield document.problem_at(("totals",), "wrong-totals", message, f"add {name}: and its query under totals")
    for name in queries.totals:
        if name not in totals:
            fix = nearest(name, totals, "remove it, or add it to the totals of the prompt's answer")
            yield document.problem_at(("totals", name), "wrong-totals", f"the answer has no total {name}", fix)


def _fillings(prompt: Prompt) -> list[dict[str, Scalar]]:
    """Ways to fill in a prompt, including the least and the most of each number, and each choice."""
    trials = {name: type_of(argument).trials(argument, _profile()) for name, argument in prompt.arguments.items()}
    count = max(map(len, trials.values()), default=1)
    return [{name: values[index % len(values)] for name, values in trials.items()} for index in range(count)]


def _profile() -> Profile:
    """A profile with an Organizational View for each entity, named after it."""
    views = tuple(OrganizationalView(label=entity, entity=entity, field="field") for entity in Entity)
    return DEFAULT_PROFILE.model_copy(update={"organizational_views": views})


def _follow(
    library: Library, document: Document, recipe: Recipe, prompt: Prompt, values: Mapping[str, Scalar]
) -> Iterator[Problem]:
    """The problems that show up when the recipe is followed with every list empty."""
    view = chosen_view(prompt.arguments, values, _profile())
    policy = ToolPolicy(library.reviewed_tools)
    with empty_database() as connection:
        if library.scoring_if_any is not None:
            load_scoring(connection, library.scoring)
        given = parameters(prompt.arguments, values, _TODAY, view)
        run = DryRun(document, connection, bind(connection, {}, given), view)
        make_totals(connection)
        for name, expression in recipe.bind.items():
            yield from run.bind(name, expression)
        for name, read in recipe.reads.items():
            is_allowed = decide_tool(read.tool, policy).allowed
            yield from run.read(name, read, policy.reviewed[read.tool] if is_allowed else None)
        for name, query in recipe.steps.items():
            yield from run.step(name, query)
        for index, (table, query) in enumerate(zip(prompt.answer.tables, recipe.tables, strict=False)):
            yield from run.result(("tables", index), query, [column.name for column in table.columns])
        for total in prompt.answer.totals:
            if total.name in recipe.totals:
                yield from run.result(("totals", total.name), recipe.totals[total.name], total.query_columns)
        if recipe.remarks:
            yield from run.result(("remarks",), recipe.remarks, ["remark"])
