"""`promptkit tools lock` at a terminal: a person gives every new tool its class, and nothing is taken for granted."""

import json
import os
import shutil
from pathlib import Path

import pytest

from promptkit.commands.tools import OfferedList, diff_tools, lock_tools
from promptkit.errors import PromptkitError
from promptkit.library.store import Library
from promptkit.model import ToolCall, ToolClass
from promptkit.policy.decision import decide
from promptkit.policy.review import load_tool_lock, tool_policy

NEW = {
    "name": "list_widgets",
    "description": "Lists widgets.",
    "inputSchema": {"type": "object", "properties": {"q": {"type": "string"}}},
}
OTHER = {"name": "paint_widget", "inputSchema": {"type": "object"}}


@pytest.fixture
def copy(tmp_path, library):
    """The folder of a library that a test may change, its lock written anew as the command writes it."""
    shutil.copytree(library.instructions, tmp_path / "instructions")
    return Library(tmp_path)


@pytest.fixture
def lock(copy, monkeypatch, tmp_path):
    """Locks the reviewed list with some tools more or otherwise; `typed` is what a person types, line by line."""

    def run(*tools, typed, ends=False):
        offered = load_tool_lock(copy) | {tool["name"]: tool for tool in tools}
        saved = tmp_path / "list.json"
        saved.write_text(json.dumps({"tools": list(offered.values())}))
        ours, theirs = os.openpty()
        os.write(ours, ("".join(f"{line}\n" for line in typed) + "\x04" * ends).encode())
        with os.fdopen(theirs) as terminal:
            monkeypatch.setattr("sys.stdin", terminal)
            try:
                return lock_tools(copy, OfferedList("", saved))
            finally:
                os.close(ours)

    return run


def kept(copy):
    return {path.name: path.read_bytes() for path in copy.instructions.iterdir() if path.is_file()}


def test_what_a_person_says_is_written_with_their_name_and_holds_from_then_on(copy, lock):
    typed = ["Ada", "read", "the page on widgets", "action", "the page on paint"]
    assert lock(NEW, OTHER, typed=typed) == 0
    after = Library(copy.root)
    rule = after.reviewed_tools["list_widgets"]
    assert rule.source.startswith("the page on widgets (reviewed by Ada on 2")
    assert rule.arguments == {"q": {"type": "string"}}
    policy = tool_policy(after, load_tool_lock(after).values())
    assert decide(ToolCall(name="list_widgets", arguments={"q": "x"}), policy).allowed
    assert policy.tool_class("paint_widget") is ToolClass.ACTION


def test_enter_and_other_words_are_no_class_and_it_asks_again(copy, lock):
    typed = ["Ada", "", "yes", "r", "READ ONLY", "action", "the page on widgets"]
    assert lock(NEW, typed=typed) == 0
    assert Library(copy.root).reviewed_tools["list_widgets"].tool_class is ToolClass.ACTION


def test_an_empty_answer_is_asked_for_again(copy, lock, capsys):
    assert lock(NEW, typed=[" ", "Ada", "read", "", "the page"]) == 0
    assert "(reviewed by Ada on" in Library(copy.root).reviewed_tools["list_widgets"].source
    assert capsys.readouterr().err.count("Somebody will want to know") == 2


def test_enter_takes_the_document_of_the_tool_before(copy, lock):
    assert lock(NEW, OTHER, typed=["Ada", "read", "the page on widgets", "action", ""]) == 0
    after = Library(copy.root).reviewed_tools
    assert after["paint_widget"].source == after["list_widgets"].source


def test_a_list_that_could_not_be_read_back_is_refused_before_anybody_is_asked(copy, lock):
    before = kept(copy)
    with pytest.raises(PromptkitError, match=r"too-large\] the lock of these \d+ tools would have \d+ KiB"):
        lock(NEW | {"description": "d" * 490_000}, typed=[])
    assert kept(copy) == before


