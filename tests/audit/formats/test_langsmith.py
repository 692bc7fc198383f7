import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places import langsmith
from tests.audit.places.langchain import ACTION, ASKED
from tests.audit.places.langsmith import ROOT, model, run, tool
from tests.audit.transcripts import lines

READ = [("list_apps", "executed")]


@pytest.mark.parametrize("layout", [document, lambda runs: lines(*runs)])
@pytest.mark.parametrize("order", [1, -1])
def test_the_runs_of_a_trace_are_one_conversation_in_any_order(layout, order, audited):
    found = audited(layout(langsmith.CLEAN[::order]))
    assert (ruled(found), told(found)) == (CLEAN, READ)
    assert (found.results[0].format, found.results[0].conversation) == ("langsmith", "r0")


def test_runs_inside_each_other_are_read(audited):
    found = audited(document(ROOT | {"child_runs": [tool(), tool("run_workflow", "r2", "t2")]}))
    assert (ruled(found), told(found)) == (VIOLATION, [*READ, ("run_workflow", "executed")])
    assert found.results[0].calls[1].location == "line 1/child_runs/1"


@pytest.mark.parametrize(
    ("more", "state"),
    [({}, "executed"), ({"outputs": None}, "unknown"), ({"outputs": None, "error": "no"}, "failed")],
)
def test_the_run_of_an_action_tells_what_became_of_it(more, state, audited):
    found = audited(document([ROOT, tool("run_workflow", "r4", "t4", **more)]))
    assert (ruled(found), told(found)[-1]) == (VIOLATION, ("run_workflow", state))


def test_a_call_that_no_tool_ran_has_an_unknown_outcome(audited):
    found = audited(document([ROOT, model(ASKED, answer=ACTION[0])]))
    assert (ruled(found), told(found)[-1]) == (VIOLATION, ("run_workflow", "unknown"))


@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({"input": "{}"}, "clean"),
        ({"input": "{'size': 1}"}, "inconclusive"),
        ({"size": 1}, "clean"),
        (None, "inconclusive"),
    ],
)
def test_arguments_that_only_python_can_read_were_not_recorded(inputs, verdict, audited):
    assert audited(document([ROOT, tool(call_id="other", inputs=inputs)])).verdict == verdict


def test_a_run_that_is_missing_is_a_gap(audited):
    assert ruled(audited(document([ROOT, tool(), run(id_="r5", child_run_ids=["r6"])]))) == GAP
