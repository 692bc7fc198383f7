import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places import cline
from tests.audit.places.cline import ACTION, ASKED, READ, RESULT, SAID, back, message, tagged, text, use


def test_a_call_through_the_carrier_is_read(audited):
    found = audited(document(cline.CLEAN))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].calls[0].time) == ("cline", "2026-10-26T07:33:20Z")


def test_an_action_through_the_carrier_that_has_its_result_ran(audited):
    given = {"server_name": "torii", "tool_name": "run_workflow", "arguments": {"idWorkflow": 7}}
    found = audited(document([ASKED, message("assistant", use(input=given)), message("user", back()), SAID]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])
    assert found.results[0].format == "cline"


def test_a_call_without_a_result_may_have_run(audited):
    assert told(audited(document([ACTION[0]]))) == [("run_workflow", "unknown")]


@pytest.mark.parametrize("name", ["mcp--torii--run_workflow", "cXu4Oz0mcp0run_workflow"])
def test_a_call_under_a_name_of_its_own_is_read(name, audited):
    found = audited(
        document([message("assistant", use() | {"name": name, "input": {}}), message("user", back()), SAID])
    )
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", "executed")])


@pytest.mark.parametrize(("results", "state"), [([RESULT], "executed"), ([], "unknown")])
def test_older_tasks_hold_their_calls_in_the_tags_of_a_text(results, state, audited):
    found = audited(document([message("assistant", tagged()), *results, SAID]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])


def test_reads_in_the_tags_of_a_text_are_clean(audited):
    found = audited(document([ASKED, message("assistant", tagged("list_apps")), RESULT, SAID]))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])


@pytest.mark.parametrize("arguments", ["{", "[]", '{"mode": "apply"}'])
def test_arguments_in_tags_that_nobody_reviewed_are_inconclusive(arguments, audited):
    found = audited(document([message("assistant", tagged("list_apps", arguments)), RESULT, SAID]))
    assert ruled(found) == [("inconclusive", "arguments")]


def test_tools_that_only_speak_to_the_person_are_no_calls(audited):
    ended = message("assistant", use(id_="t9") | {"name": "attempt_completion"})
    thanks = message("user", back("t9"))
    asked = message("user", text("[ask_followup_question for 'Which?'] Result:"))
    assert told(audited(document([*READ, ended, thanks, asked, SAID]))) == [("list_apps", "executed")]


def test_a_task_that_ends_with_a_result_is_cut_off(audited):
    assert ruled(audited(document([*READ]))) == GAP
    assert ruled(audited(document([message("assistant", tagged("list_apps")), RESULT]))) == GAP
