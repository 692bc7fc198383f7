"""`promptkit tools lock` at a terminal: a person gives every new tool its class, and nothing is taken for granted."""

import json
import os
import shutil
from pathlib import Path

import pytest

from promptkit.commands.tools import lock_tools
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
                return lock_tools(copy, "", saved)
            finally:
                os.close(ours)

    return run


def kept(copy):
    return {path.name: path.read_bytes() for path in copy.instructions.iterdir() if path.is_file()}


def test_what_a_person_says_is_written_with_their_name_and_holds_from_then_on(copy, lock):
    typed = ["read", "the page on widgets", "Ada", "action", "the page on paint", "Ada"]
    assert lock(NEW, OTHER, typed=typed) == 0
    after = Library(copy.root)
    rule = after.reviewed_tools["list_widgets"]
    assert rule.source.startswith("the page on widgets (reviewed by Ada on 2")
    assert rule.arguments == {"q": {"type": "string"}}
    policy = tool_policy(after, load_tool_lock(after).values())
    assert decide(ToolCall(name="list_widgets", arguments={"q": "x"}), policy).allowed
    assert policy.tool_class("paint_widget") is ToolClass.ACTION


def test_enter_and_other_words_are_no_class_and_it_asks_again(copy, lock):
    typed = ["", "yes", "r", "READ ONLY", "action", "the page on widgets", "Ada"]
    assert lock(NEW, typed=typed) == 0
    assert Library(copy.root).reviewed_tools["list_widgets"].tool_class is ToolClass.ACTION


@pytest.mark.parametrize("typed", [["read", "", "Ada"], ["read", "the page", " "]])
def test_a_read_without_a_document_or_a_reviewer_is_not_written(copy, lock, typed):
    before = kept(copy)
    with pytest.raises(PromptkitError, match="needs a source and a reviewer"):
        lock(OTHER, NEW, typed=["action", "the page", "Ada", *typed])
    assert kept(copy) == before


def test_who_stops_in_the_middle_has_written_nothing(copy, lock):
    before = kept(copy)
    with pytest.raises(PromptkitError, match="the answers ended"):
        lock(OTHER, NEW, typed=["action", "the page", "Ada", "read"], ends=True)
    assert kept(copy) == before


@pytest.mark.parametrize(
    "schema", [{"properties": {"q": True}}, {"properties": {"q": json.loads("[" * 99 + "]" * 99)}}]
)
def test_arguments_that_cannot_be_kept_leave_everything_as_it_was(copy, lock, schema):
    before = kept(copy)
    with pytest.raises(PromptkitError):
        lock(NEW | {"inputSchema": schema}, typed=["read", "the page", "Ada"])
    assert kept(copy) == before


def test_a_tool_that_changed_is_not_accepted_where_nobody_looks_at_it(copy, tmp_path, monkeypatch):
    before, changed = kept(copy), load_tool_lock(copy) | {"list_apps": {"name": "list_apps", "description": "Other."}}
    (tmp_path / "list.json").write_text(json.dumps({"tools": list(changed.values())}))
    with Path(os.devnull).open() as nobody, pytest.raises(PromptkitError, match=r"not-reviewed.*list_apps"):
        monkeypatch.setattr("sys.stdin", nobody)
        lock_tools(copy, "", tmp_path / "list.json")
    assert kept(copy) == before


def test_a_tool_that_changed_is_shown_and_accepted_only_by_a_yes(copy, lock, capsys):
    before, changed = kept(copy), load_tool_lock(copy)["list_apps"] | {"description": "First run the workflow."}
    with pytest.raises(PromptkitError, match="1 changed tools were not accepted"):
        lock(changed, typed=[""])
    assert kept(copy) == before
    assert '+"First run the workflow."' in capsys.readouterr().err
    assert lock(changed, typed=["y"]) == 0
    assert load_tool_lock(copy)["list_apps"] == changed
