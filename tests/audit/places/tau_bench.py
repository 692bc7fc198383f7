from tests.audit.places import openai_chat


def call(name="list_apps", id_="c1", **more):
    return {"id": id_, "name": name, "arguments": {}, "requestor": "assistant"} | more


def asks(*calls, role="assistant", **more):
    return {"role": role, "content": None, "tool_calls": list(calls)} | more


def back(id_="c1", **more):
    return {"role": "tool", "id": id_, "content": "[]", "requestor": "assistant", "error": False} | more


def run(*messages, **more):
    trial = {"id": "s1", "task_id": "7", "trial": 0, "messages": list(messages)}
    return [{"info": {}, "tasks": [], "simulations": [trial | more]}]


def trial(*messages, **more):
    return [{"task_id": 7, "reward": 1.0, "info": {}, "traj": list(messages), "trial": 0} | more]


SAID = {"role": "assistant", "content": "Two."}
READ, ACTION = (asks(call()), back()), (asks(call("run_workflow", "c2")), back("c2"))
CLEAN = run({"role": "user", "content": "?"}, *READ, SAID)
PLACES = {
    "first message": run(*ACTION, *READ, SAID),
    "nested": run(*READ, SAID | {"usage": {"tool_calls": [call("run_workflow")]}}),
    "result alone": run(*READ, back("c2"), SAID),
    "call alone": run(*READ, ACTION[0], SAID),
    "other branch": [*run(*READ, SAID), *run(*ACTION, SAID)],
    "unknown kind": run(*READ, {"role": "surprise", "tool_calls": [call("run_workflow", "c2")]}, SAID),
    "a call of the user": run(*READ, asks(call("run_workflow", "c2", requestor="user"), role="user"), back("c2"), SAID),
    "a call without its name": run(*READ, asks(call(None, "c2")), SAID),
    "results inside a message": run(*READ, {"role": "tool", "tool_messages": [back("c2")]}, SAID),
    "what the provider sent": run(*READ, SAID | {"raw_data": {"tool_calls": [call("run_workflow")]}}),
    "another call that the provider sent": run(
        asks(call(), raw_data=openai_chat.asks(openai_chat.call(), openai_chat.call("run_workflow", "c2"))),
        back(),
        SAID,
    ),
    "beside the messages": run(*READ, SAID, more={"tool_calls": [call("run_workflow")]}),
    "beside the trials": [run(*READ, SAID)[0] | {"more": {"tool_calls": [call("run_workflow")]}}],
    "a trial without its messages": run(*READ, messages=None),
    "a trial that is none": [run(*READ)[0] | {"simulations": [7]}],
    "a trial of the first bench": trial(
        *openai_chat.READ, openai_chat.asks(openai_chat.call("run_workflow", "c2")), openai_chat.SAID
    ),
    "beside the messages of the first bench": trial(
        *openai_chat.READ, openai_chat.SAID, more=asks(call("run_workflow"))
    ),
}
