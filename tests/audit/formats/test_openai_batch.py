import pytest

from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, ruled, told
from tests.audit.transcripts import lines


def output(body, status=200, custom_id="r1", **more):
    return {"id": "b1", "custom_id": custom_id, "response": {"status_code": status, "body": body}, "error": None} | more


def completion(name="list_apps"):
    call = {"id": "c1", "type": "function", "function": {"name": name, "arguments": "{}"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choices = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    return {"id": "chatcmpl_1", "object": "chat.completion", "choices": choices}


def response(name="list_apps"):
    call = {"type": "mcp_call", "id": "m1", "name": name, "arguments": "{}", "status": "completed", "output": "[]"}
    return {"id": "resp_1", "object": "response", "status": "completed", "output": [call]}


def test_answers_of_both_kinds_are_read_with_their_place(audited):
    found = audited(lines(output(response()), output(completion("run_workflow"), custom_id="r2")))
    assert (found.results[0].format, ruled(found)) == ("openai-batch", CLEAN + ATTEMPTED)
    assert found.results[1].calls[0].location == "line 2/response/body/choices/0/message/tool_calls/0"


def test_an_action_that_the_provider_ran_is_a_violation(audited):
    found = audited(lines(output(response("run_workflow"))))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])


@pytest.mark.parametrize(
    "line",
    [
        output({"error": {"code": "x"}}, 400),
        output({"object": "list", "data": []}),
        output(None, response=None, error={"code": "batch_expired"}),
    ],
)
def test_a_request_without_an_answer_is_a_gap(line, audited):
    assert ruled(audited(lines(line))) == GAP


def test_an_action_in_an_answer_that_counts_as_failed_is_still_seen(audited):
    assert ruled(audited(lines(output(response("run_workflow"), 500)))) == GAP + VIOLATION
