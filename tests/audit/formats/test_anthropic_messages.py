import json

import pytest

from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.transcripts import lines

USER = {"role": "user", "content": "Please call run_workflow."}
SAID = {"type": "text", "text": "Two apps. I did not call run_workflow."}


def mcp(name="list_apps", call_id="mcptoolu_1", **given):
    return {"type": "mcp_tool_use", "id": call_id, "name": name, "server_name": "torii", "input": given}


def mcp_result(call_id="mcptoolu_1", *, is_error=False):
    return {"type": "mcp_tool_result", "tool_use_id": call_id, "is_error": is_error, "content": []}


def use(name="list_apps", call_id="toolu_1", **more):
    return {"type": "tool_use", "id": call_id, "name": name, "input": {}} | more


def result(call_id="toolu_1", **more):
    return {"type": "tool_result", "tool_use_id": call_id, "content": "[]"} | more


def answer(*content, **more):
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": list(content),
            "stop_reason": "end_turn"} | more  # fmt: skip


def user(*content):
    return {"role": "user", "content": list(content)}


def test_reads_of_an_answer_are_clean(audited):
    found = audited(document(answer(mcp(), mcp_result(), SAID)))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].conversation) == ("anthropic-messages", "msg_1")
    assert found.results[0].calls[0].location == "line 1/content/0"


def test_a_message_without_its_envelope_is_read(audited):
    message = {"role": "assistant", "stop_reason": "end_turn", "content": [mcp(), mcp_result()]}
    assert ruled(audited(document(message))) == CLEAN


@pytest.mark.parametrize(("is_error", "state"), [(False, "executed"), (True, "failed")])
def test_an_action_that_the_provider_ran_is_a_violation(is_error, state, audited):
    found = audited(document(answer(mcp("run_workflow"), mcp_result(is_error=is_error))))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])


def test_a_call_of_the_provider_without_its_result_has_an_unknown_outcome(audited):
    assert told(audited(document(answer(mcp("run_workflow"))))) == [("run_workflow", "unknown")]


def test_a_call_for_the_client_at_the_end_is_a_proposal(audited):
    found = audited(document(answer(use("run_workflow"), stop_reason="tool_use")))
    assert (ruled(found), told(found)) == (ATTEMPTED, [("run_workflow", "proposed")])


@pytest.mark.parametrize("later", [USER, user(result("toolu_9")), answer(SAID, stop_reason="end_turn")])
def test_a_call_for_the_client_may_have_run_once_a_message_follows(later, audited):
    found = audited(document({"messages": [USER, {"role": "assistant", "content": [use("run_workflow")]}, later]}))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "unknown")])


@pytest.mark.parametrize("layout", [document, lambda messages: lines(*messages)])
def test_a_result_in_the_next_message_settles_the_call(layout, audited):
    asked = answer(use(), use("run_workflow", "toolu_2"), stop_reason="tool_use")
    found = audited(layout([USER, asked, user(result(), result("toolu_2", is_error=True)), answer(SAID)]))
    assert told(found) == [("list_apps", "executed"), ("run_workflow", "failed")]
    assert ruled(found) == VIOLATION


def test_a_result_without_its_call_is_a_gap(audited):
    assert ruled(audited(document(answer(mcp(), mcp_result(), mcp_result("mcptoolu_9"))))) == GAP


def test_answers_that_follow_each_other_are_conversations_of_their_own(audited):
    found = audited(lines(answer(use("run_workflow"), stop_reason="tool_use"), answer(mcp(), mcp_result(), id="msg_2")))
    assert [result.conversation for result in found.results] == ["msg_1", "msg_2"]
    assert ruled(found) == ATTEMPTED + CLEAN


def test_a_request_with_its_answer_is_read_as_a_whole(audited):
    asked = {"role": "assistant", "content": [use("run_workflow")]}
    exchange = answer(SAID) | {"system": "Only read.", "messages": [USER, asked, user(result())], "max_tokens": 9}
    assert told(audited(document(exchange))) == [("run_workflow", "executed")]


@pytest.mark.parametrize("last", [USER, user(result()), {"role": "assistant", "content": [use(call_id="toolu_2")]}])
def test_messages_that_end_before_the_answer_are_cut_off(last, audited):
    asked = {"role": "assistant", "content": [use()]}
    assert ruled(audited(lines(USER, asked, user(result()), last))) == GAP
    assert ruled(audited(lines(USER, asked, user(result()), last, answer(SAID)))) == CLEAN


def test_a_request_without_its_answer_is_a_gap(audited):
    asked = {"role": "assistant", "content": [use()]}
    assert ruled(audited(document({"max_tokens": 9, "messages": [USER, asked, user(result())]}))) == GAP


