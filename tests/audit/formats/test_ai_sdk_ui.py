import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places import ai_sdk_ui
from tests.audit.places.ai_sdk_ui import ASKED, READ, SAID, call, dynamic, invocation, message
from tests.audit.transcripts import lines


@pytest.mark.parametrize("layout", [document, lambda chat: lines(*chat), lambda chat: document({"messages": chat})])
def test_reads_are_clean_in_each_layout(layout, audited):
    found = audited(layout(ai_sdk_ui.CLEAN))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert found.results[0].format == "ai-sdk-ui"


def test_an_action_of_a_tool_that_was_not_known_before_ran(audited):
    found = audited(document([ASKED, message({"type": "step-start"}, dynamic(input={"idWorkflow": 7}), SAID)]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])
    assert (found.results[0].format, found.results[0].calls[0].location) == ("ai-sdk-ui", "/1/parts/1")


@pytest.mark.parametrize(
    ("more", "state", "verdict"),
    [
        ({"state": "input-streaming"}, "unknown", "violation"),
        ({"state": "input-available"}, "unknown", "violation"),
        ({"state": "approval-requested", "approval": {"id": "a"}}, "awaiting_approval", "attempted"),
        ({"state": "approval-responded", "approval": {"id": "a", "approved": False}}, "denied", "attempted"),
        ({"state": "approval-responded", "approval": {"id": "a", "approved": True}}, "unknown", "violation"),
        ({"state": "approval-responded", "approval": {"id": "a"}}, "unknown", "violation"),
        ({"state": "output-available", "preliminary": True}, "executed", "violation"),
        ({"state": "output-error", "errorText": "no"}, "failed", "violation"),
        ({"state": "output-denied", "approval": {"id": "a", "approved": False}}, "denied", "attempted"),
        ({"state": "surprise"}, "unknown", "violation"),
        ({"state": None}, "unknown", "violation"),
    ],
)
def test_the_state_tells_what_became_of_an_action(more, state, verdict, audited):
    found = audited(document([message(call("run_workflow", **more), SAID)]))
    assert (told(found), found.verdict) == ([("run_workflow", state)], verdict)


@pytest.mark.parametrize(("given", "state"), [("result", "executed"), ("call", "unknown"), ("partial-call", "unknown")])
def test_a_call_of_version_4_stands_in_two_places_and_is_one(given, state, audited):
    one = invocation(state=given)
    both = message({"type": "tool-invocation", "toolInvocation": one}, SAID, toolInvocations=[one])
    found = audited(document([both, {"id": "m", "role": "assistant", "content": "", "toolInvocations": []}]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])


def test_a_message_that_ends_with_a_call_is_cut_off(audited):
    assert ruled(audited(document([message(READ)]))) == GAP


def test_a_chat_in_which_a_person_speaks_last_is_judged_by_its_calls(audited):
    assert ruled(audited(document([*ai_sdk_ui.CLEAN, ASKED]))) == CLEAN
