"""Shapes: invented transcripts in the shape of those that Cursor wrote in 2026."""

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, only, ruled, told
from tests.audit.places.cursor_transcript import ACTION, EARLY_READ, READ, called, early, said, text, transcript, use
from tests.audit.transcripts import lines


def test_a_transcript_that_only_read_is_clean_and_its_outcomes_are_unknown(audited):
    found = only(audited(lines(*transcript(said(text(), READ)))))
    assert (found.verdict, found.format) == (Verdict.CLEAN, "cursor-transcript")
    assert [(call.tool, call.state, call.location) for call in found.calls] == [
        ("list_apps", "unknown", "line 2/message/content/1")
    ]


def test_an_action_is_a_violation_whichever_tool_of_cursor_carries_it(audited):
    assert ruled(audited(lines(*transcript(said(READ, ACTION))))) == VIOLATION
    dynamic = {"type": "tool_use", "name": "CallDynamicTool"}
    dynamic["input"] = {"namespace": "torii", "toolName": "run_workflow", "arguments": {}}
    assert told(audited(lines(*transcript(said(dynamic))))) == [("run_workflow", "unknown")]


def test_a_tool_of_cursor_itself_is_inconclusive_since_it_can_reach_anything(audited):
    shell = {"type": "tool_use", "name": "Shell", "input": {"command": "curl x"}}
    assert ruled(audited(lines(*transcript(said(READ, shell))))) == [("inconclusive", "unknown-tool")]


def test_the_arguments_of_a_carried_call_are_judged(audited):
    applied = use(input={"server": "torii", "toolName": "list_apps", "arguments": {"mode": "apply"}})
    assert ruled(audited(lines(*transcript(said(applied))))) == [("inconclusive", "arguments")]
    assert ruled(audited(lines(*transcript(said(use(input={"server": "t", "toolName": "list_apps"})))))) == CLEAN


def test_an_early_transcript_has_results(audited):
    result = {"role": "tool", "toolResult": {"toolName": "CallMcpTool"}}
    found = audited(document(early(EARLY_READ, result)))
    assert (told(found), ruled(found)) == ([("list_apps", "executed")], CLEAN)
    act = {"role": "assistant", "toolCalls": [called("run_workflow")]}
    assert told(audited(document(early(EARLY_READ, act, result))))[-1] == ("run_workflow", "unknown")


def test_a_transcript_that_ends_before_the_answer_is_a_gap(audited):
    assert ruled(audited(lines(*transcript(said(READ))[:-2]))) == GAP