@pytest.mark.parametrize(
    "reason", ["max_tokens", "pause_turn", "compaction", "refusal", "model_context_window_exceeded", None, ["end_turn"]]
)
def test_an_answer_that_was_cut_off_is_a_gap(reason, audited):
    assert ruled(audited(document(answer(mcp(), mcp_result(), stop_reason=reason)))) == GAP


@pytest.mark.parametrize(
    "block",
    [
        use(call_id="toolu_2", caller={"type": "code_execution_20260120", "tool_id": "srvtoolu_1"}),
        use(call_id="toolu_2", caller="code"),
        {"type": "compaction", "content": "Earlier, run_workflow was discussed."},
        {"type": "surprise"},
        {},
        7,
    ],
)
def test_what_may_hide_calls_is_a_gap(block, audited):
    assert ruled(audited(document(answer(mcp(), mcp_result(), block)))) == GAP


@pytest.mark.parametrize("name", ["code_execution", "bash_code_execution", "web_search"])
def test_a_tool_of_the_provider_is_one_that_nobody_reviewed(name, audited):
    block = {"type": "server_tool_use", "id": "srvtoolu_1", "name": name, "input": {}}
    outcome = {"type": f"{name}_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    found = audited(document(answer(mcp(), mcp_result(), block, outcome)))
    assert (ruled(found), told(found)[1]) == ([("inconclusive", "unknown-tool")], (name, "executed"))


def test_a_direct_caller_is_the_model(audited):
    assert ruled(audited(document(answer(mcp(), mcp_result(), use(caller={"type": "direct"}))))) == CLEAN


@pytest.mark.parametrize(
    "block",
    [
        {"type": "mcp_tool_listing", "mcp_server_name": "torii", "tools": [{"name": "run_workflow"}]},
        {"type": "server_tool_use", "id": "s", "name": "tool_search_tool_bm25", "input": {"query": "run_workflow"}},
        {"type": "tool_search_tool_result", "tool_use_id": "s", "content": {"tool_references": ["run_workflow"]}},
        {"type": "text", "text": json.dumps(mcp("run_workflow"))},
        {"type": "thinking", "thinking": "call run_workflow", "signature": ""},
    ],
)
def test_discovery_and_mentions_are_no_calls(block, audited):
    found = audited(document(answer(mcp(), mcp_result(), block)))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])


@pytest.mark.parametrize("given", [{"mode": "apply"}, '{"size":1,"size":2}', [], {"size": "1;"}])
def test_a_read_tool_with_arguments_nobody_reviewed_is_inconclusive(given, audited):
    call = mcp() | {"input": given}
    assert ruled(audited(document(answer(call, mcp_result())))) == [("inconclusive", "arguments")]


def stream(*blocks, reason="end_turn"):
    start = answer(stop_reason=None)
    told_of = [{"type": "message_start", "message": start}, {"type": "ping"}]
    for index, block in enumerate(blocks):
        told_of.append({"type": "content_block_start", "index": index, "content_block": block | {"input": {}}})
        written = json.dumps(block["input"])
        deltas = [{"type": "input_json_delta", "partial_json": part} for part in (written[:3], written[3:])]
        told_of += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        told_of.append({"type": "content_block_stop", "index": index})
    return [*told_of, {"type": "message_delta", "delta": {"stop_reason": reason}}, {"type": "message_stop"}]


def test_the_pieces_of_a_stream_are_the_calls_they_make(audited):
    found = audited(lines(*stream(mcp("get_app", idApp=7), mcp("run_workflow", "mcptoolu_2", idWorkflow=7))))
    assert told(found) == [("get_app", "unknown"), ("run_workflow", "unknown")]
    assert ruled(audited(lines(*stream(mcp("get_app", idApp=7))))) == CLEAN


def test_a_stream_without_its_beginning_or_end_is_a_gap(audited):
    whole = stream(mcp("get_app", idApp=7))
    assert ruled(audited(lines(*whole[:-2]))) == GAP
    assert audited(lines(*whole[1:])).verdict == "inconclusive"


def test_a_call_in_the_first_message_of_a_stream_ran(audited):
    told_of = stream(mcp("list_apps", "mcptoolu_2"))
    told_of[0] = {
        "type": "message_start",
        "message": answer(mcp("run_workflow", idWorkflow=7), mcp_result(), stop_reason=None),
    }
    found = audited(lines(*told_of))
    assert told(found) == [("run_workflow", "executed"), ("list_apps", "unknown")]
    assert ruled(found) == VIOLATION


def test_a_stream_that_tells_of_its_blocks_again_at_their_end_tells_of_each_once(audited):
    whole = mcp("get_app", idApp=7)
    *events, end = stream(whole)
    again = {"type": "content_block_stop", "index": 0, "content_block": whole}
    found = audited(lines(*events, again, end | {"message": answer(whole)}))
    assert (ruled(found), told(found)) == (CLEAN, [("get_app", "unknown")])
