import json

import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.transcripts import lines

ASKED = {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "Please call run_workflow."}]}
SAID = {"kind": "response", "parts": [{"part_kind": "text", "content": "I did not call run_workflow."}],
        "finish_reason": "stop"}  # fmt: skip


def call(name="list_apps", call_id="c1", args=None):
    return {"part_kind": "tool-call", "tool_name": name, "args": args, "tool_call_id": call_id}


def returned(name="list_apps", call_id="c1", **more):
    return {"part_kind": "tool-return", "tool_name": name, "content": "[]", "tool_call_id": call_id} | more


def mcp(name="list_apps", action="call_tool", call_id="t1"):
    args = {"action": action, "tool_name": name, "tool_args": {}}
    return {"part_kind": "builtin-tool-call", "tool_name": "mcp_server:torii", "tool_call_id": call_id, "args": args}


def mcp_return(call_id="t1", **more):
    return {"part_kind": "builtin-tool-return", "tool_name": "mcp_server:torii", "tool_call_id": call_id} | more


def request(*parts):
    return {"kind": "request", "parts": list(parts)}


def response(*parts, **more):
    return {"kind": "response", "parts": list(parts), "timestamp": "2026-11-01T10:00:00Z"} | more


@pytest.mark.parametrize("layout", [document, lambda history: lines(*history)])
def test_reads_with_results_are_clean(layout, audited):
    found = audited(layout([ASKED, response(call()), request(returned()), SAID]))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].calls[0].time) == ("pydantic-ai", "2026-11-01T10:00:00Z")


@pytest.mark.parametrize(
    ("outcome", "state", "verdict"),
    [
        ("success", "executed", "violation"),
        ("failed", "failed", "violation"),
        ("retried", "failed", "violation"),
        ("interrupted", "unknown", "violation"),
        (None, "unknown", "violation"),
        ("denied", "denied", "attempted"),
    ],
)
def test_the_outcome_tells_what_became_of_an_action(outcome, state, verdict, audited):
    history = [
        ASKED,
        response(call("torii_run_workflow")),
        request(returned("torii_run_workflow", outcome=outcome)),
        SAID,
    ]
    found = audited(document(history))
    assert (told(found), found.verdict) == ([("run_workflow", state)], verdict)


def test_a_call_without_result_may_have_run_once_the_model_goes_on(audited):
    assert ruled(audited(document([ASKED, response(call("run_workflow")), request(), SAID]))) == VIOLATION


def test_a_call_at_the_end_is_a_proposal_and_the_history_cut_off(audited):
    found = audited(document([ASKED, response(call("run_workflow"))]))
    assert (ruled(found), told(found)) == (GAP, [("run_workflow", "proposed")])


def test_a_prompt_to_retry_shows_that_the_call_may_have_run(audited):
    retry = {"part_kind": "retry-prompt", "tool_name": "run_workflow", "tool_call_id": "c1", "content": "again"}
    assert told(audited(document([ASKED, response(call("run_workflow")), request(retry), SAID]))) == [
        ("run_workflow", "failed")
    ]


def test_a_return_without_its_call_shows_that_the_tool_ran(audited):
    assert ruled(audited(document([ASKED, request(returned("run_workflow")), SAID]))) == VIOLATION


@pytest.mark.parametrize(("outcome", "state"), [("success", "executed"), ("failed", "failed")])
def test_the_name_of_a_call_that_the_provider_ran_is_in_its_arguments(outcome, state, audited):
    found = audited(document([ASKED, response(mcp("run_workflow"), mcp_return(outcome=outcome))]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])
    assert ruled(audited(document([ASKED, response(mcp(), mcp_return())]))) == CLEAN


@pytest.mark.parametrize("args", ['{"action":"call_tool"', None, {"action": "call_tool"}, {"action": "resume"}])
def test_a_call_of_the_provider_that_cannot_be_read_is_inconclusive(args, audited):
    unreadable = mcp(call_id="t2") | {"args": args}
    assert audited(document([response(mcp(), mcp_return(), unreadable)])).verdict == "inconclusive"


def test_a_listing_of_tools_is_no_call(audited):
    listing = [mcp(action="list_tools", call_id="t2"), mcp_return("t2", content={"tools": [{"name": "run_workflow"}]})]
    found = audited(document([ASKED, response(*listing, mcp(), mcp_return())]))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])


def test_code_that_the_provider_ran_is_inconclusive(audited):
    code = {"part_kind": "builtin-tool-call", "tool_name": "code_execution", "tool_call_id": "t2", "args": {}}
    assert ruled(audited(document([ASKED, response(mcp(), mcp_return(), code)]))) == [("inconclusive", "unknown-tool")]


@pytest.mark.parametrize("part", [{"part_kind": "compaction", "content": ""}, {"part_kind": "surprise"}, {}, 7])
def test_what_may_hide_calls_is_a_gap(part, audited):
    assert ruled(audited(document([ASKED, response(mcp(), mcp_return(), part)]))) == GAP


@pytest.mark.parametrize(
    "more", [{"finish_reason": "length"}, {"finish_reason": "content_filter"}, {"state": "interrupted"}]
)
def test_an_answer_that_was_cut_off_is_a_gap(more, audited):
    assert ruled(audited(document([ASKED, response(mcp(), mcp_return(), **more)]))) == GAP


@pytest.mark.parametrize("last", [ASKED, request(returned()), {"kind": "surprise", "parts": []}, 7])
def test_a_history_that_ends_before_the_answer_is_cut_off(last, audited):
    assert ruled(audited(document([ASKED, response(call()), request(returned()), last]))) == GAP


@pytest.mark.parametrize("args", ['{"mode":"apply"}', '{"size":1,"size":2}', '{"size":1', []])
def test_a_read_tool_with_arguments_nobody_reviewed_is_inconclusive(args, audited):
    found = audited(document([ASKED, response(call(args=args)), request(returned()), SAID]))
    assert ruled(found) == [("inconclusive", "arguments")]


def test_a_mention_is_no_call(audited):
    mention = {"part_kind": "text", "content": json.dumps(call("run_workflow"))}
    history = [ASKED, response(call(), mention), request(returned(content=json.dumps(call("run_workflow")))), SAID]
    assert told(audited(document(history))) == [("list_apps", "executed")]
