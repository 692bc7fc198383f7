"""A library of prompts, cases and rules -> every problem in it, each with its place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from promptkit.argument_type import type_of
from promptkit.checking.charts import check_chart
from promptkit.checking.left_in_english import check_language
from promptkit.checking.meaning import check_meaning, in_template
from promptkit.checking.orders import OrdersToAct
from promptkit.checking.recipes import check_recipe_file
from promptkit.checking.truths import check_truth
from promptkit.errors import Collector, Problem, PromptkitError, nearest
from promptkit.files import Document, read_text, validate
from promptkit.language import english, words_of
from promptkit.library.cases import CaseFile
from promptkit.library.instructions import (
    INSTRUCTION_PARTS,
    INSTRUCTIONS,
    LIMITS_UTF16,
    TRANSLATED_PARTS,
    every_text,
    instruction_parts,
    instructions_digest,
    instructions_version,
    load_hosts,
    own_instruction_parts,
    rule_ids,
    utf16_length,
)
from promptkit.library.recipe import Recipe
from promptkit.library.render import render, resolve_arguments, template_context, template_problems
from promptkit.library.store import FITS_MARK, Library, version_digest
from promptkit.model import DEFAULT_PROFILE, Argument, Pack, Prompt, ReviewedTool, Status, ToolClass
from promptkit.plain_yaml import Key
from promptkit.policy.review import unchecked_arguments
from promptkit.text import hidden_characters, sanitized


def check_library(library: Library, today: datetime.date | None = None) -> list[Problem]:
    """Every problem in a library, sorted by place; of a company's own library, in its own files."""
    collector = Collector()
    for check_whole in (_check_tools, _check_instructions, _check_translations, _check_changelog, _check_others):
        with collector.collect():
            collector.problems += check_whole(library)
    problems = collector.problems
    problems += _collect(library.own_files("prompts/*.yaml"), lambda path: check_prompt_file(library, path, today))
    problems += _collect(library.own_files("prompts/recipes/*.yaml"), lambda path: check_recipe_file(library, path))
    problems += _collect(library.own_files("prompts/packs/*.yaml"), lambda path: _check_pack_file(library, path))
    problems += _collect(library.own_files("evals/cases/*.yaml"), lambda path: _check_case_file(library, path))
    return sorted(set(problems))


def _collect(paths: list[Path], check: Callable[[Path], Iterable[Problem]]) -> list[Problem]:
    collector = Collector()
    for path in paths:
        with collector.collect():
            collector.problems += check(path)
    return collector.problems


def check_prompt_file(library: Library, path: Path, today: datetime.date | None = None) -> Iterator[Problem]:
    """The problems in one prompt file.

    Args:
        library: where it belongs.
        path: the file.
        today: deprecated prompts whose time has passed by then are problems; None for no day.

    Raises:
        PromptkitError: it is not YAML, or not a prompt; then it cannot be checked further.
    """
    document = library.prompt_document(path)
    try:
        prompt = library.as_prompt(document)
    except PromptkitError as error:
        document = _without_unknown_keys(document, error)
        yield from error.problems
        prompt = library.as_prompt(document)
    if prompt.name != path.stem:
        fix = f"write name: {path.stem}, or rename the file"
        yield document.problem_at(("name",), "name-mismatch", f"the name is {prompt.name}, the file {path.name}", fix)
    for name, argument in prompt.arguments.items():
        yield from _check_argument(document, ("arguments", name), argument)
    yield from _check_reads(document, prompt, library.reviewed_tools)
    yield from _check_template(
        document, prompt, library.reviewed_tools, OrdersToAct(library.languages.every().values())
    )
    yield from _check_answer(document, prompt)
    yield from _check_version(library, document, prompt)
    yield from _check_life(library, document, prompt, today)
    yield from _check_fits(document, prompt)
    yield from check_chart(document, prompt)
    yield from check_language(document, prompt)
    yield from check_meaning(library, document, prompt, _recipe_if_valid(library, prompt.name))
    if not library.file(f"prompts/recipes/{path.name}").exists():
        fix = f"write prompts/recipes/{path.name}"
        yield document.problem_at(("name",), "no-recipe", f"{prompt.name} has no recipe, so code cannot answer it", fix)
    if not library.file(f"evals/cases/{path.name}").exists():
        fix = f"write evals/cases/{path.name}"
        yield document.problem_at(("name",), "no-case", f"{prompt.name} has no case, so nothing tests it", fix)


