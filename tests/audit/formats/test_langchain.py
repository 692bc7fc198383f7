import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places.langchain import ACTION, ASKED, READ, SAID, ai, back, call, dumped, raw
from tests.audit.transcripts import lines

CLASSES = ("HumanMessage", "AIMessage", "ToolMessage", "AIMessage")
HISTORY = [ASKED, *READ, SAID]
WRITTEN = {
    "messages_to_dict": HISTORY,
    "dumps": [dumped(message, kind) for message, kind in zip(HISTORY, CLASSES, strict=True)],
    "chunks": [dumped(message, f"{kind}Chunk") for message, kind in zip(HISTORY, CLASSES, strict=True)],
    "model_dump": [message["data"] | {"additional_kwargs": {}} for message in HISTORY],
}


@pytest.mark.parametrize("way", WRITTEN)
@pytest.mark.parametrize("layout", [document, lambda history: lines(*history), lambda h: document({"messages": h})])
def test_each_way_of_writing_messages_is_read(way, layout, audited):
    found = audited(layout(WRITTEN[way]))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert found.results[0].format == "langchain"


def test_a_history_that_ends_with_the_result_of_an_action_is_a_violation(audited):
    asked = ai(call("run_workflow", args={"idWorkflow": 7}))
    found = audited(document([ASKED, asked, back("run_workflow")]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])
    assert found.results[0].calls[0].location == "/1/data/tool_calls/0"


@pytest.mark.parametrize(("status", "state"), [("success", "executed"), ("error", "failed"), (None, "failed")])
def test_the_status_of_a_result_tells_what_became_of_its_call(status, state, audited):
    found = audited(document([ACTION[0], back("run_workflow", "t2", status=status), SAID]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])


def test_a_call_at_the_end_is_a_proposal_and_the_history_cut_off(audited):
    found = audited(document([*READ, ACTION[0]]))
    assert (ruled(found), told(found)[1:]) == (GAP, [("run_workflow", "proposed")])


def test_a_call_without_a_result_may_have_run_once_the_model_goes_on(audited):
    assert told(audited(document([ACTION[0], SAID]))) == [("run_workflow", "unknown")]


def test_a_call_that_a_message_holds_in_three_places_is_one(audited):
    block = {"type": "tool_use", "id": "t2", "name": "run_workflow", "input": {}}
    asked = ai(call("run_workflow", "t2"), content=[block, "Now."], additional_kwargs=raw())
    assert told(audited(document([asked, ACTION[1], SAID]))) == [("run_workflow", "executed")]


def test_two_equal_calls_under_one_id_are_two(audited):
    assert told(audited(document([*READ, *READ, SAID]))) == [("list_apps", "executed")] * 2


def test_what_a_result_brings_back_is_no_call(audited):
    kept = {"tool_calls": [call("run_workflow")]}
    assert told(audited(document([ai(call()), back(artifact=kept), SAID]))) == [("list_apps", "executed")]
