import pytest

from promptkit.audit.pairing import Pairing, iso_time
from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import CallState, RecordedCall, Text


def call(name="run_workflow", state=CallState.UNKNOWN, arguments=None):
    return RecordedCall(name, None, arguments, state, "line 1")


def states(pairing):
    return [(one.name, one.state) for one in pairing.calls()]


def paired(*calls, results=(), call_id="c1"):
    pairing = Pairing()
    for one in calls:
        pairing.call(call_id, one)
    for state in results:
        pairing.result(call_id, state, "line 9")
    return pairing


@pytest.mark.parametrize("state", [CallState.EXECUTED, CallState.FAILED, CallState.DENIED])
def test_a_result_decides_the_state_of_its_call(state):
    assert states(paired(call(), results=[state])) == [("run_workflow", state)]


def test_a_call_without_a_result_keeps_its_state():
    assert states(paired(call())) == [("run_workflow", CallState.UNKNOWN)]


def test_a_result_may_stand_before_its_call():
    pairing = Pairing()
    pairing.result(7, CallState.FAILED, "line 1")
    pairing.call(7, call())
    assert states(pairing) == [("run_workflow", CallState.FAILED)]
    assert pairing.gaps() == []


def test_the_same_call_told_twice_counts_once():
    assert states(paired(call(state=CallState.PROPOSED), call())) == [("run_workflow", CallState.UNKNOWN)]


def test_a_denial_counts_for_none_of_two_calls_under_one_id():
    pairing = paired(call(), call("list_apps"), results=[CallState.DENIED])
    assert states(pairing) == [("run_workflow", CallState.UNKNOWN), ("list_apps", CallState.UNKNOWN)]


def test_what_ran_counts_for_both_of_two_calls_under_one_id():
    pairing = paired(call(state=CallState.PROPOSED), call("list_apps"), results=[CallState.EXECUTED])
    assert {state for _, state in states(pairing)} == {CallState.EXECUTED}


def test_equal_calls_under_one_id_are_two_if_each_has_an_entry():
    pairing = Pairing()
    for entry in ("line 1", "line 3", "line 1"):
        pairing.call("call_0", call(), entry)
    assert len(states(pairing)) == 2


def test_a_result_is_that_of_the_only_call_under_its_id_that_waits():
    pairing = Pairing()
    for entry, state in (("line 1", CallState.DENIED), ("line 3", CallState.EXECUTED)):
        pairing.call("call_0", call(), entry)
        pairing.result("call_0", state, "line 9")
    assert [state for _, state in states(pairing)] == [CallState.DENIED, CallState.EXECUTED]


def test_where_two_calls_under_one_id_wait_their_results_count_for_both():
    pairing = Pairing()
    for entry in ("line 1", "line 2"):
        pairing.call("call_0", call(), entry)
    for state in (CallState.DENIED, CallState.EXECUTED):
        pairing.result("call_0", state, "line 9")
    assert {state for _, state in states(pairing)} == {CallState.EXECUTED}


def test_a_second_result_of_a_call_counts_as_well():
    pairing = Pairing()
    pairing.call("call_0", call(), "line 1")
    for state in (CallState.DENIED, CallState.EXECUTED):
        pairing.result("call_0", state, "line 9")
    assert states(pairing) == [("run_workflow", CallState.EXECUTED)]


def test_a_denial_that_is_followed_by_a_result_was_none():
    assert states(paired(call(), results=[CallState.DENIED, CallState.EXECUTED]))[0][1] is CallState.EXECUTED


@pytest.mark.parametrize("call_id", ["other", 1, None, [], ""])
def test_a_result_without_its_call_is_a_gap(call_id):
    pairing = paired(call(), call_id="1")
    pairing.result(call_id, CallState.EXECUTED, "line 2")
    assert pairing.gaps() == ["line 2: a result without its call"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"),
        (1793527200, "2026-11-01T10:00:00Z"),
        (1793527200.25, "2026-11-01T10:00:00Z"),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        ("", None),
        ({}, None),
    ],
)
def test_times_are_told_as_iso_8601(value, expected):
    assert iso_time(value) == expected


@pytest.mark.parametrize("without", [None, "", NOT_RECORDED])
def test_a_call_told_of_without_its_arguments_is_the_one_with_them(without):
    for pair in ([without, {"size": 1}], [{"size": 1}, without]):
        assert [one.arguments for one in paired(*(call(arguments=given) for given in pair)).calls()] == [{"size": 1}]


def test_a_call_with_other_arguments_is_another_call():
    assert len(states(paired(call(arguments={"size": 1}), call(arguments={"size": 2})))) == 2


@pytest.mark.parametrize("state", [CallState.FAILED, CallState.EXECUTED])
def test_a_denial_does_not_undo_what_the_record_shows_as_run(state):
    assert states(paired(call(state=state), results=[CallState.DENIED])) == [("run_workflow", state)]


def test_a_result_that_names_its_tool_is_evidence_without_the_call():
    pairing = Pairing()
    pairing.result("c9", CallState.EXECUTED, "line 2", "run_workflow")
    assert (states(pairing), pairing.gaps()) == ([("run_workflow", CallState.EXECUTED)], [])


def test_what_was_asked_for_may_have_run_once_the_conversation_goes_on():
    pairing = paired(call(state=CallState.PROPOSED), call("update_user", CallState.AWAITING_APPROVAL))
    pairing.go_on()
    assert [state for _, state in states(pairing)] == [CallState.UNKNOWN, CallState.AWAITING_APPROVAL]


@pytest.mark.parametrize("order", [(CallState.DENIED, CallState.EXECUTED), (CallState.EXECUTED, CallState.DENIED)])
def test_of_several_results_of_a_lost_call_the_one_that_says_most_counts(order):
    pairing = Pairing()
    for state in order:
        pairing.result("c1", state, "line 9", "run_workflow")
    assert states(pairing) == [("run_workflow", CallState.EXECUTED)]


@pytest.mark.parametrize("nothing", ["", None])
def test_what_has_no_id_is_paired_with_nothing(nothing):
    pairing = paired(call(), call(), results=[CallState.EXECUTED], call_id=nothing)
    assert [state for _, state in states(pairing)] == [CallState.UNKNOWN, CallState.UNKNOWN]
    assert pairing.gaps() == ["line 9: a result without its call"]


def test_a_call_and_a_lost_one_have_what_was_said_before_them():
    texts = [Text("user", "Archive it.")]
    pairing = Pairing(texts)
    pairing.call("c1", call())
    texts.append(Text("assistant", "Done."))
    pairing.result("c2", CallState.EXECUTED, "line 9", "update_user")
    assert [[text.text for text in one.said] for one in pairing.calls()] == [["Archive it."], ["Archive it.", "Done."]]
