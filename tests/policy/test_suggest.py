"""What `tools suggest` proposes, scored on real tools.

`public_tools.csv` holds facts on the 654 tools that five public MCP servers list, in their order: name, names of
the arguments, the first sentence of the description, and what the tool does. The servers and the licence
each package names: @zereight/mcp-gitlab 2.1.64 (MIT), @modelcontextprotocol/server-filesystem 2026.8.31 (see its
LICENSE), @softeria/ms-365-mcp-server 0.155.0 (MIT), @modelcontextprotocol/server-github 2025.4.8 (MIT),
@modelcontextprotocol/server-slack 2025.4.25 (MIT). The label is `read` where the vendor's readOnlyHint says so, else
`action`; GitHub's and Slack's, which have no hints, and download-bytes-to-file were labelled by hand. The rules were
written looking at the development part alone; the hints are not shown to them.
"""

import csv
import json
from collections import Counter

import pytest

from promptkit.commands.tools import OfferedList, suggest_classes
from promptkit.policy.suggest import suggest
from tests.sources import ROOT

with (ROOT / "tests/public_tools.csv").open(encoding="utf-8", newline="") as file:
    TOOLS = list(csv.DictReader(file))


def definition(row):
    properties = {name: {} for name in row["arguments"].split()}
    return {"name": row["name"], "description": row["description"], "inputSchema": {"properties": properties}}


def scored(split):
    """How often each pair of what a tool is and what was suggested came up."""
    return Counter((row["label"], suggest(definition(row)).cls) for row in TOOLS if row["split"] == split)


def test_there_are_several_hundred_tools_of_both_kinds_in_the_held_out_part():
    labels = Counter(row["label"] for row in TOOLS if row["split"] == "held-out")
    assert labels == {"read": 186, "action": 192}


def test_no_writer_of_the_held_out_servers_is_suggested_as_read():
    assert scored("held-out")["action", "read"] == 0


def test_most_reads_of_the_held_out_servers_are_found():
    counts = scored("held-out")
    reads = sum(count for (label, _), count in counts.items() if label == "read")
    assert counts["read", "read"] / reads >= 0.8


def test_few_tools_of_the_held_out_servers_are_left_to_ask_about():
    counts = scored("held-out")
    assert sum(count for (_, cls), count in counts.items() if cls == "ask") / counts.total() <= 0.2


def hinted(**hints):
    return suggest({"name": "list_apps", "inputSchema": {"properties": {}}, "annotations": hints}).cls


@pytest.mark.parametrize(
    ("hints", "cls"),
    [
        ({"readOnlyHint": True}, "read"),
        ({"readOnlyHint": False}, "action"),
        ({"readOnlyHint": "yes"}, "action"),
        ({"readOnlyHint": True, "destructiveHint": True}, "action"),
        ({}, "read"),
    ],
)
def test_a_hint_only_makes_it_stricter(hints, cls):
    assert hinted(**hints) == cls


@pytest.mark.parametrize(
    "tool",
    [
        {"name": "delete_app", "annotations": {"readOnlyHint": True}},
        {"name": "list_and_delete_apps", "annotations": {"readOnlyHint": True}},
        {"name": "query", "inputSchema": {"properties": {"sql": {}}}},
        {"name": "get_app", "description": "Gets an app and marks it as seen."},
        {"name": "get_api_token"},
        {"name": "apps"},
        {"name": ""},
        {"name": None},
        {"name": "get_app", "inputSchema": "none"},
        {"name": "g\u0435t_app"},
    ],
    ids=str,
)
def test_what_is_not_plainly_a_read_is_never_suggested_as_one(tool):
    assert suggest({"inputSchema": {"properties": {}}, **tool}).cls != "read"