def _without_unknown_keys(document: Document, error: PromptkitError) -> Document:
    """The file without its unknown keys, so that what else is wrong is found as well.

    Raises:
        PromptkitError: the error itself, where it is about anything else too.
    """
    if any(problem.code != "unknown-key" for problem in error.problems):
        raise error
    keys, data = {place: key for key, place in document.places.items()}, deepcopy(document.data)
    for *around, name in (keys[problem.line, problem.column] for problem in error.problems):
        within = data
        for part in around:
            within = within[part]
        del within[name]
    return replace(document, data=data)


def _recipe_if_valid(library: Library, name: str) -> Recipe | None:
    """The recipe, unless it is missing or has problems of its own, which are reported in its place."""
    try:
        return library.load_recipe(name)
    except PromptkitError:
        return None


def _check_argument(document: Document, key: Key, argument: Argument) -> Iterator[Problem]:
    type_ = type_of(argument)
    has_limits = argument.minimum is not None or argument.maximum is not None
    if has_limits and not type_.has_limits:
        yield document.problem_at(key, "wrong-limits", f"a {argument.type} has no minimum or maximum", "remove them")
    if type_.has_choices != bool(argument.choices):
        yield document.problem_at(key, "wrong-choices", "choices and type: choice go together", "add or remove one")
    elif argument.default is not None and (
        reason := type_.why_not_valid(argument, argument.default, DEFAULT_PROFILE, english())
    ):
        message = f"the default is {sanitized(argument.default)}, but {reason}"
        yield document.problem_at((*key, "default"), "wrong-default", message, "correct the default or the limits")


def _check_reads(document: Document, prompt: Prompt, rules: Mapping[str, ReviewedTool]) -> Iterator[Problem]:
    for index, tool in enumerate(prompt.reads):
        kind = rules[tool].tool_class if tool in rules else ToolClass.UNKNOWN
        if kind is ToolClass.ACTION:
            fix = "remove it; a prompt may use only tools of class read"
            yield document.problem_at(("reads", index), "action-tool", f"{tool} changes data in Torii", fix)
        elif kind is ToolClass.UNKNOWN:
            fix = nearest(tool, rules, "review the tool and add it to instructions/tools.yaml")
            yield document.problem_at(
                ("reads", index), "unknown-tool", f"{tool} is not in instructions/tools.yaml", fix
            )


def _check_template(
    document: Document, prompt: Prompt, rules: Mapping[str, ReviewedTool], orders: OrdersToAct
) -> Iterator[Problem]:
    context = template_context(prompt, DEFAULT_PROFILE)
    for wrong in template_problems(prompt.template, prompt.arguments, context):
        if wrong.code == "unused-argument":
            yield document.problem_at(("arguments", wrong.word), wrong.code, wrong.message, wrong.fix)
        else:
            yield in_template(document, prompt, wrong.line, wrong.word, wrong.code, wrong.message, wrong.fix)
    for number, line in enumerate(prompt.template.splitlines(), 1):
        for word in orders.found_in(line):
            message = f"the template tells the assistant to {word.lower()}"
            fix = "ask to read, show or compare; a prompt never asks for a change"
            yield in_template(document, prompt, number, word, "asks-to-act", message, fix)
        for word in re.findall(r"[a-z]+(?:_[a-z]+)+", line):
            if word in rules and rules[word].tool_class is ToolClass.ACTION:
                fix = "do not name action tools in a prompt, not even to forbid them"
                yield in_template(
                    document, prompt, number, word, "names-action-tool", f"the template names {word}", fix
                )
        for char in hidden_characters(line):
            message = f"the template has the hidden character U+{ord(char):04X}"
            yield in_template(document, prompt, number, char, "hidden-character", message, "delete it")


def _check_answer(document: Document, prompt: Prompt) -> Iterator[Problem]:
    lines, words = [line.strip() for line in prompt.template.splitlines()], words_of(prompt)
    for index, table in enumerate(prompt.answer.tables):
        key: Key = ("answer", "tables", index)
        names = [column.name for column in table.columns]
        name = "table" if index == 0 else f"table_{index + 1}"
        if len(set(names)) != len(names):
            yield document.problem_at(key, "repeated-column", f"{table.heading} has a column twice", "rename one")
        if not any(column.key for column in table.columns):
            fix = "mark the columns that identify a row with key: true"
            yield document.problem_at(key, "no-key", f"{table.heading} has no key column", fix)
        if f"## {table.heading}" not in lines or f"{{{{ {name} }}}}" not in lines:
            fix = f"write a line ## {table.heading} and below it a line {{{{ {name} }}}}"
            yield document.problem_at(
                key, "unasked-table", f"the template does not ask for the table {table.heading}", fix
            )
        if table.counted_by and table.counted_by not in {total.name for total in prompt.answer.totals if not total.per}:
            message = f"no total {table.counted_by} counts the rows of {table.heading}"
            fix = "name one of its totals, without per"
            yield document.problem_at((*key, "counted_by"), "unasked-total", message, fix)
    for index, total in enumerate(prompt.answer.totals):
        if not any(re.match(rf"- {total.name}( [A-Z]+)?: ", line) for line in lines):
            fix = f"write a line - {total.name}: and what it counts, under ## {words.headings.totals}"
            place: Key = ("answer", "totals", index)
            yield document.problem_at(
                place, "unasked-total", f"the template does not ask for the total {total.name}", fix
            )
    if f"## {words.headings.evidence}" not in lines or f"- {words.evidence_line}" not in lines:
        fix = f"end the template with ## {words.headings.evidence} and - {words.evidence_line}"
        yield document.problem_at(("template",), "no-evidence", "the template does not ask for the evidence block", fix)


