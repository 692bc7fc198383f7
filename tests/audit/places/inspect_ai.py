def call(name="list_apps", id_="c1", **more):
    return {"id": id_, "function": name, "arguments": {}} | more


def asks(*calls):
    return {"role": "assistant", "content": "", "tool_calls": list(calls)}


def back(name="list_apps", id_="c1", **more):
    return {"role": "tool", "tool_call_id": id_, "function": name, "content": "[]"} | more


def log(*messages, events=(), **more):
    sample = {"id": 1, "epoch": 1, "input": "?", "messages": list(messages), "events": list(events)} | more
    return [{"version": 2, "status": "success", "eval": {"task": "t"}, "samples": [sample]}]


def output(*messages):
    return {"choices": [{"message": message, "stop_reason": "stop"} for message in messages]}


READ, ACTION = (asks(call()), back()), (asks(call("run_workflow", "c2")), back("run_workflow", "c2"))
TOOL = call("run_workflow", "c2", event="tool", result="done")
CLEAN = log(*READ)
DATA = r"0/samples/0/messages/0/tool_calls/0(/.*)?"
PLACES = {
    "first message": log(*ACTION, *READ),
    "nested": log(*READ, events=[call(event="tool", events=[TOOL])]),
    "result alone": log(*READ, ACTION[1]),
    "call alone": log(*READ, ACTION[0]),
    "other branch": log(*READ, error_retries=[{"events": [TOOL]}]),
    "unknown kind": log(*READ, events=[TOOL | {"event": "surprise"}]),
    "an unknown kind of part": log(*READ, {"role": "assistant", "content": [{"type": "surprise"}]}),
    "the input of the sample": log(*READ, input=[*ACTION]),
    "the output of the sample": log(*READ, output=output(ACTION[0])),
    "the input of a model event": log(*READ, events=[{"event": "model", "input": [*ACTION], "output": output()}]),
    "the output of a model event": log(*READ, events=[{"event": "model", "output": output(ACTION[0])}]),
    "a model event without its output": log(*READ, events=[{"event": "model", "output": [ACTION[0]]}]),
    "a choice without its message": log(*READ, output={"choices": [{"text": "run_workflow"}]}),
    "a call that was approved": log(*READ, events=[
        {"event": "approval", "decision": "approve", "call": call("run_workflow", "c2")}
    ]),
    "a call that was escalated": log(*READ, events=[
        {"event": "approval", "decision": "escalate", "call": call("run_workflow", "c2")}
    ]),
    "a subtask": log(*READ, events=[{"event": "subtask", "events": [TOOL]}]),
    "a result that names another tool": log(READ[0], back("run_workflow")),
    "a call in a result": log(READ[0], back(tool_calls=ACTION[0]["tool_calls"])),
    "a part of a result": log(READ[0], back(content=[{"type": "tool_use", "id": "c2", "name": "run_workflow"}])),
}  # fmt: skip
