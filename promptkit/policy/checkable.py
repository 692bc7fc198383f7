"""Whether a call can be checked by a schema that a server wrote. What cannot is said before a person relies on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from promptkit.json_strict import is_deeper
from promptkit.plain_yaml import MAX_DEPTH
from promptkit.policy.patterns import why_not_matchable
from promptkit.text import sanitized

# All say the same as 2020-12 with the keywords that pass here.
_DIALECTS = {"2020-12/schema", "2019-09/schema", "draft-07/schema", "draft-06/schema"}
_FOREIGN = {"dependencies", "$recursiveRef", "$dynamicRef"}
_SAME_VALUE = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"}
_ONE = {
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
}
_SEVERAL = {"allOf", "anyOf", "oneOf", "prefixItems"}
_NAMED = {"$defs", "definitions", "dependentSchemas", "patternProperties", "properties"}
_META = Draft202012Validator(Draft202012Validator.META_SCHEMA)


class _Subschema:
    """A schema within the whole one: its place, and what its references are relative to."""

    def __init__(self, contents: Any, place: str, resolver: Any) -> None:  # noqa: ANN401
        self.contents = contents
        self.place = place
        self.resolver = resolver

    def below(self) -> Iterator[tuple[str, _Subschema]]:
        """Each schema directly in it, after the keyword that it stands under."""
        if not isinstance(self.contents, Mapping):
            return
        for keyword, value in self.contents.items():
            for step, inner in _schemas(keyword, value):
                resource = DRAFT202012.create_resource(inner)
                place = f"{self.place}.{keyword}{step}".removeprefix(".")
                yield keyword, _Subschema(inner, place, self.resolver.in_subresource(resource))


def _schemas(keyword: str, value: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    if keyword in _ONE:
        yield "", value
    elif keyword in _SEVERAL:
        yield from ((f".{number}", inner) for number, inner in enumerate(value))
    elif keyword in _NAMED:
        yield from ((f".{name}", inner) for name, inner in value.items())


def schema_problems(schema: Mapping[str, Any]) -> Iterator[str]:
    """What stands in the way of checking a call by a schema, each with its place in it."""
    if is_deeper(schema, MAX_DEPTH):
        yield f"it is more than {MAX_DEPTH} levels deep"
        return
    # Several vocabularies of the meta-schema may say the same.
    malformed = dict.fromkeys(_at(error.absolute_path, sanitized(error.message)) for error in _META.iter_errors(schema))
    if malformed:
        yield from malformed
        return
    resource = DRAFT202012.create_resource(schema)
    registry: Registry[Any] = Registry().with_resource("", resource)
    try:
        nodes = list(_nodes(_Subschema(schema, "", registry.crawl().resolver_with_root(resource))))
    except ValueError:
        yield "one of its $id is no address"
        return
    for node in nodes:
        yield from _node_problems(node)
    yield from _reference_problems(nodes)


def _nodes(node: _Subschema) -> Iterator[_Subschema]:
    yield node
    for _, inner in node.below():
        yield from _nodes(inner)


def _node_problems(node: _Subschema) -> Iterator[str]:
    if not isinstance(node.contents, Mapping):
        return
    dialect = str(node.contents.get("$schema", "2020-12/schema")).rstrip("#")
    if not any(dialect.endswith(known) for known in _DIALECTS):
        yield _at([node.place, "$schema"], f"{sanitized(dialect)} is not a dialect that can be checked")
    for keyword in sorted(_FOREIGN.intersection(node.contents)):
        yield _at([node.place, keyword], "this keyword cannot be checked")
    patterns = {"pattern": node.contents.get("pattern")}
    patterns |= {f"patternProperties.{sanitized(one)}": one for one in node.contents.get("patternProperties", {})}
    for place, pattern in patterns.items():
        if pattern is not None and (reason := why_not_matchable(pattern)):
            yield _at([node.place, place], f"{sanitized(pattern)} {reason}")


def _reference_problems(nodes: list[_Subschema]) -> Iterator[str]:
    known = {id(node.contents): node for node in nodes}
    edges = {
        key: {id(inner.contents) for step, inner in node.below() if step in _SAME_VALUE} for key, node in known.items()
    }
    for node in nodes:
        reference = node.contents.get("$ref") if isinstance(node.contents, Mapping) else None
        if reference is None:
            continue
        try:
            target = id(node.resolver.lookup(reference).contents)
        except (Unresolvable, ValueError):
            target = 0
        if target in known:
            edges[id(node.contents)].add(target)
        else:
            yield _at([node.place, "$ref"], f"{sanitized(reference)} leads to no schema within this one")
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        yield _at([known[error.args[1][0]].place], "it refers to itself for the same value")


def _at(place: Any, message: str) -> str:  # noqa: ANN401
    where = ".".join(str(step) for step in place if str(step))
    return f"{sanitized(where, 200)}: {message}" if where else message
