import pytest

from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.transcripts import lines


def mcp(name="list_apps", call_id="m1", **more):
    return {"type": "mcp_server_tool_call", "id": call_id, "name": name, "server_name": "torii", "arguments": {}} | more


def result(name="list_apps", call_id="m1"):
    return {"type": "mcp_server_tool_result", "call_id": call_id, "name": name, "server_name": "torii", "result": []}


def interaction(*steps, **more):
    return {"id": "i1", "status": "completed", "model": "m", "steps": list(steps)} | more


SAID = {"type": "model_output", "content": [{"type": "text", "text": "I did not call run_workflow."}]}


@pytest.mark.parametrize("key", ["steps", "outputs"])
def test_reads_are_clean(key, audited):
    found = audited(document({"id": "i1", "status": "completed", key: [mcp(), result(), SAID]}))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].conversation) == ("gemini-interactions", "i1")


def test_what_the_provider_ran_is_a_violation_with_and_without_its_result(audited):
    assert told(audited(document(interaction(mcp("run_workflow"), result("run_workflow"))))) == [
        ("run_workflow", "executed")
    ]
    assert told(audited(document(interaction(mcp("run_workflow"))))) == [("run_workflow", "unknown")]
    assert told(audited(document(interaction(mcp(), result(), result("run_workflow", "m9")))))[1] == (
        "run_workflow",
        "executed",
    )


def test_a_function_at_the_end_is_a_proposal(audited):
    asked = {"type": "function_call", "id": "f1", "name": "run_workflow", "arguments": {}}
    found = audited(document(interaction(asked, status="requires_action")))
    assert (ruled(found), told(found)) == (ATTEMPTED, [("run_workflow", "proposed")])
    assert ruled(audited(document(interaction(asked, SAID)))) == VIOLATION


@pytest.mark.parametrize("more", [{"status": "in_progress"}, {"status": "failed"}, {"previous_interaction_id": "i0"}])
def test_an_interaction_that_is_not_whole_is_a_gap(more, audited):
    assert ruled(audited(document(interaction(mcp(), result(), **more)))) == GAP


def test_one_that_goes_on_from_another_at_hand_is_whole(audited):
    later = interaction(mcp(), result(), id="i2", previous_interaction_id="i1")
    assert ruled(audited(lines(interaction(mcp(), result()), later))) == CLEAN * 2


@pytest.mark.parametrize("step", [{"type": "surprise"}, {}, 7])
def test_steps_that_nobody_knows_are_a_gap(step, audited):
    assert ruled(audited(document(interaction(mcp(), result(), step)))) == GAP


@pytest.mark.parametrize("kind", ["code_execution_call", "google_search_call"])
def test_code_and_tools_of_the_provider_are_inconclusive(kind, audited):
    assert ruled(audited(document(interaction(mcp(), result(), {"type": kind, "id": "x"})))) == [
        ("inconclusive", "unknown-tool")
    ]
