"""Schemas that servers write: what a call could not be checked by is found, with its place."""

import json

import pytest

from promptkit.model import ReviewedTool
from promptkit.policy.checkable import schema_problems
from promptkit.policy.decision import MAX_MATCHED_CHARS, argument_problem, argument_schema
from promptkit.policy.review import unchecked_arguments

DRAFT_07 = "http://json-schema.org/draft-07/schema#"
TEXT = {"type": "string"}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": {"q": TEXT}},
        {"$schema": DRAFT_07, "properties": {"q": TEXT}},
        {"$schema": "https://json-schema.org/draft/2020-12/schema"},
        {"$defs": {"Q": TEXT}, "properties": {"q": {"$ref": "#/$defs/Q"}}},
        {"definitions": {"Q": TEXT}, "properties": {"q": {"$ref": "#/definitions/Q"}}},
        {"properties": {"a": TEXT, "b": {"$ref": "#/properties/a"}}},
        {"properties": {"inner": {"$ref": "#"}}},
        {"properties": {"a": {"$id": "a", "items": {"$ref": "#/$defs/x"}, "$defs": {"x": TEXT}}}},
        {"$defs": {"x": {"$anchor": "x"}}, "properties": {"a": {"$ref": "#x"}}},
    ],
    ids=json.dumps,
)
def test_what_a_call_can_be_checked_by_has_no_problem(schema):
    assert list(schema_problems(schema)) == []


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"properties": {"q": {"$ref": "#/$defs/Q"}}}, "properties.q.$ref: #/$defs/Q leads to no schema"),
        ({"properties": {"q": {"$ref": "https://schemas.example/q"}}}, "properties.q.$ref: https://schemas.example/q"),
        ({"properties": {"q": {"$ref": "http://["}}}, "properties.q.$ref: http://[ leads to no schema"),
        ({"properties": {"q": {"enum": [{}]}, "r": {"$ref": "#/properties/q/enum"}}}, "properties.r.$ref: "),
        ({"properties": {"q": {"pattern": r"^\p{L}+$"}}}, r"properties.q.pattern: ^\p{L}+$ is not an expression"),
        ({"properties": {"q": {"items": {"pattern": "(a+)+$"}}}}, "properties.q.items.pattern: (a+)+$ may take very"),
        ({"properties": {"q": {"patternProperties": {"(a+)+$": {}}}}}, "properties.q.patternProperties.(a+)+$: "),
        ({"properties": {"q": {"items": [TEXT]}}}, "properties.q.items: [{'type': 'string'}] is not of type"),
        ({"properties": {"q": {"minimum": "1"}}}, "properties.q.minimum: '1' is not of type 'number'"),
        ({"properties": {"q": {"dependencies": {}}}}, "properties.q.dependencies: this keyword cannot be checked"),
        ({"$schema": "http://json-schema.org/draft-04/schema#"}, "$schema: http://json-schema.org/draft-04/schema is"),
        ({"properties": {"q": {"$schema": "urn:x"}}}, "properties.q.$schema: urn:x is not a dialect"),
        ({"$defs": {"a": {"$ref": "#/$defs/a"}}}, "$defs.a: it refers to itself"),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"not": {"$ref": "#/$defs/a"}}}}, "$defs."),
        ({"properties": {"q": json.loads("[" * 99 + "]" * 99)}}, "it is more than 40 levels deep"),
    ],
    ids=str,
)
def test_what_a_call_could_not_be_checked_by_is_named_with_its_place(schema, problem):
    assert [one.startswith(problem) for one in schema_problems(schema)] == [True]


def reviewed(cls="read", **fields):
    return ReviewedTool.model_validate({"class": cls, "capability": "read", "source": "test", **fields})


def test_what_arguments_refer_to_is_checked_under_either_name():
    given = {"q": {"$ref": "#/$defs/Q"}, "r": {"$ref": "#/definitions/Q"}}
    rule = reviewed(arguments=given, **{"$defs": {"Q": {"type": "string", "maxLength": 2}}})
    assert argument_problem(rule, {"q": "ab", "r": "ab"}) is None
    assert argument_problem(rule, {"q": "abc"}) == "'abc' is too long"
    assert argument_problem(rule, {"r": "abc"}) == "'abc' is too long"
    assert list(schema_problems(argument_schema(rule))) == []


def test_only_a_read_has_arguments_to_be_checked():
    broken = {"q": {"$ref": "#/$defs/Q"}}
    assert unchecked_arguments(reviewed(arguments=broken)).startswith("properties.q.$ref: ")
    assert unchecked_arguments(reviewed("action", arguments=broken)) is None


def test_a_text_that_is_too_long_to_be_matched_fits_no_pattern():
    rule = reviewed(arguments={"q": {"type": "string", "pattern": "^a+$"}})
    assert argument_problem(rule, {"q": "a" * MAX_MATCHED_CHARS}) is None
    assert "has at most 8192 characters" in argument_problem(rule, {"q": "a" * (MAX_MATCHED_CHARS + 1)})
    assert "does not match" in argument_problem(rule, {"q": "b"})