def _check_version(library: Library, document: Document, prompt: Prompt) -> Iterator[Problem]:
    if prompt.version not in prompt.changes:
        fix = f"add a line {prompt.version}: and what changed for the user"
        yield document.problem_at(("changes",), "no-change-note", f"changes does not mention {prompt.version}", fix)
    if prompt.status is Status.DRAFT:
        return
    released = library.load_version_lock().get(f"{prompt.name}@{prompt.version}")
    if released is None:
        fix = "set status: draft while you write; release it with: promptkit bump"
        message = f"{prompt.name}@{prompt.version} is not in versions.lock"
        yield document.problem_at(("version",), "unreleased-version", message, fix)
    elif released != version_digest(document):
        fix = f"undo the change, or release it with: promptkit bump {prompt.name} patch"
        message = f"{prompt.name}@{prompt.version} is released, and its text has changed since"
        yield document.problem_at(("version",), "changed-release", message, fix)


def _check_life(library: Library, document: Document, prompt: Prompt, today: datetime.date | None) -> Iterator[Problem]:
    is_deprecated = prompt.status is Status.DEPRECATED
    if is_deprecated != (prompt.replaced_by is not None) or is_deprecated != (prompt.sunset is not None):
        fix = "write all of status: deprecated, replaced_by: and sunset:, or none of them"
        message = f"{prompt.name} must say when it will be removed and what replaces it, or neither"
        yield document.problem_at(("status",), "half-deprecated", message, fix)
    elif today and prompt.sunset and prompt.sunset < today:
        fix = f"remove {prompt.name}, or give its users more time: write a later date, and say it under changes"
        message = f"{prompt.name} was to be removed on {prompt.sunset}"
        yield document.problem_at(("sunset",), "past-sunset", message, fix)
    elif prompt.replaced_by and prompt.replaced_by not in library.prompt_names():
        fix = "name a prompt from promptkit list"
        message = f"it is replaced by {prompt.replaced_by}, and there is no such prompt"
        yield document.problem_at(("replaced_by",), "unknown-replacement", message, fix)


def _check_fits(document: Document, prompt: Prompt) -> Iterator[Problem]:
    if prompt.fits is None:
        fix = "add fits: {apps: 60, users: 300}, the largest tenant that an assistant can read for it"
        yield document.problem_at(("name",), "no-fits", f"{prompt.name} does not say up to which tenant it fits", fix)
    elif FITS_MARK not in prompt.template:
        fix = f"write up to which tenant it fits, as {FITS_MARK}, and what to do in a larger one"
        message = "the template does not say up to which tenant the view fits"
        yield document.problem_at(("template",), "unasked-fits", message, fix)


def _check_changelog(library: Library) -> Iterator[Problem]:
    path = library.prompts / "CHANGELOG.md"
    text = read_text(path) if path.exists() else ""
    for reference in library.load_version_lock():
        if f"`{reference}`" not in text:
            fix = f"add a line - `{reference}`: and what changed for its users"
            yield Problem(library.relative(path), 0, 0, "no-changelog", f"it does not mention {reference}", fix)


def _check_others(library: Library) -> Iterator[Problem]:
    """What is wrong with the form of files that are not prompts, recipes or cases."""
    collector = Collector()
    for read in (load_hosts, attrgetter("attacks"), attrgetter("wording")):
        with collector.collect():
            read(library)
    yield from collector.problems


def _check_pack_file(library: Library, path: Path) -> Iterator[Problem]:
    document = library.document(path)
    for place, name in enumerate(validate(document, Pack).views):
        if name not in library.prompt_names():
            fix = nearest(name, library.prompt_names(), "run: promptkit list")
            yield document.problem_at(("views", place), "unknown-view", f"there is no prompt {name}", fix)