DELETE = {"enum": ["read", "delete"]}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"mode": DELETE}},
        {"properties": {"mode": {"enum": ["a]b", "delete"]}}},
        {"properties": {"mode": {"enum": ['a"b', "delete"]}}},
        {"properties": {"mode": {"enum": ["soft_delete"]}}},
        {"properties": {"mode": {"enum": [["read"], {"then": "delete"}, {"delete": True}]}}},
        {"properties": {"mode": {"const": "delete"}}},
        {"properties": {"mode": {"default": "delete"}}},
        {"properties": {"mode": {"examples": ["delete"]}}},
        {"properties": {"mode": {"pattern": "^(read|delete)$"}}},
        {"properties": {"mode": {"anyOf": [{"const": "read"}, {"const": "delete"}]}}},
        {"properties": {"mode": {"oneOf": [{"const": 1, "title": "Read"}, {"const": 2, "title": "Delete it"}]}}},
        {"properties": {"mode": {"allOf": [{"type": "string"}, DELETE]}}},
        {"properties": {"modes": {"items": DELETE}}},
        {"properties": {"modes": {"prefixItems": [{"type": "integer"}, DELETE]}}},
        {"properties": {"options": {"properties": {"mode": DELETE}}}},
        {"properties": {"options": {"additionalProperties": DELETE}}},
        {"properties": {"mode": {"$ref": "#/$defs/mode"}}, "$defs": {"mode": DELETE}},
        {"properties": {"mode": {"$ref": "https://schemas.example/mode.json"}}},
        {"properties": {}, "patternProperties": {"^mode": DELETE}},
        {"properties": {}, "anyOf": [{"properties": {"mode": DELETE}}]},
        {"properties": {"options": {"properties": {"command": {"type": "string"}}}}},
        {"properties": {"options": {"items": {"anyOf": [{"properties": {"SQL": {}}}]}}}},
    ],
    ids=str,
)
def test_an_argument_that_could_make_it_write_is_found_wherever_the_schema_says_so(schema):
    assert suggest({"name": "get_app", "inputSchema": schema}).cls == "ask"


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"properties": {"status": {"enum": ["active", "closed", 1, None]}, "owner": {"const": "me"}}},
        {"properties": {"filters": {"items": {"properties": {"key": {"type": "string", "maxLength": 20}}}}}},
        {"properties": {"pattern": {"type": "string"}}},
        {"properties": {"day": {"type": "string", "pattern": r"^\d{4}-\d{2}$", "description": "To delete, ask."}}},
    ],
    ids=str,
)
def test_arguments_that_only_narrow_leave_it_a_read(schema):
    assert suggest({"name": "get_app", "inputSchema": schema}).cls == "read"


def test_a_schema_may_be_deeper_than_python_recurses():
    schema = DELETE
    for _ in range(5_000):
        schema = {"items": schema}
    assert suggest({"name": "get_app", "inputSchema": {"properties": {"mode": schema}}}).cls == "ask"


def test_the_command_prints_a_class_and_a_reason_for_each_tool(tmp_path, capsys):
    path = tmp_path / "list.json"
    path.write_text(
        json.dumps({"tools": [{"name": "delete_app", "inputSchema": {"type": "object"}}]}), encoding="utf-8"
    )
    assert suggest_classes(OfferedList("local", path), as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "delete_app", "class": "action", "reason": "its name has the word delete"}
    ]


HINT = {"annotations": {"readOnlyHint": True}}
QUERY = {"inputSchema": {"properties": {"q": {}}}}


@pytest.mark.parametrize(
    ("tool", "reason"),
    [
        ({}, "its name says that it only reads"),
        ({"description": "Lists apps."}, "its name and description say that it only reads"),
        ({"title": "Apps"}, "its name and description say that it only reads"),
        (QUERY, "its name and arguments say that it only reads"),
        (HINT, "its name and hint say that it only reads"),
        ({"description": "Apps.", **QUERY}, "its name, description and arguments all say that it only reads"),
        (
            {"description": "Apps.", **QUERY, **HINT},
            "its name, description, arguments and hint all say that it only reads",
        ),
    ],
    ids=str,
)
def test_the_reason_names_only_what_the_tool_really_has(tool, reason):
    assert suggest({"name": "list_apps", "inputSchema": {"type": "object"}, **tool})[1:] == ("read", reason)


@pytest.mark.parametrize(
    "name",
    [
        "get-env",
        "get_kubeconfig",
        "read_secret",
        "readSecret",
        "list_tokens",
        "get_credentials",
        "show_password",
        "show_config",
        "get_config_dump",
        "list_api_keys",
        "get_environment_variables",
    ],
)
def test_a_tool_whose_name_says_that_it_may_return_secrets_is_asked_about(name):
    cls, reason = suggest({"name": name, "inputSchema": {"type": "object"}})[1:]
    assert (cls, reason.startswith("it may return secrets (")) == ("ask", True)


@pytest.mark.parametrize(
    "description",
    [
        "Returns all environment variables",
        "Gets a context with its credentials.",
        "Shows the API key of the account.",
        "Reads a secret.",
        "Gets the access token in use.",
    ],
)
def test_a_tool_whose_description_says_that_it_may_return_secrets_is_asked_about(description):
    assert suggest({"name": "get_context", "description": description, "inputSchema": {}}).cls == "ask"


def test_the_token_of_a_page_is_not_a_secret():
    tool = {"name": "list_apps", "description": "Lists apps, from a page token on.", "inputSchema": {}}
    assert suggest(tool).cls == "read"
