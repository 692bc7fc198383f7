def call(name="list_apps", id_="t1", state="output-available", **more):
    return {"type": f"tool-{name}", "toolCallId": id_, "state": state, "input": {}, "output": []} | more


def dynamic(name="run_workflow", **more):
    return call(id_="t2") | {"type": "dynamic-tool", "toolName": name} | more


def invocation(name="run_workflow", id_="t2", state="result", **more):
    return {"state": state, "toolCallId": id_, "toolName": name, "args": {}, "result": []} | more


def message(*parts, role="assistant", **more):
    return {"id": "m", "role": role, "parts": list(parts)} | more


SAID = {"type": "text", "text": "Two."}
ASKED = message({"type": "text", "text": "?"}, role="user")
READ, ACTION = call(), call("run_workflow", "t2")
CLEAN = [ASKED, message({"type": "step-start"}, READ, SAID)]
PLACES = {
    "first message": [message(ACTION, SAID), message(READ, SAID)],
    "nested": [message(READ, {"type": "data-weather", "data": [invocation()]}, SAID)],
    "result alone": [message(READ, call("run_workflow", None), SAID)],
    "call alone": [message(READ, call("run_workflow", "t2", "input-available"), SAID)],
    "other branch": [{"messages": [message(READ, SAID)]}, {"messages": [message(ACTION, SAID)]}],
    "unknown kind": [message(READ, {"type": "surprise", "toolName": "run_workflow"}, SAID)],
    "a dynamic tool": [message(READ, dynamic(), SAID)],
    "a message of a person": [message(READ, SAID), message(ACTION, SAID, role="user")],
    "a message of an unknown role": [message(READ, SAID), message(ACTION, SAID, role="tool")],
    "a call of version 4": [
        message(READ, {"type": "tool-invocation", "toolInvocation": invocation()}, SAID)
    ],
    "calls beside the parts": [message(READ, SAID, toolInvocations=[invocation()])],
    "beside the parts": [message(READ, SAID, metadata={"more": [invocation()]})],
    "beside the messages": [{"messages": [message(READ, SAID)], "more": [invocation()]}],
    "beside the output": [message(READ | {"more": invocation()}, SAID)],
    "a call with two names": [message(READ | {"toolName": "run_workflow"}, SAID)],
    "a tool without its name": [message(READ, dynamic(None), SAID)],
}  # fmt: skip
