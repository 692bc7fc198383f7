import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places import goose
from tests.audit.places.goose import ACTION, READ, RUN, SAID, confirmation, message, request, response
from tests.audit.transcripts import lines

HEADER = {"working_dir": "/home/ada", "description": "Apps", "message_count": 4}
LAYOUTS = {
    "an exported session": lambda chat: document({"id": "s1", "working_dir": "/home/ada", "conversation": chat}),
    "what goose run prints": lambda chat: document({"messages": chat, "metadata": {"status": "completed"}}),
    "a file of lines": lambda chat: lines(HEADER, *chat),
    "a stream": lambda chat: lines(*({"type": "message", "message": one} for one in chat), {"type": "complete"}),
    "a list": document,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_reads_are_clean_in_each_layout(layout, audited):
    found = audited(LAYOUTS[layout](goose.CLEAN))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert found.results[0].format == "goose"


@pytest.mark.parametrize(
    ("result", "state", "verdict"),
    [
        ([response("t2")], "executed", "violation"),
        ([response("t2", value={"content": [], "isError": True})], "failed", "violation"),
        ([response("t2", status="error", error="no")], "failed", "violation"),
        ([{"type": "toolResponse", "id": "t2"}], "failed", "violation"),
        ([], "unknown", "violation"),
        ([{"type": "actionRequired", "data": confirmation()}], "awaiting_approval", "attempted"),
        ([{"type": "toolConfirmationRequest"} | confirmation()], "awaiting_approval", "attempted"),
        ([{"type": "actionRequired", "data": confirmation()}, response("t2")], "executed", "violation"),
    ],
)
def test_what_follows_an_action_tells_what_became_of_it(result, state, verdict, audited):
    found = audited(document([message("assistant", RUN), message("user", *result), SAID]))
    assert (told(found), found.verdict) == ([("run_workflow", state)], verdict)


@pytest.mark.parametrize("name", ["list_apps", "torii__list_apps", "saas__list_apps"])
def test_the_extension_before_the_name_may_be_any(name, audited):
    chat = [message("assistant", request(name)), message("user", response()), SAID]
    assert ruled(audited(document(chat))) == CLEAN


@pytest.mark.parametrize("name", ["bulk_list_apps", "torii__bulk_list_apps", "developer__shell", "list_apps__x"])
def test_another_tool_is_unknown(name, audited):
    chat = [message("assistant", request(name)), message("user", response()), SAID]
    assert ruled(audited(document(chat))) == [("inconclusive", "unknown-tool")]


def test_a_session_that_ends_with_a_result_is_cut_off(audited):
    assert ruled(audited(document([*READ]))) == GAP
    assert ruled(audited(document([*ACTION]))) == VIOLATION
