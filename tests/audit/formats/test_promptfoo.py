import json

import pytest

from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.transcripts import lines


def raw(name="list_apps"):
    call = {"type": "mcp_call", "id": "mcp_1", "server_label": "torii", "name": name, "arguments": "{}",
            "output": "[]", "status": "completed"}  # fmt: skip
    return {"id": "resp_1", "status": "completed", "output": [call]}


def row(answer, test=0, **more):
    output = "MCP Tool Result (run_workflow): done"
    response = {"output": output, "cached": False, "raw": answer} | more
    return {"promptIdx": 0, "testIdx": test, "success": True, "response": response}


def results(*rows):
    return {"evalId": "e1", "results": {"version": 3, "results": list(rows)}, "config": {}}


@pytest.mark.parametrize(
    "layout", [lambda one: document(results(one)), lambda one: lines(one, row(raw(), 1))[: len(lines(one))]]
)
def test_reads_of_the_raw_answer_are_clean_whatever_the_text_says(layout, audited):
    found = audited(layout(row(raw())))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].conversation) == ("promptfoo", "test 0, prompt 0")


def test_each_result_is_a_conversation_and_its_calls_have_their_place(audited):
    found = audited(document(results(row(raw()), row(raw("run_workflow"), 1))))
    assert ruled(found) == CLEAN + VIOLATION
    assert found.results[1].calls[0].location == "line 1/results/results/1/response/raw/output/0"


def test_a_raw_answer_may_be_json_text_or_of_another_provider(audited):
    assert ruled(audited(document(results(row(json.dumps(raw("run_workflow"))))))) == VIOLATION
    call = {"id": "c", "type": "function", "function": {"name": "run_workflow", "arguments": "{}"}}
    message = {"role": "assistant", "tool_calls": [call]}
    chat = {"choices": [{"finish_reason": "tool_calls", "message": message}]}
    assert ruled(audited(document(results(row(chat))))) == ATTEMPTED


@pytest.mark.parametrize("more", [{"cached": True}, {"cached": None}, {"error": "boom"}])
def test_a_cached_or_failed_answer_is_no_fresh_evidence(more, audited):
    assert ruled(audited(document(results(row(raw(), **more))))) == GAP


def test_a_violation_in_the_cache_stays_one(audited):
    assert ruled(audited(document(results(row(raw("run_workflow"), cached=True))))) == VIOLATION


@pytest.mark.parametrize("answer", [None, {}, "", '{"a":1,"a":2}', {"text": "run_workflow"}, [7], 7])
def test_a_result_without_a_raw_answer_that_can_be_read_is_a_gap(answer, audited):
    assert ruled(audited(document(results(row(answer))))) == GAP


@pytest.mark.parametrize("one", [7, {}, {"response": None}])
def test_a_result_without_a_response_is_a_gap(one, audited):
    assert ruled(audited(document(results(row(raw()), one)))) == CLEAN + GAP
