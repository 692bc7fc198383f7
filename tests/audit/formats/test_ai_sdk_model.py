import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places import ai_sdk_model
from tests.audit.places.ai_sdk_model import ACTION, READ, SAID, back, call, says, tool
from tests.audit.transcripts import lines

ASK = {"type": "tool-approval-request", "approvalId": "a1", "toolCallId": "t2"}


def response(approved):
    return {"type": "tool-approval-response", "approvalId": "a1", "approved": approved}


@pytest.mark.parametrize(
    "layout",
    [
        document,
        lambda messages: lines(*messages),
        lambda messages: document({"messages": messages}),
        lambda messages: document({"text": "Two.", "response": {"messages": messages}}),
    ],
)
def test_reads_are_clean_in_each_layout(layout, audited):
    found = audited(layout(ai_sdk_model.CLEAN))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert found.results[0].format == "ai-sdk-model"


@pytest.mark.parametrize(
    ("result", "state", "verdict"),
    [
        (back("run_workflow", "t2"), "executed", "violation"),
        (back("run_workflow", "t2", "surprise"), "executed", "violation"),
        (back("run_workflow", "t2", "error-text"), "failed", "violation"),
        (back("run_workflow", "t2", "error-json"), "failed", "violation"),
        (back("run_workflow", "t2", isError=True), "failed", "violation"),
        (back("run_workflow", "t2", "execution-denied"), "denied", "attempted"),
    ],
)
def test_a_result_tells_what_became_of_an_action(result, state, verdict, audited):
    found = audited(document([ACTION[0], tool(result), SAID]))
    assert (told(found), found.verdict) == ([("run_workflow", state)], verdict)


@pytest.mark.parametrize(
    ("parts", "state", "verdict"),
    [
        ([], "awaiting_approval", "attempted"),
        ([response(approved=False)], "denied", "attempted"),
        ([response(approved=True)], "unknown", "violation"),
        ([response(approved=None)], "unknown", "violation"),
        ([response(approved=False), back("run_workflow", "t2")], "executed", "violation"),
    ],
)
def test_the_answer_to_a_question_tells_what_became_of_an_action(parts, state, verdict, audited):
    found = audited(document([says(call("run_workflow", "t2"), ASK), tool(*parts), SAID]))
    assert (told(found), found.verdict) == ([("run_workflow", state)], verdict)


def test_a_call_without_a_result_may_have_run(audited):
    found = audited(document([ACTION[0]]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "unknown")])


def test_a_history_that_ends_with_a_result_is_cut_off(audited):
    assert ruled(audited(document([*READ]))) == GAP


def test_two_equal_calls_under_one_id_are_two(audited):
    assert told(audited(document([*READ, *READ, SAID]))) == [("list_apps", "executed")] * 2
