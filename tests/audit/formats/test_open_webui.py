import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places.open_webui import ACTION, ASKED, READ, answer, back, call, chat, drawn, said, source


def test_each_chat_of_an_export_is_a_conversation(audited):
    found = audited(document([*chat(ASKED, answer(*READ, said()))[0], *chat(ASKED, answer(*ACTION, said()))[0]]))
    assert ruled(found) == CLEAN + VIOLATION
    assert (found.results[0].format, found.results[0].conversation) == ("open-webui", "c1")
    assert found.results[1].calls[0].location == "/1/chat/history/messages/m1/output/0"


def test_a_call_without_a_result_may_have_run(audited):
    assert told(audited(document(chat(answer(*READ, ACTION[0], said()))[0]))) == [
        ("list_apps", "executed"),
        ("run_workflow", "unknown"),
    ]


def test_the_server_before_the_name_is_known(audited):
    torii = chat(ASKED, answer(call("torii_list_apps"), back(), said()))[0]
    assert (ruled(audited(document(torii))), told(audited(document(torii)))) == (CLEAN, [("list_apps", "executed")])


@pytest.mark.parametrize(("done", "state"), [("true", "executed"), ("false", "unknown")])
def test_chats_from_before_have_their_calls_drawn_into_the_text(done, state, audited):
    found = audited(document(chat(ASKED, answer(content=drawn(done=done)))[0]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])
    reads = chat(ASKED, answer(content=drawn("list_apps")))[0]
    assert ruled(audited(document(reads))) == CLEAN


def test_a_drawn_call_whose_item_is_there_counts_once(audited):
    whole = chat(ASKED, answer(*READ, said(), content=drawn("list_apps", id="k1")))[0]
    assert told(audited(document(whole))) == [("list_apps", "executed")]


def test_what_a_person_pastes_is_no_call(audited):
    pasted = chat({"role": "user", "content": drawn()}, answer(*READ, said()))[0]
    assert told(audited(document(pasted))) == [("list_apps", "executed")]


def test_a_source_made_of_a_result_is_a_call_that_ran(audited):
    found = audited(document(chat(ASKED, answer(sources=[source()]))[0]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])
    read = chat(ASKED, answer(sources=[source("torii/list_apps"), {"source": {"name": "a.pdf"}, "document": []}]))[0]
    assert ruled(audited(document(read))) == CLEAN


@pytest.mark.parametrize("more", [{"done": False}, {"error": {"content": "overloaded"}}, {"output": 7}])
def test_an_answer_that_is_not_complete_is_a_gap(more, audited):
    other = answer() | more
    assert ruled(audited(document(chat(answer(*READ, said()), other)[0]))) == GAP


def test_a_chat_that_ends_with_a_result_is_cut_off(audited):
    assert ruled(audited(document(chat(ASKED, answer(*READ))[0]))) == GAP


def test_an_action_beside_its_result_ran(audited):
    output = [
        call("run_workflow", arguments='{"idWorkflow":7}', status="completed"),
        {"type": "function_call_output", "id": "k2", "call_id": "k1", "output": [{"type": "input_text", "text": "ok"}]},
    ]
    found = audited(document(chat(ASKED, answer(*output))[0]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])
