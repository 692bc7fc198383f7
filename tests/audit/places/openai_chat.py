def call(name="list_apps", id_="c1"):
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": "{}"}}


def asks(*calls):
    return {"role": "assistant", "content": None, "tool_calls": list(calls)}


def back(id_="c1", **more):
    return {"role": "tool", "tool_call_id": id_, "content": "[]"} | more


def completion(message, **more):
    choice = {"index": 0, "message": message, "finish_reason": "stop"} | more.pop("choice", {})
    return {"id": "x", "object": "chat.completion", "choices": [choice]} | more


def history(*messages, **more):
    return {"messages": [*messages, SAID]} | more


def chunk(**choice):
    return {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {}} | choice]}


SAID = {"role": "assistant", "content": "Two."}
READ, ACTION = (asks(call()), back()), asks(call("run_workflow", "c2"))
CHUNKS = [chunk(delta={"tool_calls": [call() | {"index": 0}]}), chunk(finish_reason="tool_calls")]
CLEAN = [history(*READ)]
DATA = r"0/messages/0/tool_calls/0(/.*)?"
PLACES = {
    "first message": [history(ACTION, back("c2"), *READ)],
    "nested": [history(*READ, response=completion(ACTION))],
    "result alone": [history(*READ, back("c2"))],
    "call alone": [history(*READ, ACTION)],
    "other branch": [completion(SAID, messages=[*READ], choice={"delta": ACTION})],
    "unknown kind": [history(*READ, {"role": "surprise", "name": "run_workflow"})],
    "another choice": [
        completion(SAID, messages=[*READ]) | {"choices": [{"index": 1, "message": ACTION, "finish_reason": "stop"}]}
    ],
    "beside the messages": [history(*READ) | ACTION],
    "beside the choices": [completion(asks(call()), output=[ACTION])],
    "a call in a result": [history(READ[0], back(tool_calls=ACTION["tool_calls"]))],
    "a call of a person": [history(*READ, ACTION | {"role": "user", "content": "?"})],
    "a part of a message": [history(*READ, {"role": "assistant", "content": [{"type": "surprise", "name": "x"}]})],
    "a result that names another tool": [history(READ[0], back(name="run_workflow"))],
    "a call of the older kind": [history(*READ, SAID | {"function_call": {"name": "run_workflow", "arguments": "{}"}})],
    "a call of an unknown kind": [history(*READ, asks({"id": "c2", "type": "surprise", "surprise": {"name": "x"}}))],
    "a piece of a stream": [*CHUNKS[:1], chunk(delta={"tool_calls": [call("run_workflow") | {"index": 1}]}), CHUNKS[1]],
    "a message inside a piece": [*CHUNKS[:1], chunk(message=ACTION), CHUNKS[1]],
    "the older kind in a piece": [*CHUNKS[:1], chunk(delta={"function_call": {"name": "run_workflow"}}), CHUNKS[1]],
    "a choice without its message": [completion(None, messages=[*READ], choice={"text": "run_workflow"})],
}
