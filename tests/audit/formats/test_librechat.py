import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places.librechat import ACTION, ASKED, READ, call, chat, message, said


@pytest.mark.parametrize("layout", [{}, {"messagesTree": None, "messages": [ASKED, READ]}])
def test_a_tree_and_a_list_are_read_alike(layout, audited):
    found = audited(document(chat(ASKED | {"children": [READ]}, **layout)[0]))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].conversation) == ("librechat", "c1")


def test_every_branch_is_read(audited):
    found = audited(document(chat(ASKED | {"children": [READ, ACTION]})[0]))
    assert (ruled(found), told(found)) == (VIOLATION, [("list_apps", "executed"), ("run_workflow", "executed")])
    assert found.results[0].calls[1].location == "line 1/messagesTree/0/children/1/content/0/tool_call"


@pytest.mark.parametrize(
    ("more", "state", "verdict"),
    [
        ({"output": "done"}, "executed", "violation"),
        ({"output": None}, "unknown", "violation"),
        ({"output": None, "approval": {"actionId": "a"}}, "awaiting_approval", "attempted"),
        ({"output": "done", "approval": {"actionId": "a"}}, "executed", "violation"),
    ],
)
def test_an_action_is_judged_by_what_came_of_it(more, state, verdict, audited):
    found = audited(document(chat(message("m1", call("run_workflow", **more), said()))[0]))
    assert (told(found), found.verdict) == ([("run_workflow", state)], verdict)


def test_a_name_that_only_ends_like_a_reviewed_one_is_unknown(audited):
    found = audited(document(chat(message("m1", call("bulk_list_apps"), said()))[0]))
    assert ruled(found) == [("inconclusive", "unknown-tool")]


@pytest.mark.parametrize("branches", [False, "indeterminate", None])
def test_an_export_without_all_branches_is_a_gap_that_says_what_to_do(branches, audited):
    found = audited(document(chat(READ, branches=branches)[0]))
    assert ruled(found) == GAP
    assert "export it with all branches" in found.results[0].reason


@pytest.mark.parametrize("more", [{"unfinished": True}, {"error": True}])
def test_an_answer_that_is_not_complete_is_a_gap(more, audited):
    assert ruled(audited(document(chat(READ, READ | more)[0]))) == GAP


def test_a_chat_that_ends_with_a_call_is_cut_off(audited):
    assert ruled(audited(document(chat(message("m1", call()))[0]))) == GAP
