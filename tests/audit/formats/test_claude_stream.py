import pytest

from tests.audit.formats.judged import ATTEMPTED, CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.transcripts import lines

INIT = {"type": "system", "subtype": "init", "session_id": "s1", "tools": ["mcp__torii__run_workflow"]}
ASK = {"type": "user", "session_id": "s1", "message": {"role": "user", "content": "Please call run_workflow."}}


def message(kind, *blocks, **more):
    return {"type": kind, "session_id": "s1", "message": {"role": kind, "content": list(blocks)}} | more


def asks(name="mcp__torii__list_apps", id_="t1", **more):
    return message("assistant", {"type": "tool_use", "id": id_, "name": name, "input": {}}, **more)


def back(id_="t1", **more):
    return message("user", {"type": "tool_result", "tool_use_id": id_, "content": "[]"} | more)


def end(*denied, subtype="success", **more):
    denials = [{"tool_name": name, "tool_use_id": id_, "tool_input": {}} for name, id_ in denied]
    told_at_end = {"is_error": False, "num_turns": 2, "permission_denials": denials}
    return {"type": "result", "subtype": subtype, "session_id": "s1"} | told_at_end | more


ACTION = asks("mcp__torii__run_workflow")
DENIED = end(("mcp__torii__run_workflow", "t1"))


@pytest.mark.parametrize("layout", [lambda *values: lines(*values), lambda *values: document(list(values))])
def test_reads_with_results_are_clean(layout, audited):
    found = audited(layout(INIT, ASK, asks(), back(), end()))
    assert (found.results[0].format, ruled(found)) == ("claude-stream", CLEAN)
    assert (found.results[0].conversation, told(found)) == ("s1", [("list_apps", "executed")])


@pytest.mark.parametrize(
    ("came", "state"), [([back()], "executed"), ([back(is_error=True)], "failed"), ([], "unknown")]
)
def test_an_action_that_may_have_run_is_a_violation(came, state, audited):
    found = audited(lines(INIT, ACTION, *came, end()))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])


def test_a_denied_action_is_an_attempt_though_an_error_came_back(audited):
    found = audited(lines(INIT, ACTION, back(is_error=True), DENIED))
    assert (ruled(found), told(found)) == (ATTEMPTED, [("run_workflow", "denied")])


def test_a_denial_does_not_undo_a_result(audited):
    assert told(audited(lines(INIT, ACTION, back(), DENIED))) == [("run_workflow", "executed")]


@pytest.mark.parametrize(
    "run",
    [
        [asks(), back(), end()],
        [INIT, asks(), back()],
        [INIT, asks(), back(), end(subtype="error_max_turns")],
        [INIT, asks(), back(), {"type": "news", "session_id": "s1"}, end()],
        [INIT, asks("Task", "t2"), back("t2"), asks(), back(), end()],
        [end()],
    ],
)
def test_what_is_missing_or_not_known_is_a_gap(run, audited):
    assert ruled(audited(lines(*run))) == GAP


def test_the_calls_of_a_sub_agent_count(audited):
    inner = asks("mcp__torii__run_workflow", "t2", parent_tool_use_id="t1")
    assert ruled(audited(lines(INIT, asks("Task"), inner, back("t2"), back(), end()))) == VIOLATION


def test_pieces_of_a_message_are_not_counted_twice(audited):
    piece = {"type": "stream_event", "session_id": "s1", "event": {"type": "content_block_start"}}
    assert told(audited(lines(INIT, piece, asks(), back(), end()))) == [("list_apps", "executed")]


def test_each_run_is_a_conversation(audited):
    assert ruled(audited(lines(INIT, asks(), back(), end(), INIT, ACTION, back(), end()))) == CLEAN + VIOLATION
