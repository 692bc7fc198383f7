"""Prompt + arguments -> the text to paste. The same input gives the same bytes, on any machine, at any time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from promptkit.argument_type import type_of
from promptkit.errors import Problem, PromptkitError
from promptkit.language import Language, english, words_of
from promptkit.model import DEFAULT_PROFILE, Argument, Fits, Profile, Prompt, Scalar, Table
from promptkit.text import legible

STAMP = re.compile(r"\[([a-z][a-z0-9_]*)@(\d+\.\d+\.\d+) ([0-9a-f]{8})\]\Z")
"""The stamp at the end of a text: name, version, digest."""

# Kept small on purpose: the browser page runs the same templates, and what is not allowed cannot go wrong there.
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.Compare, nodes.Operand,
    nodes.Not, nodes.And, nodes.Or,
)  # fmt: skip
_JINJA = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
)
_JINJA.globals.clear()


class TemplateProblem(NamedTuple):
    """A problem in a line of a template, counted from 1; `word` is the text to look for in that line."""

    line: int
    word: str
    code: str
    message: str
    fix: str


def render(prompt: Prompt, arguments: Mapping[str, Scalar] | None = None, profile: Profile = DEFAULT_PROFILE) -> str:
    """The text to paste, its stamp as the last line, with LF line ends and one final newline.

    Args:
        prompt: a loaded prompt.
        arguments: values by name; others get the profile's threshold of that name, or their default.
        profile: the tenant's profile.

    Raises:
        PromptkitError: an argument is unknown, missing or outside its limits, or the template is not allowed.
    """
    context = template_context(prompt, profile)
    values = resolve_arguments(prompt, arguments or {}, profile)
    if wrong := list(template_problems(prompt.template, prompt.arguments, context)):
        raise PromptkitError(
            Problem("", one.line, 0, one.code, f"{prompt.name}: {one.message}", one.fix) for one in wrong
        )
    texts: dict[str, str | bool] = {}
    for name, argument in prompt.arguments.items():
        texts |= type_of(argument).texts(name, argument, values[name], profile, words_of(prompt))
    try:
        text = _compiled(prompt.template).render(context | texts)
    except TemplateError as error:
        raise PromptkitError([Problem("", 0, 0, "template-failed", f"{prompt.name}: {error}", "correct it")]) from error
    return stamped(text, prompt.name, prompt.version)


@lru_cache(256)
def _compiled(template: str) -> Template:
    return _JINJA.from_string(template)


def template_context(prompt: Prompt, profile: Profile) -> dict[str, str]:
    """What a template may use besides its arguments: the tenant's settings, what it `fits`, its tables' headers."""
    settings = {"time_zone": profile.time_zone, "display_currency": profile.display_currency}
    size = {"fits": as_size(prompt.fits, words_of(prompt))} if prompt.fits else {}
    return settings | size | tables_as_headers(prompt.answer.tables)


def as_size(fits: Fits, words: Language) -> str:
    """The size of a tenant, such as `400 apps and 5,000 users`."""
    return words.says.fits.format(apps=words.grouped(fits.apps), users=words.grouped(fits.users))


def stamped(text: str, name: str, version: str) -> str:
    """`text` without trailing spaces, followed by its stamp: name, version, digest of the text above."""
    body = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return f"{body}\n\n[{name}@{version} {digest(body)}]\n"


def digest(body: str) -> str:
    """Eight hexadecimal digits that change when `body` changes."""
    return hashlib.sha256(body.encode()).hexdigest()[:8]


def tables_as_headers(tables: Iterable[Table]) -> dict[str, str]:
    """What a template gets as `table` (`table_2` for the second, and so on): the header row, ready to paste."""
    named = {}
    for number, table in enumerate(tables, 1):
        names = [column.name for column in table.columns]
        rule = "|".join("---" for _ in names)
        named["table" if number == 1 else f"table_{number}"] = f"| {' | '.join(names)} |\n|{rule}|"
    return named


def resolve_arguments(
    prompt: Prompt, given: Mapping[str, Scalar], profile: Profile = DEFAULT_PROFILE
) -> dict[str, Scalar]:
    """Every declared argument with its value: the one given, the profile's threshold, or the default.

    Raises:
        PromptkitError: everything that is wrong with them, together.
    """
    words = words_of(prompt)
    problems = [_unknown(prompt, name) for name in given if name not in prompt.arguments]
    values: dict[str, Scalar] = {}
    for name, argument in prompt.arguments.items():
        value = given.get(name, default_of(name, argument, profile))
        if value is None:
            message = words.said(
                "%(prompt)s needs %(name)s: %(about)s", prompt=prompt.name, name=name, about=argument.description
            )
            problems.append(_wrong(message, words.said("give a value for %(name)s", name=name)))
        elif reason := type_of(argument).why_not_valid(argument, value, profile, words):
            problems.append(_unfit(name, value, reason, words))
        else:
            values[name] = value
    problems = problems or [*_unfit_together(prompt, values, profile)]
    if problems:
        raise PromptkitError(problems)
    return values


def _unfit_together(prompt: Prompt, values: Mapping[str, Scalar], profile: Profile) -> Iterator[Problem]:
    for name, argument in prompt.arguments.items():
        words = words_of(prompt)
        if reason := type_of(argument).why_not_beside(values[name], prompt.arguments, values, profile, words):
            yield _unfit(name, values[name], reason, words)


def default_of(name: str, argument: Argument, profile: Profile) -> Scalar | None:
    """An argument's value if nobody fills it in; None if somebody must.

    A threshold in the profile is used for every argument of its name for which it is valid.
    """
    type_, threshold = type_of(argument), profile.thresholds.get(name)
    fits = threshold is not None and type_.why_not_valid(argument, threshold, profile, english()) is None
    return threshold if fits else type_.default(argument, profile)


def template_problems(
    template: str, declared: Mapping[str, Argument], context: Iterable[str] = ()
) -> Iterator[TemplateProblem]:
    """Everything in a template that is not allowed, in the order of its lines."""
    try:
        tree = _JINJA.parse(template)
    except TemplateError as error:
        fix = "write {{ name }} with two braces on each side, and {% if name %} with its {% endif %}"
        yield TemplateProblem(getattr(error, "lineno", 1), "", "template-syntax", str(error), fix)
        return
    except RecursionError:
        yield TemplateProblem(1, "", "template-syntax", "the template is nested too deeply", "nest it less")
        return
    used = set()
    comparable = _comparable(declared)
    for node in _walk(tree):
        if isinstance(node, nodes.Name):
            used.add(node.name)
            yield from _name_problems(node, declared, {*context, *comparable})
        elif not isinstance(node, _NODES):
            kind = type(node).__name__
            word = getattr(node, "attr", "") or getattr(node, "name", "")
            fix = "write plain {{ name }} and {% if name %}; nothing else is needed"
            yield TemplateProblem(node.lineno, str(word), "template-logic", f"{kind} is not allowed in a template", fix)
        elif isinstance(node, nodes.Compare) and not _compares_choice(node, comparable):
            fix = 'compare one of its choices, as in {% if period == "daily" %} or {% if org_entity == "user" %}'
            yield TemplateProblem(node.lineno, "", "template-logic", "this comparison is not allowed", fix)
    for name in sorted(set(declared) - used):
        yield TemplateProblem(
            1, name, "unused-argument", f"{name} is declared but not used", f"use {name}, or remove it"
        )


def _comparable(declared: Mapping[str, Argument]) -> dict[str, tuple[str, ...]]:
    """Every name that arguments give to a template, with the texts that it can be compared with."""
    names = {name: argument.choices for name, argument in declared.items()}
    for argument in declared.values():
        names = {**type_of(argument).names, **names}
    return names


def _compares_choice(node: nodes.Compare, comparable: Mapping[str, tuple[str, ...]]) -> bool:
    """Only choices are unchanged in a template; a number there is text, and so never equal to a number."""
    match node:
        case nodes.Compare(
            expr=nodes.Name(name=name), ops=[nodes.Operand(op="eq" | "ne", expr=nodes.Const(value=value))]
        ):
            return value in comparable.get(name, ())
    return False


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _name_problems(node: nodes.Name, declared: Mapping[str, Argument], context: set[str]) -> Iterator[TemplateProblem]:
    if node.ctx != "load":
        yield TemplateProblem(node.lineno, node.name, "template-logic", "a template may not set names", "remove it")
    elif node.name not in declared and node.name not in context:
        known = ", ".join(sorted(declared)) or "none"
        fix = f"declare {node.name} under arguments:, or correct its name"
        yield TemplateProblem(
            node.lineno,
            node.name,
            "unknown-argument",
            f"the template uses {{{{ {node.name} }}}}; declared: {known}",
            fix,
        )


def _unknown(prompt: Prompt, name: str) -> Problem:
    words = words_of(prompt)
    message = words.said(
        "%(prompt)s has no argument %(name)s; it has: %(known)s",
        prompt=prompt.name,
        name=_short(name),
        known=", ".join(prompt.arguments) or words.says.none,
    )
    return _wrong(message, words.said("use one of these names"))


def _unfit(name: str, value: Scalar, reason: str, words: Language) -> Problem:
    message = words.said("%(name)s is %(value)s, but %(reason)s", name=name, value=_short(value), reason=reason)
    return _wrong(message, words.said("correct the value"))


def _wrong(message: str, fix: str) -> Problem:
    return Problem("", 0, 0, "wrong-argument", message, fix)


def _short(value: object) -> str:
    return f'"{legible(value, 78)}"'
