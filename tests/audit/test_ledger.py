import pytest

from promptkit.audit.ledger import Ledger
from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import CallState, Text

PROPOSED, DENIED, EXECUTED, UNKNOWN = CallState.PROPOSED, CallState.DENIED, CallState.EXECUTED, CallState.UNKNOWN


def ledger(*calls):
    kept = Ledger()
    for id_, name, arguments, state in calls:
        kept.call(id_, name, arguments, state, "line 1")
    return kept


def states(kept):
    return [(call.name, call.arguments, call.state) for call in kept.conversation("c").calls]


def test_a_result_settles_its_call():
    kept = ledger(("a", "list_apps", "{}", PROPOSED), ("b", "run_workflow", '{"id":7}', PROPOSED))
    kept.settle("b", EXECUTED, "line 2")
    assert states(kept) == [("list_apps", {}, PROPOSED), ("run_workflow", {"id": 7}, EXECUTED)]


def test_a_call_that_is_told_of_twice_is_one_with_the_arguments_that_came_later():
    kept = ledger(
        ("a", "get_app", "", PROPOSED), ("a", "get_app", '{"idApp":1}', EXECUTED), ("a", "get_app", "", UNKNOWN)
    )
    assert states(kept) == [("get_app", {"idApp": 1}, EXECUTED)]


@pytest.mark.parametrize("second", [("a", "run_workflow", "{}", PROPOSED), ("a", "get_app", '{"idApp":2}', PROPOSED)])
def test_an_id_used_for_something_else_is_another_call(second):
    assert len(states(ledger(("a", "get_app", '{"idApp":1}', PROPOSED), second))) == 2


@pytest.mark.parametrize("state", [UNKNOWN, CallState.FAILED, EXECUTED])
def test_a_denial_does_not_undo_what_ran(state):
    kept = ledger(("a", "run_workflow", {}, state))
    kept.settle("a", DENIED, "line 2")
    assert states(kept) == [("run_workflow", {}, state)]


def test_what_was_asked_for_may_have_run_once_the_conversation_goes_on():
    kept = ledger(("a", "run_workflow", {}, PROPOSED), ("b", "update_user", {}, CallState.AWAITING_APPROVAL))
    kept.go_on()
    assert [call.state for call in kept.conversation("c").calls] == [UNKNOWN, CallState.AWAITING_APPROVAL]


def test_without_ids_results_settle_the_calls_of_their_name_in_order():
    kept = ledger((None, "get_app", 1, PROPOSED), (None, "list_apps", 2, PROPOSED), (None, "get_app", 3, PROPOSED))
    for _ in range(2):
        kept.settle(None, EXECUTED, "line 2", "get_app")
    assert [state for *_, state in states(kept)] == [EXECUTED, PROPOSED, EXECUTED]


def test_a_result_without_its_call_still_shows_that_a_tool_ran():
    kept = Ledger()
    kept.settle("a", EXECUTED, "line 2", "run_workflow")
    assert states(kept) == [("run_workflow", NOT_RECORDED, EXECUTED)]


def test_a_result_of_nothing_that_is_known_is_a_gap():
    kept = Ledger()
    kept.settle("a", EXECUTED, "line 2")
    assert kept.conversation("c").gaps == ["line 2: a result whose call is not in the record"]


def test_a_call_without_a_name_is_a_gap():
    assert ledger(("a", {"x": 1}, {}, PROPOSED)).conversation("c").gaps == ["line 1: a call without a name"]


def test_what_is_no_list_of_objects_is_a_gap():
    kept = Ledger()
    found = [*kept.each([{"a": 1}, 7], "line 1/x"), *kept.each("x", "line 2/x"), *kept.each(None, "line 3/x")]
    assert found == [("line 1/x/0", {"a": 1})]
    assert kept.conversation("c").gaps == ["line 1/x/1: it is no object", "line 2/x: it is no list"]


def test_texts_are_kept_with_who_may_have_pasted_them():
    kept = Ledger()
    kept.text("developer", "a")
    kept.text("human", [{"type": "text", "text": "b"}, {"type": "image"}, "c"])
    kept.text("model", "d")
    assert kept.conversation("c").texts == [
        Text("system", "a"), Text("user", "b"), Text("user", "c"), Text("assistant", "d"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "time"),
    [
        (0, None),
        (1_800_000_000, "2027-01-15T08:00:00+00:00"),
        ("2026-11-01", "2026-11-01"),
        (1e300, None),
        (True, None),
    ],
)
def test_times_are_iso_8601_or_left_out(given, time):
    kept = Ledger()
    kept.call("a", "list_apps", {}, PROPOSED, "line 1", time=given)
    assert kept.conversation("c").calls[0].time == time
