"""A tool as a server lists it -> its entry among the reviewed tools, as text for tools.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.model import ReviewedTool, ToolClass
from promptkit.policy.checkable import schema_problems
from promptkit.policy.decision import Definition

# What YAML takes for the end of a line, or does not take at all.
_UNSAFE = re.compile("[\\x7f-\\x9f\\u2028\\u2029\\ufeff\\ufffe\\uffff\\ud800-\\udfff]")
# Where a schema may take arguments besides those under `properties`.
_ELSEWHERE = ("$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "patternProperties")


def arguments_of(tool: Definition) -> Mapping[str, Any]:
    """The arguments that a tool lists, by name, as far as they can be read."""
    schema = tool.get("inputSchema")
    arguments = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    return arguments if isinstance(arguments, Mapping) else {}


def why_not_read(tool: Definition) -> str | None:
    """Why the calls of a tool cannot be checked, with the place in its definition; None when they can."""
    problem = next(_problems(tool), None)
    return problem and f"inputSchema{'' if problem.startswith(':') else '.'}{problem}"


def _problems(tool: Definition) -> Iterator[str]:
    schema = tool.get("inputSchema")
    if not isinstance(schema, Mapping) or not isinstance(schema.get("properties", {}), Mapping):
        yield ": it does not list arguments"
        return
    for keyword in _ELSEWHERE:
        if keyword in schema and (keyword in {"$ref", "patternProperties"} or _lists_arguments(schema[keyword])):
            yield f"{keyword}: arguments stand here, and only those under properties can be checked"
    known, old = schema.get("$defs", {}), schema.get("definitions", {})
    if known and old and known != old:
        yield "definitions: they differ from its $defs, and only one of the two can be kept"
    kept = {"$schema", "$defs", "definitions", "properties"}
    yield from schema_problems({keyword: value for keyword, value in schema.items() if keyword in kept})


def _lists_arguments(value: object) -> bool:
    if isinstance(value, Mapping):
        return "properties" in value or any(map(_lists_arguments, value.values()))
    return isinstance(value, list) and any(map(_lists_arguments, value))


def entry_of(tool: Definition, kind: str, source: str) -> str:
    """The entry of a tool. Of an action no argument is kept, since none of its calls is made."""
    schema = tool["inputSchema"] if kind == "read" else {}
    fields = {
        "class": kind,
        "capability": "reviewed by hand",
        "source": source,
        "arguments": schema.get("properties", {}),
        "$defs": schema.get("$defs") or schema.get("definitions") or {},
    }
    lines = [f"  {name}: {_yaml(value)}\n" for name, value in fields.items() if value or name != "$defs"]
    return f"\n{_yaml(tool['name'])}:\n{''.join(lines)}"


def _yaml(value: object) -> str:
    """A value as JSON, which is YAML too once some characters are escaped."""
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def new_arguments(
    reviewed: Mapping[str, ReviewedTool], locked: Mapping[str, Definition], tools: Iterable[Definition]
) -> Iterator[tuple[str, str]]:
    """Each argument that a known read has now, had not when it was last locked, and is refused for: tool, argument."""
    for tool in tools:
        name = tool["name"]
        if name in locked and reviewed[name].tool_class is ToolClass.READ:
            known = {*arguments_of(locked[name]), *reviewed[name].arguments}
            yield from ((name, argument) for argument in arguments_of(tool) if argument not in known)
