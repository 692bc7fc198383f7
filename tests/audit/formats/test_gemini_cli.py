"""Shapes: invented sessions in the shape of gemini-cli-core 0.61."""

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, only, ruled, told
from tests.audit.places.gemini_cli import READ, USER, gemini, log, session, use
from tests.audit.transcripts import lines


def test_a_session_that_only_read_is_clean_as_one_document_and_in_lines(audited):
    found = only(audited(document(session(gemini(READ))[0])))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "gemini-cli", "g")
    assert found.calls[0].location == "line 1/messages/1/toolCalls/0"
    assert ruled(audited(lines(*log(gemini(READ))))) == CLEAN


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "executed"),
        ("error", "failed"),
        ("cancelled", "unknown"),
        ("executing", "unknown"),
        ("surprise", "unknown"),
    ],
)
def test_an_action_that_may_have_run_is_a_violation(status, state, audited):
    found = audited(document(session(gemini(READ, use("run_workflow", "t2", status)))[0]))
    assert (told(found)[-1], ruled(found)) == (("run_workflow", state), VIOLATION)


def test_an_action_that_waits_for_a_person_is_an_attempt(audited):
    found = audited(document(session(gemini(READ, use("run_workflow", "t2", "awaiting_approval")))[0]))
    assert (told(found)[-1], found.verdict) == (("run_workflow", "awaiting_approval"), Verdict.ATTEMPTED)


@pytest.mark.parametrize(
    ("written", "state"),
    [
        (["awaiting_approval", "executing", "error"], "failed"),
        (["executing", "success", "success"], "executed"),
        (["success", "cancelled"], "executed"),
        (["awaiting_approval", "cancelled"], "unknown"),
    ],
)
def test_a_call_that_is_written_again_counts_once_with_what_came_of_it(written, state, audited):
    found = audited(lines(*log(*[gemini(use("run_workflow", status=status)) for status in written])))
    assert told(found) == [("run_workflow", state)]


def test_what_was_rewound_has_run(audited):
    found = audited(lines(*log(gemini(use("run_workflow")), {"$rewindTo": "m1"}, gemini(use(id_="t2")))))
    assert ruled(found) == VIOLATION


def test_a_sub_agent_needs_its_own_session(audited):
    parent = lines(*log(gemini(use(agentId="a1"))))
    assert ruled(audited(parent)) == GAP
    sub = lines({"sessionId": "a1", "projectHash": "h", "kind": "subagent"}, USER, gemini(READ), gemini())
    audited(parent, "chats/session-1.jsonl")
    audited(sub, "chats/g/a1.jsonl")
    assert ("clean", "read-tool") in ruled(audited(None))


def test_a_session_that_ends_before_the_answer_is_a_gap(audited):
    assert ruled(audited(lines(*log(gemini(READ))[:-1]))) == GAP
