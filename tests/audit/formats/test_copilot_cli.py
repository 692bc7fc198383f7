"""Shapes: invented sessions in the shape of Copilot CLI 1.0, as its SDK types them."""

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, only, ruled, told
from tests.audit.places.copilot_cli import READ, asks, ends, event, session, starts
from tests.audit.transcripts import lines

DENIED = {"kind": "denied-interactively-by-user"}


def asked(id_="t2", **more):
    request = {"kind": "mcp", "serverName": "torii", "toolName": "run_workflow", "args": {}, "toolCallId": id_} | more
    return event("permission.requested", requestId="r1", permissionRequest=request)


def answered(kind="approved"):
    return event("permission.completed", requestId="r1", result={"kind": kind})


def test_a_session_that_only_read_is_clean_and_each_call_counts_once(audited):
    found = only(audited(lines(*session(*READ))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "copilot-cli", "s")
    assert [call.location for call in found.calls] == ["line 4/data"]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([starts("run_workflow", "t2"), ends("t2")], "executed"),
        ([starts("run_workflow", "t2"), ends("t2", success=False, error={"message": "x"})], "failed"),
        ([starts("run_workflow", "t2")], "unknown"),
        ([asks("run_workflow", "t2")], "unknown"),
        ([asks("run_workflow", "t2"), ends("t2")], "executed"),
        ([asks("run_workflow", "t2"), asked(), answered()], "unknown"),
        ([asked(), answered("approved-for-session")], "unknown"),
    ],
)
def test_an_action_that_ran_or_may_have_run_is_a_violation(events, state, audited):
    found = audited(lines(*session(*READ, *events)))
    assert ("run_workflow", state) in told(found)
    assert (len(told(found)), ruled(found)) == (2, VIOLATION)


def test_an_action_that_was_denied_is_an_attempt_although_the_denial_comes_back_as_an_error(audited):
    denied = [asks("run_workflow", "t2"), asked(), answered("denied-by-rules"), ends("t2", success=False)]
    found = audited(lines(*session(*READ, *denied)))
    assert (("run_workflow", "denied") in told(found), ruled(found)) == (True, ATTEMPTED)


def test_an_action_that_nobody_answered_for_awaits_approval(audited):
    found = audited(lines(*session(*READ, asked())))
    assert (told(found)[-1], ruled(found)) == (("run_workflow", "awaiting_approval"), ATTEMPTED)


def test_a_denied_call_that_succeeded_has_run(audited):
    found = audited(lines(*session(*READ, starts("run_workflow", "t2"), asked(), answered("cancelled"), ends("t2"))))
    assert told(found)[-1] == ("run_workflow", "executed")


def test_a_call_with_other_arguments_than_were_asked_for_is_another_one(audited):
    found = audited(lines(*session(asks(arguments={"mode": "apply"}), starts(), ends())))
    assert ruled(found) == [("inconclusive", "arguments")]


def test_a_sub_agent_whose_calls_are_here_is_read_and_one_whose_calls_are_not_is_a_gap(audited):
    inner = starts("run_workflow", "t2", parentToolCallId="t1")
    done = event("subagent.completed", toolCallId="t1", totalToolCalls=1)
    assert ruled(audited(lines(*session(*READ, inner, ends("t2"), done)))) == VIOLATION
    assert ruled(audited(lines(*session(*READ, done)))) == GAP


def test_a_printed_stream_that_ends_with_its_result_is_whole(audited):
    stream = [*session(*READ)[1:], {"type": "result", "sessionId": "s", "exitCode": 0, "usage": {}}]
    assert ruled(audited(lines(*stream))) == CLEAN


@pytest.mark.parametrize("cut", [1, 2, 3, 4])
def test_a_session_that_is_cut_off_before_its_answer_is_a_gap(cut, audited):
    assert ruled(audited(lines(*session(*READ)[: cut + 1]))) == GAP


def test_what_happened_beside_the_calls_does_not_matter(audited):
    beside = [event("session.info", infoType="x", message="run_workflow"), event("hook.start"), event("abort")]
    assert ruled(audited(lines(*session(*READ, *beside)))) == CLEAN
