import json

import pytest

from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.transcripts import lines

READ = {"type": "mcp_call", "id": "mcp_1", "server_label": "torii", "name": "list_apps", "arguments": "{}",
        "output": "[]", "error": None, "status": "completed"}  # fmt: skip
ACTION = READ | {"id": "mcp_2", "name": "run_workflow", "arguments": '{"idWorkflow":7}'}
ASKED = {"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "torii", "name": "run_workflow",
         "arguments": '{"idWorkflow":7}'}  # fmt: skip
FUNCTION = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "run_workflow", "arguments": "{}"}
SAID = {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Two."}]}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "done"}


def response(*output, **more):
    return {"id": "resp_1", "object": "response", "created_at": 1793527200, "status": "completed",
            "output": list(output)} | more  # fmt: skip


def answer(approve):
    return {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": approve}


@pytest.mark.parametrize("layout", [document, lambda value: lines(value), lambda value: document([value])])
def test_reads_of_a_response_are_clean(layout, audited):
    found = audited(layout(response(READ)))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].conversation) == ("openai-responses", "resp_1")


def test_a_call_has_its_place_and_time(audited):
    call = audited(document(response(READ, ACTION))).results[0].calls[1]
    assert (call.location, call.time) == ("line 1/output/1", "2026-11-01T10:00:00Z")


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "executed"),
        ({"error": "boom"}, "failed"),
        ({"error": {"type": "http_error", "code": 500, "message": "boom"}}, "failed"),
        ({"error": {"type": "mcp_tool_execution_error", "content": []}}, "failed"),
        ({"status": "failed"}, "failed"),
        ({"status": "in_progress", "output": None}, "unknown"),
        ({"status": "calling"}, "unknown"),
        ({"status": "incomplete"}, "unknown"),
        ({"status": None}, "unknown"),
        ({"status": ["completed"]}, "unknown"),
    ],
)
def test_an_action_that_the_provider_began_is_a_violation_however_it_ended(more, state, audited):
    found = audited(document(response(ACTION | more)))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])


def test_a_call_without_status_ran_if_it_has_an_output(audited):
    call = {key: value for key, value in ACTION.items() if key not in {"status", "error"}}
    assert told(audited(document(response(call)))) == [("run_workflow", "executed")]
    assert told(audited(document(response(call | {"output": None})))) == [("run_workflow", "unknown")]


def test_a_request_for_approval_is_no_execution(audited):
    found = audited(document(response(READ, ASKED)))
    assert ruled(found) == ATTEMPTED
    assert told(found)[1] == ("run_workflow", "awaiting_approval")


def test_a_denied_request_is_an_attempt(audited):
    found = audited(document([response(ASKED), response(READ, id="resp_2", previous_response_id="resp_1",
                                                        input=[answer(False)])]))  # fmt: skip
    assert (ruled(found), told(found)[0]) == (ATTEMPTED + CLEAN, ("run_workflow", "denied"))


@pytest.mark.parametrize("approve", [True, None, "false"])
def test_an_approved_request_may_have_run(approve, audited):
    assert told(audited(document([ASKED, answer(approve)]))) == [("run_workflow", "unknown")]


def test_an_approval_and_the_call_it_led_to_are_one_call(audited):
    items = [ASKED, answer(True), ACTION | {"approval_request_id": "mcpr_1"}]
    assert told(audited(document(items))) == [("run_workflow", "executed")]


def test_a_function_call_at_the_end_is_a_proposal(audited):
    found = audited(document(response(FUNCTION)))
    assert (ruled(found), told(found)) == (ATTEMPTED, [("run_workflow", "proposed")])


def test_a_function_call_may_have_run_once_another_response_goes_on_from_it(audited):
    found = audited(lines(response(FUNCTION), response(READ, id="resp_2", previous_response_id="resp_1")))
    assert (ruled(found), told(found)[0]) == (VIOLATION + CLEAN, ("run_workflow", "unknown"))


def test_the_output_of_a_function_in_the_next_input_shows_that_it_ran(audited):
    later = response(READ, id="resp_2", previous_response_id="resp_1", input=[OUTPUT])
    assert told(audited(lines(response(FUNCTION), later)))[0] == ("run_workflow", "executed")


def test_an_output_without_its_call_is_a_gap(audited):
    assert ruled(audited(document([READ, OUTPUT]))) == GAP


def test_a_response_that_goes_on_from_one_that_is_not_there_is_a_gap(audited):
    assert ruled(audited(document(response(READ, previous_response_id="resp_0")))) == GAP


@pytest.mark.parametrize(
    "more",
    [
        {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}},
        {"status": "in_progress"},
        {"status": "failed", "error": {"code": "server_error", "message": ""}},
        {"conversation": {"id": "conv_1"}},
    ],
)
def test_a_response_that_is_not_whole_is_a_gap(more, audited):
    assert ruled(audited(document(response(READ, **more)))) == GAP


@pytest.mark.parametrize(
    "item",
    [
        {"type": "program", "id": "prog_1", "code": "await tools.torii.run_workflow({})"},
        {
            "type": "function_call",
            "call_id": "c",
            "name": "list_apps",
            "arguments": "{}",
            "caller": {"type": "program"},
        },
        {"type": "code_interpreter_call", "id": "ci_1", "code": ""},
        {"type": "shell_call", "id": "sh_1", "call_id": "c"},
        {"type": "local_shell_call", "id": "sh_1", "call_id": "c"},
        {"type": "apply_patch_call", "id": "ap_1", "call_id": "c"},
        {"type": "computer_call", "id": "cu_1", "call_id": "c"},
        {"type": "custom_tool_call", "id": "ct_1", "call_id": "c", "name": "list_apps", "input": ""},
        {"type": "compaction", "id": "cmp_1", "encrypted_content": "x"},
        {"type": "item_reference", "id": "mcp_0"},
        {"type": "surprise", "id": "x"},
        {"id": "x"},
        7,
    ],
)
def test_what_may_hide_calls_is_a_gap(item, audited):
    assert ruled(audited(document(response(READ, item)))) == GAP


