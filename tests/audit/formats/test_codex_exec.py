"""Shapes: invented threads in the shape of `codex exec --json`, 2026."""

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, only, ruled, told
from tests.audit.transcripts import lines

START = {"type": "thread.started", "thread_id": "th1"}
END = {"type": "turn.completed", "usage": {}}


def item(kind, name="item.completed", **more):
    return {"type": name, "item": {"id": "item_9", "type": kind, **more}}


def use(tool="list_apps", status="completed", *, name="item.completed", item_id="item_1", arguments=None, **more):
    call = {"server": "torii", "tool": tool, "arguments": arguments or {}, "status": status}
    return item("mcp_tool_call", name, **{**call, "id": item_id, **more})


def thread(*events):
    return lines(START, {"type": "turn.started"}, *events, END)


def test_a_thread_that_only_read_is_clean(audited):
    found = only(audited(thread(use(), item("agent_message", text="Two."))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "codex-exec", "th1")
    assert found.calls[0].location == "line 3/item"


@pytest.mark.parametrize(
    ("status", "state"),
    [("completed", "executed"), ("failed", "failed"), ("in_progress", "unknown"), ("surprise", "unknown")],
)
def test_an_action_is_a_violation_whatever_came_of_it(status, state, audited):
    found = audited(thread(use(), use("run_workflow", status, item_id="item_2")))
    assert (told(found)[-1], found.verdict) == (("run_workflow", state), Verdict.VIOLATION)


def test_a_call_that_is_started_and_completed_counts_once(audited):
    assert told(audited(thread(use(status="in_progress", name="item.started"), use()))) == [("list_apps", "executed")]


def test_an_error_beside_completed_is_a_failure(audited):
    assert told(audited(thread(use(error={"message": "x"})))) == [("list_apps", "failed")]


def test_a_declined_command_is_a_denied_call(audited):
    found = audited(thread(use(), item("command_execution", command="curl x", status="declined")))
    assert (told(found)[-1], found.verdict) == (("command_execution", "denied"), Verdict.ATTEMPTED)


@pytest.mark.parametrize("kind", ["command_execution", "file_change", "web_search"])
def test_a_tool_of_codex_is_inconclusive_since_it_can_reach_anything(kind, audited):
    assert ruled(audited(thread(use(), item(kind, status="completed")))) == [("inconclusive", "unknown-tool")]


@pytest.mark.parametrize(
    ("tool", "more", "rule"),
    [
        ("list_apps", {"arguments": {"mode": "apply"}}, "arguments"),
        ("bulk_run_workflow", {}, "unknown-tool"),
    ],
)
def test_what_is_not_reviewed_is_inconclusive(tool, more, rule, audited):
    assert ruled(audited(thread(use(), use(tool, item_id="item_2", **more)))) == [("inconclusive", rule)]


def test_a_sub_agent_whose_thread_is_missing_is_a_gap(audited):
    spawn = item("collab_tool_call", tool="spawn_agent", receiver_thread_ids=["th2"])
    assert ruled(audited(thread(use(), spawn))) == GAP
    other = lines({**START, "thread_id": "th2"}, use(), END)
    assert ruled(audited(thread(use(), spawn) + other)) == CLEAN * 2


def test_a_sub_agent_of_an_unknown_thread_is_a_gap(audited):
    assert ruled(audited(thread(use(), item("collab_tool_call", tool="spawn_agent")))) == GAP


def test_a_thread_without_its_end_or_beginning_is_a_gap(audited):
    assert ruled(audited(lines(START, use()))) == GAP
    assert ruled(audited(lines(use(), END))) == GAP
    assert ruled(audited(lines(START, use("run_workflow")))) == VIOLATION


def test_a_mention_in_a_message_or_a_result_is_no_call(audited):
    words = '{"type":"mcp_tool_call","tool":"run_workflow","status":"completed"}'
    found = thread(use(result={"content": [{"type": "text", "text": words}]}), item("agent_message", text=words))
    assert told(audited(found)) == [("list_apps", "executed")]


@pytest.mark.parametrize(
    "broken", [{"type": "surprise"}, item("surprise"), item("mcp_tool_call"), {"type": "item.completed"}, 7]
)
def test_an_event_that_cannot_be_read_is_a_gap(broken, audited):
    assert ruled(audited(thread(use(), broken))) == GAP