def _check_case_file(library: Library, path: Path) -> Iterator[Problem]:
    document = library.document(path)
    case = validate(document, CaseFile)
    name = case.prompt.partition("@")[0]
    if name != path.stem or name not in library.prompt_names():
        fix = "name the case after its prompt"
        yield document.problem_at(("prompt",), "no-such-prompt", f"{case.prompt} is not the prompt of {path.name}", fix)
        return
    prompt = library.load_prompt(name)
    if case.prompt != f"{name}@{prompt.version}":
        fix = f"write {name}@{prompt.version}, and check what the case renders"
        yield document.problem_at(("prompt",), "stale-case", f"the case is for {case.prompt}", fix)
    for index, sample in enumerate(case.cases):
        try:
            text = render(prompt, sample.arguments)
        except PromptkitError as error:
            for problem in error.problems:
                yield document.problem_at(("cases", index), "wrong-sample", problem.message, problem.fix)
            continue
        if index == 0:
            values = resolve_arguments(prompt, sample.arguments, DEFAULT_PROFILE)
            yield from check_truth(library, document, case, prompt, values)
        if sample.renders is not None and sample.renders.strip() != text.strip():
            fix = f"compare it with: promptkit render {name}"
            yield document.problem_at(
                ("cases", index, "renders"), "renders-differently", "the prompt now renders differently", fix
            )


def _check_tools(library: Library) -> Iterator[Problem]:
    if library.base is not None:
        for own in library.own_files("instructions/tools.*"):
            message = "it is not read: which tools may be called is reviewed in our library, for everybody"
            fix = "delete it; for a server of your own, give it and its lock to guard and tools with --tools and --lock"
            yield Problem(library.relative(own), 0, 0, "own-review", message, fix)
        return
    document = library.document(library.tools_file)
    for name, rule in library.reviewed_tools.items():
        if problem := unchecked_arguments(rule):
            message = f"the calls of {name} could not be checked: {problem}"
            yield document.problem_at((name, "arguments"), "unchecked-arguments", message, "correct the schema")
        if rule.tool_class is ToolClass.UNKNOWN:
            yield document.problem_at((name, "class"), "wrong-value", f"{name} is unknown", "write read or action")


def _check_instructions(library: Library) -> Iterator[Problem]:
    if not library.own_files(INSTRUCTION_PARTS):
        return  # They are ours, as we released them.
    parts = instruction_parts(library)
    version = instructions_version(library)
    released = library.load_version_lock().get(f"{INSTRUCTIONS}@{version}")
    if released != instructions_digest(library):
        message = f"the instructions differ from what was released as {version}"
        fix = "undo the change, or release it with: promptkit bump instructions patch"
        first = library.relative(own_instruction_parts(library)[0])
        yield Problem(first, 1, 1, "changed-release", message, fix)
    seen: dict[str, str] = {}
    for path in parts:
        for number, rule in _rules_by_line(path):
            if rule in seen:
                message = f"{rule} is already in {seen[rule]}"
                yield Problem(library.relative(path), number, 3, "repeated-rule", message, "give it an id of its own")
            else:
                seen[rule] = path.name
    for name, text in every_text(library).items():
        length, limit = utf16_length(text), LIMITS_UTF16[name.partition("_")[0]]
        if length > limit:
            message = f"the instructions {name} are {length} UTF-16 units long, and the limit is {limit}"
            yield Problem(library.relative(library.instructions), 0, 0, "too-long", message, "shorten a part")


def _rules_by_line(path: Path) -> Iterator[tuple[int, str]]:
    """The id of each rule in one part, with its line from 1."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if rule := re.match(r"- ([A-Z]{2}-\d+) ", line):
            yield number, rule[1]


def _check_translations(library: Library) -> Iterator[Problem]:
    """The rules that a part of the instructions lacks in another language, and those that only it has."""
    for path in library.own_files(TRANSLATED_PARTS):
        name, part = library.relative(path), library.file(f"instructions/{path.name}")
        rules = rule_ids(part) if part.exists() else []
        for missing in [rule for rule in rules if rule not in rule_ids(path)]:
            fix = f"write it as in instructions/{path.name}, in this language"
            yield Problem(name, 1, 1, "missing-rule", f"{missing} is missing", fix)
        for number, rule in _rules_by_line(path):
            if rule not in rules:
                message, fix = f"instructions/{path.name} has no rule {rule}", "write it there first, or correct its id"
                yield Problem(name, number, 3, "unknown-rule", message, fix)
