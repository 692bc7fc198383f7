"""Shapes: invented archives in the shape of HAR 1.2."""

import pytest

from promptkit.policy.verdict import Verdict
from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, only, ruled, told
from tests.audit.places import anthropic_messages, mcp_wire
from tests.audit.places.har import ACTION, ANSWER, CLAUDE, JSON, PAGE, READ, STREAM, archive, entry, events

READING = [*anthropic_messages.READ]
HISTORY = {"max_tokens": 9, **anthropic_messages.REQUEST}


def audit_of(audited, *entries):
    return audited(document(archive(*entries)[0]), "traffic.har")


def test_an_archive_that_only_read_is_clean(audited):
    found = only(audit_of(audited, PAGE, READ))
    assert (found.verdict, found.format) == (Verdict.CLEAN, "har")
    place = "line 1/log/entries/1/request/postData/text/params"
    assert (found.calls[0].location, found.calls[0].time) == (place, "2026-11-02T09:00:00.000Z")


def test_an_action_that_went_to_a_server_of_mcp_is_a_violation(audited):
    found = audit_of(audited, READ, ACTION)
    assert (told(found)[-1], ruled(found)) == (("run_workflow", "executed"), VIOLATION)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(ANSWER, JSON), (events(*anthropic_messages.stream(*anthropic_messages.ACTION)), STREAM)],
)
def test_an_action_in_the_answer_of_a_provider_is_a_violation(body, kind, audited):
    found = audit_of(audited, entry(CLAUDE, body, kind))
    assert (told(found), ruled(found)) == ([("run_workflow", "executed")], VIOLATION)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(anthropic_messages.answer(*READING), JSON), (events(*anthropic_messages.stream(*READING)), STREAM)],
)
def test_a_request_with_its_answer_is_one_conversation(body, kind, audited):
    found = audit_of(audited, entry(HISTORY, body, kind))
    assert ([call[0] for call in told(found)], ruled(found)) == (["list_apps", "list_apps"], CLEAN)


def test_an_action_that_a_model_only_asked_for_is_an_attempt(audited):
    asked = anthropic_messages.answer(anthropic_messages.use("run_workflow", "t9", "tool_use"), stop_reason="tool_use")
    assert ruled(audit_of(audited, entry(HISTORY, asked))) == ATTEMPTED


def test_a_request_without_its_answer_is_a_gap(audited):
    assert ruled(audit_of(audited, entry(HISTORY))) == GAP


def test_json_of_a_kind_that_nobody_knows_is_a_gap_beside_what_was_read(audited):
    found = audit_of(audited, READ, *[entry({"tool": "run_workflow"}, {"ok": True})] * 50)
    assert ruled(found) == CLEAN + GAP
    assert found.results[1].reason.startswith("line 1/log/entries/1")


def test_a_body_that_was_not_saved_is_a_gap(audited):
    unsaved = entry(mcp_wire.NOTE) | {"response": {"content": {"mimeType": STREAM, "size": 70}}}
    assert ruled(audit_of(audited, READ, unsaved)) == CLEAN + GAP