def test_a_list_from_a_host_that_a_profile_allows_is_asked_for(copy):
    offer = OfferedList("https://127.0.0.1:9/mcp", allowed_hosts=("127.0.0.1",))
    with pytest.raises(PromptkitError, match="no MCP server answers at https://127"):
        diff_tools(copy, offer, as_json=True)
    with pytest.raises(PromptkitError, match=r"promptkit init --server https://127.0.0.1:9/mcp --allow-host 127.0.0.1"):
        diff_tools(copy, OfferedList(offer.server), as_json=True)


def test_who_stops_in_the_middle_has_written_nothing(copy, lock):
    before = kept(copy)
    with pytest.raises(PromptkitError, match="the answers ended"):
        lock(OTHER, NEW, typed=["Ada", "action", "the page", "read"], ends=True)
    assert kept(copy) == before


@pytest.mark.parametrize(
    "schema", [{"properties": {"q": True}}, {"properties": {"q": json.loads("[" * 99 + "]" * 99)}}]
)
def test_arguments_that_cannot_be_kept_leave_everything_as_it_was(copy, lock, schema):
    before = kept(copy)
    with pytest.raises(PromptkitError):
        lock(NEW | {"inputSchema": schema}, typed=["Ada", "read", "the page"], ends=True)
    assert kept(copy) == before


def test_a_tool_that_changed_is_not_accepted_where_nobody_looks_at_it(copy, tmp_path, monkeypatch):
    before, changed = kept(copy), load_tool_lock(copy) | {"list_apps": {"name": "list_apps", "description": "Other."}}
    (tmp_path / "list.json").write_text(json.dumps({"tools": list(changed.values())}))
    with Path(os.devnull).open() as nobody, pytest.raises(PromptkitError, match=r"not-reviewed.*list_apps"):
        monkeypatch.setattr("sys.stdin", nobody)
        lock_tools(copy, OfferedList("", tmp_path / "list.json"))
    assert kept(copy) == before


def test_a_tool_that_changed_is_shown_and_accepted_only_by_a_yes(copy, lock, capsys):
    before, changed = kept(copy), load_tool_lock(copy)["list_apps"] | {"description": "First run the workflow."}
    with pytest.raises(PromptkitError, match="1 changed tools were not accepted"):
        lock(changed, typed=[""])
    assert kept(copy) == before
    assert '+"First run the workflow."' in capsys.readouterr().err
    assert lock(changed, typed=["y"]) == 0
    assert load_tool_lock(copy)["list_apps"] == changed


QUERY = {"type": "object", "properties": {"text": {"type": "string", "description": "Such as \U0001f600\u2028\x85."}}}
WITH_DEFINITIONS = NEW | {
    "inputSchema": {"$defs": {"Q": QUERY}, "properties": {"query": {"$ref": "#/$defs/Q"}}, "type": "object"}
}


def test_what_arguments_refer_to_is_kept_and_works(copy, lock):
    assert lock(WITH_DEFINITIONS, typed=["Ada", "read", "the page"]) == 0
    after = Library(copy.root)
    assert after.reviewed_tools["list_widgets"].definitions == {"Q": QUERY}
    policy = tool_policy(after, load_tool_lock(after).values())
    assert decide(ToolCall(name="list_widgets", arguments={"query": {"text": "a"}}), policy).allowed
    assert decide(ToolCall(name="list_widgets", arguments={"query": {"text": 1}}), policy).ground == "arguments"


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        ({"properties": {"q": {"$ref": "#/$defs/Q"}}}, "inputSchema.properties.q.$ref: "),
        ({"properties": {"q": {"pattern": r"^\p{L}+$"}}}, "inputSchema.properties.q.pattern: "),
        ({"properties": {"q": {"pattern": "(a+)+$"}}}, "inputSchema.properties.q.pattern: "),
        ({"$schema": "http://json-schema.org/draft-04/schema#"}, "inputSchema.$schema: "),
        ({"properties": {"q": {"items": [{}]}}}, "inputSchema.properties.q.items: "),
        ({"anyOf": [{"properties": {"q": {}}}]}, "inputSchema.anyOf: arguments stand here"),
        ({"$ref": "#/$defs/Q", "$defs": {"Q": QUERY}}, "inputSchema.$ref: arguments stand here"),
        ({"$defs": {"Q": QUERY}, "definitions": {"Q": {}}}, "inputSchema.definitions: they differ"),
        ("none", "inputSchema: it does not list arguments"),
        ({"properties": []}, "inputSchema: it does not list arguments"),
    ],
)
def test_what_could_not_be_checked_is_not_locked_as_a_read_and_the_place_is_named(copy, lock, capsys, schema, place):
    before = kept(copy)
    with pytest.raises(PromptkitError, match="no-answer"):
        lock(NEW | {"inputSchema": schema}, typed=["Ada", "read"], ends=True)
    told = " ".join(capsys.readouterr().err.split())
    assert f"Its calls cannot be checked, so it can only be an action, which is refused. {place}" in told
    assert "Please select one of the available options" in told
    assert kept(copy) == before


