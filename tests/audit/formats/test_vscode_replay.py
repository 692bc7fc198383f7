"""Shapes: invented exports in the shape of Copilot Chat's `chatReplayTypes.ts` of 2026."""

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, only, ruled, told
from tests.audit.places.vscode_replay import ACTION, READ, asked, export, logged, prompt, request


def test_an_export_that_only_read_is_clean(audited):
    found = only(audited(document(export(prompt(READ), prompt(READ)))))
    assert (found.verdict, found.format) == (Verdict.CLEAN, "vscode-replay")
    assert found.calls[0].location == "line 1/prompts/0/logs/0"
    assert ruled(audited(document(prompt(READ)))) == CLEAN


def test_an_action_that_answered_is_a_violation(audited):
    found = audited(document(export(prompt(READ, ACTION))))
    assert (told(found)[-1], ruled(found)) == (("run_workflow", "executed"), VIOLATION)


def test_a_call_that_a_later_request_tells_of_counts_once(audited):
    later = request({"role": 2, "toolCalls": [asked()]}, {"role": 3, "toolCallId": "c1", "content": []})
    assert told(audited(document(export(prompt(READ), prompt(later))))) == [("list_apps", "executed")]


def test_a_call_of_a_turn_that_is_not_logged_has_run_if_its_result_is_there(audited):
    turn = {"role": 2, "toolCalls": [asked("run_workflow", "c2")]}
    assert told(audited(document(export(prompt(READ, request(turn))))))[-1] == ("run_workflow", "unknown")
    answered = request(turn, {"role": 3, "toolCallId": "c2", "content": []})
    assert told(audited(document(export(prompt(READ, answered)))))[-1] == ("run_workflow", "executed")


def test_a_server_with_another_label_is_known_by_the_list_of_servers(audited):
    servers = [{"label": "SaaS"}, {"label": None}, 7]
    call = logged(tool="mcp_saas_run_workflow")
    assert told(audited(document(export(prompt(call), mcpServers=servers)))) == [("run_workflow", "executed")]
    assert ruled(audited(document(export(prompt(call))))) == [("inconclusive", "unknown-tool")]


def test_an_export_whose_last_call_has_no_answer_is_a_gap(audited):
    assert ruled(audited(document(export(prompt(logs=[READ], logCount=1))))) == GAP
