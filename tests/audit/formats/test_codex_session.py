"""Shapes: invented sessions in the shape of Codex's rollout files, 2026."""

import json

import pytest

from promptkit.library.render import stamped
from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, only, ruled, told
from tests.audit.transcripts import lines

TIME = "2026-11-02T10:00:00Z"
META = {"timestamp": TIME, "type": "session_meta", "payload": {"id": "s1", "cwd": "/x"}}
LIST, RUN = "mcp__torii__list_apps", "mcp__torii__run_workflow"


def item(kind, **more):
    return {"timestamp": TIME, "type": "response_item", "payload": {"type": kind, **more}}


def event(kind, **more):
    return {"timestamp": TIME, "type": "event_msg", "payload": {"type": kind, **more}}


def use(name=LIST, call_id="c1", arguments=None, **more):
    return item("function_call", name=name, call_id=call_id, arguments=json.dumps(arguments or {}), **more)


def output(call_id="c1"):
    return item("function_call_output", call_id=call_id, output="{}")


def end(tool="list_apps", call_id="c1", **result):
    told_of = {"server": "torii", "tool": tool, "arguments": {}}
    return event("mcp_tool_call_end", call_id=call_id, invocation=told_of, result=result or {"Ok": {"content": []}})


def session(*told_lines):
    return lines(META, *told_lines)


READ = (use(), output())


def test_a_session_that_only_read_is_clean(audited):
    found = only(audited(session(*READ, event("agent_message", message="Two."))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "codex-session", "s1")
    assert (found.calls[0].location, found.calls[0].time) == ("line 2/payload", TIME)


@pytest.mark.parametrize(
    ("after", "state"),
    [
        ([], "unknown"),
        ([output("c2")], "executed"),
        ([end("run_workflow", "c2")], "executed"),
        ([end("run_workflow", "c2", Ok={"isError": True})], "failed"),
        ([end("run_workflow", "c2", Err="user rejected MCP tool call")], "failed"),
    ],
)
def test_an_action_is_a_violation_whatever_came_of_it(after, state, audited):
    found = audited(session(*READ, use(RUN, "c2"), *after))
    assert (told(found)[1:], found.verdict) == ([("run_workflow", state)], Verdict.VIOLATION)


@pytest.mark.parametrize(
    "call",
    [
        use("mcp__codex_apps__torii_run_workflow", "c2"),
        use("mcp__codex_apps__torii__run_workflow", "c2"),
        use("_run_workflow", "c2", namespace="mcp__codex_apps__torii"),
        use("run_workflow", "c2", namespace="mcp__torii"),
        event("mcp_tool_call_begin", call_id="c2", invocation={"server": "torii", "tool": "run_workflow"}),
        event("item_completed", item={"type": "McpToolCall", "id": "c2", "server": "torii", "tool": "run_workflow"}),
    ],
)
def test_an_action_is_found_in_every_spelling(call, audited):
    found = audited(session(*READ, call))
    assert (told(found)[1:], found.verdict) == ([("run_workflow", "unknown")], Verdict.VIOLATION)


def test_an_end_that_names_another_tool_than_its_call_is_a_call_of_its_own(audited):
    assert ruled(audited(session(use(), end("run_workflow")))) == VIOLATION


def test_an_end_without_its_call_is_a_call(audited):
    assert told(audited(session(end()))) == [("list_apps", "executed")]


def test_code_that_can_call_tools_is_a_gap(audited):
    assert ruled(audited(session(*READ, item("custom_tool_call", name="exec", call_id="c2", input="tools.x()")))) == GAP


def test_a_shell_is_inconclusive(audited):
    shell = [use("shell", "c2", {"command": ["curl"]}), output("c2")]
    assert ruled(audited(session(*READ, *shell))) == [("inconclusive", "unknown-tool")]


def test_a_sub_agent_whose_session_is_missing_is_a_gap(audited):
    assert ruled(audited(session(*READ, event("collab_agent_spawn_end", new_thread_id="s2")))) == GAP


def test_a_turn_that_was_rolled_back_did_run(audited):
    raw = session(*READ, use(RUN, "c2"), output("c2"), event("thread_rolled_back", num_turns=1))
    assert ruled(audited(raw)) == VIOLATION


@pytest.mark.parametrize(
    "hiding",
    [
        {"type": "compacted", "payload": {"message": "so far"}},
        item("compaction", encrypted_content="x"),
        item("surprise"),
        event("surprise"),
        event("item_completed", item={"type": "Surprise"}),
        {"type": "surprise", "payload": {}},
        {"type": "event_msg"},
        output("c9"),
        7,
    ],
)
def test_what_may_hide_calls_is_a_gap(hiding, audited):
    assert ruled(audited(session(*READ, hiding))) == GAP


@pytest.mark.parametrize(
    "kind",
    [
        "turn_context", "world_state", "inter_agent_communication", "inter_agent_communication_metadata",
        "token_usage_record", "security_risk_score", "retained_context",
    ],
)  # fmt: skip
def test_a_note_holds_no_call(kind, audited):
    assert ruled(audited(session({"type": kind, "payload": {"full": True, "state": {}}}, *READ))) == CLEAN
    hiding = {"type": kind, "payload": {"state": [{"type": "function_call", "name": "run_workflow"}]}}
    assert ruled(audited(session(hiding, *READ))) == GAP


def test_a_sub_agent_that_was_active_needs_its_session(audited):
    active = event("sub_agent_activity", agent_thread_id="s2")
    assert ruled(audited(session(*READ, active))) == GAP


def test_an_output_that_says_it_failed_is_a_failure(audited):
    failed = item("function_call_output", call_id="c1", output={"content": "no", "success": False})
    assert told(audited(session(use(), failed))) == [("list_apps", "failed")]


def test_a_session_without_its_beginning_is_a_gap(audited):
    assert ruled(audited(lines(*READ))) == GAP


def test_a_torn_last_line_is_a_gap(audited):
    assert ruled(audited(session(*READ) + b'{"timest')) == GAP


def test_a_search_for_tools_and_a_mention_are_no_calls(audited):
    words = f"{RUN} was not called"
    search = [item("tool_search_call", call_id="q", arguments={"query": RUN}), item("tool_search_output", call_id="q")]
    said = item("message", role="assistant", content=[{"type": "output_text", "text": words}])
    assert ruled(audited(session(*search, *READ, said))) == CLEAN


def test_a_prompt_is_told_by_its_stamp(audited):
    prompt = stamped("Which contracts end soon?", "renewal_calendar", "1.2.0")
    asked = item("message", role="user", content=[{"type": "input_text", "text": prompt}])
    assert [stamp.reference for stamp in only(audited(session(asked, *READ))).stamps] == ["renewal_calendar@1.2.0"]