@pytest.mark.parametrize("kind", ["web_search_call", "file_search_call", "image_generation_call"])
def test_a_tool_of_the_provider_is_one_that_nobody_reviewed(kind, audited):
    found = audited(document(response(READ, {"type": kind, "id": "x", "status": "completed"})))
    assert ruled(found) == [("inconclusive", "unknown-tool")]


@pytest.mark.parametrize(
    "item",
    [
        {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "torii", "tools": [{"name": "run_workflow"}]},
        {"type": "tool_search_call", "id": "ts_1", "arguments": {"query": "run_workflow"}},
        {"type": "tool_search_output", "id": "ts_2", "tools": [{"type": "function", "name": "run_workflow"}]},
        {"type": "additional_tools", "id": "at_1", "role": "system", "tools": [{"name": "run_workflow"}]},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": json.dumps(ACTION)}]},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "call run_workflow"}]},
        READ | {"id": "mcp_3", "output": json.dumps(ACTION)},
    ],
)
def test_discovery_and_mentions_are_no_calls(item, audited):
    found = audited(document(response(READ, item)))
    assert ruled(found) == CLEAN
    assert {tool for tool, _ in told(found)} == {"list_apps"}


@pytest.mark.parametrize(
    "arguments", ['{"mode":"apply"}', '{"size":1,"size":2}', '{"size":1', "[]", None, {"size": "1;"}]
)
def test_a_read_tool_with_arguments_nobody_reviewed_is_not_clean(arguments, audited):
    found = ruled(audited(document(response(READ | {"arguments": arguments}))))
    assert found == (CLEAN if arguments is None else [("inconclusive", "arguments")])


def test_arguments_that_are_left_out_are_not_none_given(audited):
    call = {key: value for key, value in READ.items() if key != "arguments"}
    assert ruled(audited(document(response(call)))) == [("inconclusive", "arguments")]


def test_a_tool_of_another_server_is_still_the_action_it_is_named(audited):
    assert ruled(audited(document(response(ACTION | {"server_label": "gateway"})))) == VIOLATION
    other = FUNCTION | {"name": "mcp__torii__run_workflow", "namespace": None}
    assert told(audited(document(response(other)))) == [("run_workflow", "proposed")]


def stream(*items, end="response.completed"):
    started = {"type": "response.created", "sequence_number": 0, "response": response(status="in_progress")}
    told = [
        {"type": f"response.output_item.{kind}", "output_index": index, "item": item}
        for index, item in enumerate(items)
        for kind, item in (("added", item | {"arguments": "", "status": "in_progress", "output": None}), ("done", item))
    ]
    ended = {"type": end, "response": response(*items)}
    return [started, *told, *([ended] if end else [])]


def test_a_stream_tells_of_each_call_three_times_and_it_is_one(audited):
    found = audited(lines(*stream(READ, ACTION)))
    assert told(found) == [("list_apps", "executed"), ("run_workflow", "executed")]
    assert ruled(audited(lines(*stream(READ)))) == CLEAN


def test_a_stream_without_its_beginning_or_end_is_a_gap(audited):
    assert ruled(audited(lines(*stream(READ, end="")))) == GAP
    assert ruled(audited(lines(*stream(READ)[1:]))) == GAP


def test_a_list_of_items_is_whole_with_its_last_page(audited):
    listed = {"object": "list", "data": [READ, SAID], "has_more": False}
    assert ruled(audited(document(listed))) == CLEAN
    assert ruled(audited(document(listed | {"has_more": True}))) == GAP


@pytest.mark.parametrize(
    "last", [READ, FUNCTION, OUTPUT, {"role": "user", "content": "and?"}, {"type": "reasoning", "id": "rs"}]
)
def test_items_that_end_before_the_answer_are_cut_off(last, audited):
    asked = FUNCTION | {"name": "list_apps"}
    last = last | {"name": "list_apps"}
    found = audited(lines(READ, asked, OUTPUT, last))
    assert found.results[0].reason == "it ends before the model has answered"
    assert ruled(audited(lines(READ, asked, OUTPUT, last, SAID))) == CLEAN


def test_a_request_without_its_response_is_a_gap(audited):
    assert ruled(audited(document({"model": "m", "input": [READ, {"role": "user", "content": "and?"}]}))) == GAP


def test_the_stamp_of_a_pasted_prompt_is_found(audited):
    asked = {
        "role": "developer",
        "content": [{"type": "input_text", "text": "Hello [renewal_calendar@1.0.0 00000000]"}],
    }
    stamps = audited(document(response(READ, input=[asked]))).results[0].stamps
    assert [stamp.reference for stamp in stamps] == ["renewal_calendar@1.0.0"]


def test_a_namespace_of_codex_holds_the_label_of_the_app(audited):
    item = {"type": "function_call", "call_id": "c1", "name": "_run_workflow", "arguments": "{}"}
    found = audited(document(response(item | {"namespace": "mcp__codex_apps__torii"})))
    assert (ruled(found), told(found)) == (ATTEMPTED, [("run_workflow", "proposed")])


def test_pieces_of_a_text_are_no_gap_whatever_item_they_name(audited):
    created, *rest = stream(READ)
    piece = {"type": "response.output_text.delta", "item_id": "of a gateway", "delta": "Two"}
    assert ruled(audited(lines(created, piece, *rest))) == CLEAN
