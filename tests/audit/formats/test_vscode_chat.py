"""Shapes: invented sessions in the shape of VS Code's `chatService.ts` of 2026."""

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, only, ruled, told
from tests.audit.places.vscode_chat import READ, asked, log, request, result, session, shown, without
from tests.audit.transcripts import lines


def test_a_session_that_only_read_is_clean_whether_exported_or_in_a_log(audited):
    found = only(audited(document(session(request(READ)))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "vscode-chat", "s")
    assert found.calls[0].location == "line 1/requests/0/response/0"
    assert ruled(audited(lines(*log()))) == CLEAN


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "executed"),
        ({"resultDetails": {"input": "{}", "output": [], "isError": True}}, "failed"),
        ({"resultDetails": None, "resultError": "x"}, "failed"),
        ({"resultDetails": None}, "unknown"),
        ({"resultDetails": None, "isConfirmed": {"type": 0}}, "unknown"),
        ({"resultDetails": None, "isConfirmed": {"type": 5}}, "unknown"),
    ],
)
def test_an_action_that_may_have_run_is_a_violation(more, state, audited):
    found = audited(document(session(request(READ, shown("run_workflow", "c2", **more)))))
    assert (told(found)[-1], ruled(found)) == (("run_workflow", state), VIOLATION)


def test_a_refusal_of_an_older_version_is_an_attempt(audited):
    refused = without(shown("run_workflow", "c2", isConfirmed=False), "resultDetails")
    found = audited(document(session(request(READ, refused))))
    assert (told(found)[-1], found.verdict) == (("run_workflow", "denied"), Verdict.ATTEMPTED)


def test_a_call_that_was_begun_asked_for_and_shown_counts_once(audited):
    begun = {"kind": "prepareToolInvocation", "toolName": "mcp_torii_list_apps"}
    whole = request(begun, READ, result=result(asked(), toolCallResults={"toolu_1": {"content": []}}))
    assert told(audited(document(session(whole)))) == [("list_apps", "executed")]


def test_a_call_without_its_input_has_that_which_the_model_asked_for(audited):
    bare = without(READ, "resultDetails")
    assert ruled(audited(document(session(request(bare, result=result(asked())))))) == CLEAN
    applied = result(asked(arguments='{"mode": "apply"}'))
    assert ruled(audited(document(session(request(bare, result=applied))))) == [("inconclusive", "arguments")]


def test_a_call_that_a_log_writes_again_counts_once_and_one_that_it_takes_away_counts(audited):
    again = [
        {"kind": 1, "k": ["requests", 0, "response", 0], "v": READ},
        {"kind": 2, "k": ["requests", 0, "response"], "i": 0, "v": [shown("run_workflow", "c2")]},
        {"kind": 2, "k": ["requests", 0, "response"], "i": 0, "v": [READ]},
        {"kind": 3, "k": ["requests", 0, "followups"]},
    ]
    found = audited(lines(*log(*again)))
    assert (told(found), ruled(found)) == ([("list_apps", "executed"), ("run_workflow", "executed")], VIOLATION)


def test_a_server_with_another_label_is_known_by_the_field_that_names_it(audited):
    source = {"type": "mcp", "serverLabel": "SaaS management", "label": "SaaS"}
    part = shown("x", toolId="mcp_saas_manageme_run_workflow", source=source)
    assert told(audited(document(session(request(part))))) == [("run_workflow", "executed")]
    builtin = shown("x", toolId="mcp_saas_manageme_run_workflow", source={"type": "extension", "label": "SaaS"})
    assert ruled(audited(document(session(request(builtin))))) == [("inconclusive", "unknown-tool")]


def test_an_answer_that_is_not_whole_is_a_gap(audited):
    assert ruled(audited(document(session(request(READ, result=None))))) == GAP


def test_what_a_text_says_is_no_call(audited):
    words = {"value": '{"kind":"toolInvocationSerialized","toolId":"run_workflow"}'}
    assert told(audited(document(session(request(READ, words))))) == [("list_apps", "executed")]
