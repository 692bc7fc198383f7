"""A prompt's template -> the few steps that the page's script follows, read with Jinja's own parser.

A step is a text, `{"name": argument}`, or `{"if": test, "then": steps, "else": steps}`. A test is `{"name": argument}`,
`{"name": argument, "gives": texts by what the argument shows}`, `{"const": text or boolean}`, or `{"not": [test]}`,
`{"and": [...]}`, `{"or": [...]}`, `{"equal": [...]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, nodes

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError
from promptkit.language import words_of
from promptkit.model import Profile, Prompt

Test = dict[str, Any]
Step = str | Test
# Used only to parse. Its options are those in render.py, because they affect the text between the tags.
_PARSER = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)


def template_steps(prompt: Prompt, context: Mapping[str, str], profile: Profile) -> list[Step]:
    """The steps of a prompt that `render` accepts.

    Args:
        prompt: a loaded prompt.
        context: what a template may use besides its arguments; it becomes text here.
        profile: what the prompt can be filled in with.

    Raises:
        PromptkitError: the template does something that the page cannot reproduce exactly.
    """
    known: dict[str, Test] = {name: {"const": text} for name, text in context.items()}
    known |= _given(prompt, profile)
    known |= {name: {"name": name} for name in prompt.arguments}
    return _merged(_Template(prompt, known).steps(_PARSER.parse(prompt.template).body))


def _given(prompt: Prompt, profile: Profile) -> dict[str, Test]:
    """The further names that arguments give, each read from what its argument shows."""
    given: dict[str, Test] = {}
    for name, argument in prompt.arguments.items():
        type_ = type_of(argument)
        texts = [
            type_.texts(name, argument, option, profile, words_of(prompt))
            for option in type_.options(argument, profile)
        ]
        for other in type_.names:
            gives = {str(one[name]): one[other] for one in texts}
            is_known = len({*gives.values()}) == 1
            given[other] = {"const": texts[0][other]} if is_known else {"name": name, "gives": gives}
    return given


@dataclass(frozen=True)
class _Template:
    """A prompt, and each name that its template may use as a test."""

    prompt: Prompt
    known: Mapping[str, Test]

    def steps(self, body: Iterable[nodes.Node]) -> Iterable[Step]:
        for node in body:
            match node:
                case nodes.Output():
                    yield from self.steps(node.nodes)
                case nodes.TemplateData():
                    yield node.data
                case nodes.If():
                    yield from self._branches(node)
                case _:
                    value = self.test(node)
                    yield str(value["const"]) if "const" in value else value

    def _branches(self, node: nodes.If) -> Iterable[Step]:
        """Both branches of an `if`, or the one that is taken whatever people fill in."""
        test = self.test(node.test)
        if "const" in test:
            yield from self.steps(node.body if test["const"] else _rest(node))
        else:
            yield {
                "if": test,
                "then": _merged(self.steps(node.body)),
                "else": _merged(self.steps(_rest(node))),
            }

    def test(self, node: nodes.Node) -> Test:
        match node:
            case nodes.Name():
                return self.known[node.name]
            case nodes.Const(value=str() | bool()):
                return {"const": node.value}
            case nodes.Not():
                return {"not": [self.test(node.node)]}
            case nodes.And() | nodes.Or():
                return {type(node).__name__.lower(): [self.test(node.left), self.test(node.right)]}
            case nodes.Compare(ops=[nodes.Operand(op="eq")]):
                return self._equal(node.expr, node.ops[0].expr)
            case nodes.Compare(ops=[nodes.Operand(op="ne")]):
                return {"not": [self._equal(node.expr, node.ops[0].expr)]}
        raise _unrepeatable(self.prompt, node)

    def _equal(self, *nodes_: nodes.Node) -> Test:
        one, other = map(self.test, nodes_)
        is_known = "const" in one and "const" in other
        return {"const": one == other} if is_known else {"equal": [one, other]}


def _rest(node: nodes.If) -> list[nodes.Node]:
    """The rest of an `if`: its next `elif` with everything after it, or its `else`."""
    if not node.elif_:
        return node.else_
    first, *others = node.elif_
    return [nodes.If(first.test, first.body, others, node.else_, lineno=first.lineno)]


def _merged(steps: Iterable[Step]) -> list[Step]:
    merged: list[Step] = []
    for step in steps:
        if isinstance(step, str) and merged and isinstance(merged[-1], str):
            merged[-1] += step
        elif step:
            merged.append(step)
    return merged


def _unrepeatable(prompt: Prompt, node: nodes.Node) -> PromptkitError:
    message = (
        f"{prompt.name}: line {node.lineno} of the template uses {type(node).__name__}, which the page cannot reproduce"
    )
    return PromptkitError.of(
        "page-template", message, "write plain {{ name }} and {% if name %}, or compare with == and !="
    )
