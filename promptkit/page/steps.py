"""A prompt's template -> the few steps that the page's script follows, read with Jinja's own parser.

A step is a text, `{"name": argument}`, or `{"if": test, "then": steps, "else": steps}`. A test is `{"name": argument}`,
`{"const": text or boolean}`, or `{"not": [test]}`, `{"and": [...]}`, `{"or": [...]}`, `{"equal": [...]}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import Environment, nodes

from promptkit.errors import PromptkitError
from promptkit.model import Prompt

Step = str | dict[str, Any]
# Used only to parse. Its options are those in render.py, because they affect the text between the tags.
_PARSER = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)


def template_steps(prompt: Prompt, context: Mapping[str, str]) -> list[Step]:
    """The steps of a prompt that `render` accepts.

    Args:
        prompt: a loaded prompt.
        context: what a template may use besides its arguments; it becomes text here.

    Raises:
        PromptkitError: the template does something that the page cannot reproduce exactly.
    """
    known = {name: text for name, text in context.items() if name not in prompt.arguments}
    return _merged(_steps(prompt, known, _PARSER.parse(prompt.template).body))


def _steps(prompt: Prompt, context: Mapping[str, str], body: Iterable[nodes.Node]) -> Iterable[Step]:
    for node in body:
        match node:
            case nodes.Output():
                yield from _steps(prompt, context, node.nodes)
            case nodes.TemplateData():
                yield node.data
            case nodes.If():
                yield {
                    "if": _test(prompt, context, node.test),
                    "then": _merged(_steps(prompt, context, node.body)),
                    "else": _merged(_steps(prompt, context, _rest(node))),
                }
            case _:
                value = _test(prompt, context, node)
                yield str(value["const"]) if "const" in value else value


def _rest(node: nodes.If) -> list[nodes.Node]:
    """The rest of an `if`: its next `elif` with everything after it, or its `else`."""
    if not node.elif_:
        return node.else_
    first, *others = node.elif_
    return [nodes.If(first.test, first.body, others, node.else_, lineno=first.lineno)]


def _test(prompt: Prompt, context: Mapping[str, str], node: nodes.Node) -> dict[str, Any]:
    def tests(*operands: nodes.Node) -> list[dict[str, Any]]:
        return [_test(prompt, context, operand) for operand in operands]

    match node:
        case nodes.Name():
            return {"const": context[node.name]} if node.name in context else {"name": node.name}
        case nodes.Const(value=str() | bool()):
            return {"const": node.value}
        case nodes.Not():
            return {"not": tests(node.node)}
        case nodes.And() | nodes.Or():
            return {type(node).__name__.lower(): tests(node.left, node.right)}
        case nodes.Compare(ops=[nodes.Operand(op="eq")]):
            return {"equal": tests(node.expr, node.ops[0].expr)}
        case nodes.Compare(ops=[nodes.Operand(op="ne")]):
            return {"not": [{"equal": tests(node.expr, node.ops[0].expr)}]}
    raise _unrepeatable(prompt, node)


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
