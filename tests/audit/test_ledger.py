import pytest

from promptkit.audit.ledger import Ledger
from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import CallState, Text

PROPOSED, EXECUTED = CallState.PROPOSED, CallState.EXECUTED


def ledger(*calls):
    kept = Ledger()
    for call_id, name, arguments in calls:
        kept.call(call_id, name, arguments, PROPOSED, "line 1")
    return kept


def told(kept):
    return [(call.name, call.arguments, call.state) for call in kept.conversation("c").calls]


def test_a_result_settles_its_call():
    kept = ledger(("a", "list_apps", "{}"), ("b", "run_workflow", '{"id":7}'))
    kept.settle("b", EXECUTED, "line 2")
    assert told(kept) == [("list_apps", {}, PROPOSED), ("run_workflow", {"id": 7}, EXECUTED)]


def test_without_ids_results_settle_the_calls_of_their_name_in_order():
    kept = ledger((None, "get_app", 1), (None, "list_apps", 2), (None, "get_app", 3), (None, "get_app", 4))
    for _ in range(2):
        kept.settle(None, EXECUTED, "line 2", "get_app")
    assert [state for *_, state in told(kept)] == [EXECUTED, PROPOSED, EXECUTED, PROPOSED]


def test_a_named_result_without_its_call_still_shows_that_a_tool_ran():
    kept = Ledger()
    kept.settle("a", EXECUTED, "line 2", "run_workflow")
    assert told(kept) == [("run_workflow", NOT_RECORDED, EXECUTED)]
    assert kept.conversation("c").gaps == []


def test_a_result_of_nothing_that_is_known_is_a_gap():
    kept = Ledger()
    kept.settle("a", EXECUTED, "line 2")
    assert kept.conversation("c").gaps == ["line 2: a result without its call"]


def test_a_call_without_a_name_is_a_gap():
    assert ledger(("a", {"x": 1}, {})).conversation("c").gaps == ["line 1: a call without a name"]


def test_a_record_that_ends_where_an_answer_is_due_is_cut_off():
    kept = ledger(("a", "list_apps", {}))
    kept.is_waiting = True
    assert kept.conversation("c").gaps == ["it ends before the model has answered"]


def test_what_is_no_list_of_objects_is_a_gap():
    kept = Ledger()
    found = [*kept.each([{"a": 1}, 7], "line 1/x"), *kept.each("x", "line 2/x"), *kept.each(None, "line 3/x")]
    assert found == [("line 1/x/0", {"a": 1})]
    assert kept.gaps == ["line 1/x/1: not an object", "line 2/x: not a list"]


@pytest.mark.parametrize(
    ("role", "content", "texts"),
    [
        ("developer", "a", [Text("system", "a")]),
        ("human", [{"type": "text", "text": "b"}, {"type": "image"}, "c"], [Text("user", "b"), Text("user", "c")]),
        ("model", "d", [Text("assistant", "d")]),
        (None, {"text": "e"}, []),
    ],
)
def test_texts_are_kept_with_who_may_have_pasted_them(role, content, texts):
    kept = Ledger()
    kept.text(role, content)
    assert kept.texts == texts


def test_a_tree_is_read_with_what_is_below_each_object_right_after_it():
    ledger = Ledger()
    tree = [{"id": 1, "inner": [{"id": 2}, 7]}, {"id": 3, "inner": "x"}]
    places = [(place, item["id"]) for place, item in ledger.tree(tree, "at", "inner")]
    assert places == [("at/0", 1), ("at/0/inner/0", 2), ("at/1", 3)]
    assert ledger.gaps == ["at/0/inner/1: not an object", "at/1/inner: not a list"]
