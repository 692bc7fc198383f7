import pytest

from tests.audit.formats.judged import CLEAN, GAP, VIOLATION, document, ruled, told
from tests.audit.places import openai_chat
from tests.audit.places.tau_bench import ACTION, READ, SAID, asks, back, call, run, trial

STOP = {"role": "user", "content": "###STOP###"}


def test_each_trial_of_a_run_is_a_conversation(audited):
    whole = run(*READ, SAID, STOP)[0]
    whole["simulations"] += run(*ACTION, SAID, trial=1)[0]["simulations"]
    found = audited(document(whole))
    assert ruled(found) == CLEAN + VIOLATION
    assert [result.conversation for result in found.results] == ["task 7, trial 0", "task 7, trial 1"]
    assert found.results[1].calls[0].location == "line 1/simulations/1/messages/0/tool_calls/0"


@pytest.mark.parametrize(
    ("results", "state"), [([back("c2")], "executed"), ([back("c2", error=True)], "failed"), ([], "unknown")]
)
def test_the_result_tells_what_became_of_an_action(results, state, audited):
    found = audited(document(run(ACTION[0], *results, SAID)[0]))
    assert (ruled(found), told(found)) == (VIOLATION, [("run_workflow", state)])


def test_results_of_several_calls_stand_in_one_message(audited):
    both = asks(call(), call("run_workflow", "c2"))
    found = audited(document(run(both, {"role": "tool", "tool_messages": [back(), back("c2", error=True)]}, SAID)[0]))
    assert told(found) == [("list_apps", "executed"), ("run_workflow", "failed")]


def test_a_trial_of_the_first_bench_has_messages_of_chat_completions(audited):
    found = audited(document(trial(*openai_chat.READ, openai_chat.SAID, STOP)))
    assert (ruled(found), told(found)) == (CLEAN, [("list_apps", "executed")])
    assert (found.results[0].format, found.results[0].conversation) == ("tau-bench", "task 7, trial 0")


def test_a_trial_that_ended_in_an_error_is_a_gap(audited):
    broken = trial(*openai_chat.READ, openai_chat.SAID, info={"error": "no"})
    assert ruled(audited(document(broken))) == GAP