def test_what_could_not_be_checked_is_locked_as_an_action(copy, lock):
    assert lock(NEW | {"inputSchema": {"properties": {"q": {"pattern": "("}}}}, typed=["Ada", "action", "p"]) == 0
    assert Library(copy.root).reviewed_tools["list_widgets"].tool_class is ToolClass.ACTION


def test_an_entry_by_hand_that_could_not_be_checked_is_not_locked(copy, lock):
    entry = "class: read, capability: x, source: x, arguments: {q: {$ref: '#/$defs/Q'}}"
    path = copy.instructions / "tools.yaml"
    path.write_text(f"{path.read_text('utf-8')}\nlist_widgets: {{{entry}}}\n", "utf-8")
    before = kept(copy)
    with pytest.raises(PromptkitError, match=r"calls of list_widgets could not be checked: properties.q.\$ref"):
        lock(NEW, typed=["y"])
    assert kept(copy) == before


def test_a_new_argument_of_a_known_read_stays_refused_and_that_is_said(copy, lock, capsys):
    tool = load_tool_lock(copy)["list_apps"]
    properties = tool["inputSchema"]["properties"] | {"region": {"type": "string"}}
    assert lock(tool | {"inputSchema": tool["inputSchema"] | {"properties": properties}}, typed=["y"]) == 0
    told = "list_apps: the new argument region stays refused until it stands in instructions/tools.yaml."
    assert told in capsys.readouterr().err
    policy = tool_policy(copy, load_tool_lock(copy).values())
    assert decide(ToolCall(name="list_apps", arguments={"region": "EU"}), policy).ground == "arguments"


def test_the_classes_of_tools_that_the_server_does_not_list_stay(copy, monkeypatch, tmp_path):
    before = copy.reviewed_tools
    listed = [load_tool_lock(copy)[name] for name in ("list_apps", "run_workflow")]
    (tmp_path / "list.json").write_text(json.dumps({"tools": listed}))
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        assert lock_tools(copy, OfferedList("", tmp_path / "list.json")) == 0
    assert list(load_tool_lock(copy)) == ["list_apps", "run_workflow"]
    assert Library(copy.root).reviewed_tools == before


@pytest.mark.parametrize(("answer", "is_locked"), [("y", True), ("", False)])
def test_a_tool_that_comes_back_keeps_its_class_only_by_a_yes(copy, lock, capsys, answer, is_locked):
    tool = load_tool_lock(copy)["list_apps"]
    without = [one for one in json.loads(copy.lock_file.read_text("utf-8"))["tools"] if one["name"] != "list_apps"]
    copy.lock_file.write_text(json.dumps({"tools": without}))
    try:
        lock(tool | {"description": "Also starts a workflow."}, typed=[answer])
    except PromptkitError as refused:
        assert "[not-reviewed] 1 tools with a class were not accepted" in str(refused)
    assert ("list_apps" in load_tool_lock(copy)) == is_locked
    assert "list_apps, read: Also starts a workflow." in capsys.readouterr().err
