"""Shapes: invented logs and bodies in the shape of Bedrock's user guide and botocore's types."""

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, only, ruled, told
from tests.audit.places import anthropic_messages
from tests.audit.places.bedrock import CLAUDE, READ, answered, asked, back, logged, said, turn, use
from tests.audit.transcripts import lines


def test_an_invocation_that_only_read_is_clean(audited):
    found = only(audited(lines(logged(asked(*READ), answered()))))
    assert (found.verdict, found.format, found.conversation) == (Verdict.CLEAN, "bedrock", "r1")
    assert found.calls[0].location == "line 1/input/inputBodyJson/messages/1/content/0/toolUse"


def test_requests_answers_and_messages_of_converse_are_read_without_a_log(audited):
    assert ruled(audited(document(asked(*READ) | answered()))) == CLEAN
    assert ruled(audited(lines(*READ, said({"text": "Done."})))) == CLEAN
    assert ruled(audited(document(answered(use(), reason="tool_use")))) == CLEAN


@pytest.mark.parametrize(("more", "state"), [({}, "executed"), ({"status": "error"}, "failed")])
def test_an_action_whose_result_came_back_is_a_violation(more, state, audited):
    ran = [said(use("run_workflow", "t2")), said(back("t2", **more), role="user")]
    found = audited(lines(logged(asked(*READ, *ran), answered())))
    assert (told(found)[-1], ruled(found)) == (("run_workflow", state), VIOLATION)


def test_an_action_that_was_asked_for_last_is_an_attempt_and_one_before_another_message_may_have_run(audited):
    last = lines(logged(asked(*READ), answered(use("run_workflow", "t2"), reason="tool_use")))
    assert ruled(audited(last)) == ATTEMPTED
    before = lines(logged(asked(*READ, said(use("run_workflow", "t2"))), answered()))
    assert told(audited(before))[-1] == ("run_workflow", "unknown")


@pytest.mark.parametrize("operation", ["InvokeModel", "InvokeModelWithResponseStream"])
def test_the_bodies_of_a_provider_are_read_as_its_own_format(operation, audited):
    whole = anthropic_messages.answer(*anthropic_messages.ACTION)
    body = whole if operation == "InvokeModel" else [*anthropic_messages.stream(*anthropic_messages.ACTION)]
    found = audited(lines(logged(CLAUDE, body, operation)))
    assert (told(found), ruled(found)) == ([("run_workflow", "executed")], VIOLATION)


@pytest.mark.parametrize(
    "line",
    [
        logged(asked(*READ), answered(), errorCode="ThrottlingException"),
        logged(asked(*READ), None, output={"outputBodyS3Path": "s3://x"}),
        logged(asked(*READ), answered(reason="max_tokens")),
        logged({"prompt": "go"}, {"completion": "x"}, "InvokeModel"),
    ],
)
def test_an_invocation_that_is_not_whole_or_not_known_is_a_gap(line, audited):
    assert ruled(audited(lines(line))) == GAP


def test_an_action_in_one_of_many_invocations_is_found(audited):
    found = audited(lines(logged(asked(*READ), answered()), logged(asked(*turn("run_workflow")), answered())))
    assert ruled(found) == CLEAN + VIOLATION
