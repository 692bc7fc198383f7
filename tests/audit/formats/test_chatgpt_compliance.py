"""Shapes: invented events, as a third party saw them in August 2026; the vendor's schema is not public."""

import pytest

from tests.audit.formats.judged import GAP, VIOLATION, only, ruled, told
from tests.audit.transcripts import lines

TIME = "2026-11-01T10:00:00Z"


def event(kind="APP_LOG", event_id="e1", **details):
    actor = {"type": "user", "id": "u1"}
    return {"event_id": event_id, "event_type": kind, "timestamp": TIME, "actor": actor, "details": details}


def use(action="list_apps", event_id="e1", **more):
    return event(event_id=event_id, app="Torii", action=action, **more)


def test_a_read_is_told_and_stays_inconclusive_since_the_logs_are_no_complete_trail(audited):
    found = only(audited(lines(use())))
    assert (found.format, found.verdict, found.ground) == ("chatgpt-compliance", "inconclusive", "gap")
    assert (found.reason, found.calls[0].location, found.calls[0].time) == (
        "the vendor says that these logs do not hold every call",
        "line 1/details",
        TIME,
    )


def test_an_action_is_a_violation_since_the_log_does_not_tell_its_outcome(audited):
    found = audited(lines(use(), use("run_workflow", "e2")))
    assert (told(found)[-1], ruled(found)) == (("run_workflow", "unknown"), VIOLATION)


def test_an_event_that_is_sent_twice_counts_once(audited):
    assert told(audited(lines(use(), use()))) == [("list_apps", "unknown")]


def test_events_are_told_by_their_conversation(audited):
    raw = lines(use(conversation_id="c1"), use("run_workflow", "e2", conversation_id="c2"))
    assert [(one.conversation, one.verdict) for one in audited(raw).results] == [
        ("c1", "inconclusive"),
        ("c2", "violation"),
    ]


@pytest.mark.parametrize("kind", ["AUTH_LOG", "AUDIT_LOG", "APP_AUTH_LOG"])
def test_a_mention_in_another_log_is_no_call(kind, audited):
    assert told(audited(lines(use(), event(kind, "e2", action="run_workflow")))) == [("list_apps", "unknown")]


@pytest.mark.parametrize(
    "broken",
    [
        event("CONVERSATION_MESSAGE_LOG"),
        event("CODEX_LOG"),
        event("SURPRISE"),
        event(app="Torii"),
        {"event_id": "e"},
        7,
    ],
)
def test_an_event_that_may_hold_calls_is_said(broken, audited):
    found = audited(lines(use(), broken))
    assert (ruled(found), only(found).reason[:6]) == (GAP, "line 2")


def test_a_torn_last_line_is_a_gap_and_hides_no_violation(audited):
    assert ruled(audited(lines(use()) + b'{"event_id"')) == GAP
    assert ruled(audited(lines(use("run_workflow")) + b'{"event_id"')) == VIOLATION
