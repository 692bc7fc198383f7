def call(name="list_apps", id_="t1", **more):
    return {"name": name, "args": {}, "id": id_, "type": "tool_call"} | more


def ai(*calls, content="", **more):
    return {"type": "ai", "data": {"type": "ai", "content": content, "tool_calls": list(calls)} | more}


def back(name="list_apps", id_="t1", **more):
    return {"type": "tool", "data": {"type": "tool", "content": "[]", "tool_call_id": id_, "name": name} | more}


def raw(name="run_workflow", id_="t2"):
    return {"tool_calls": [{"id": id_, "type": "function", "function": {"name": name, "arguments": "{}"}}]}


def dumped(message, kind):
    """The same message as `dumps` writes it."""
    return {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", kind], "kwargs": message["data"]}


ASKED = {"type": "human", "data": {"type": "human", "content": "?"}}
SAID = ai(content="Two.")
READ = (ai(call()), back())
ACTION = (ai(call("run_workflow", "t2")), back("run_workflow", "t2"))
CLEAN = [ASKED, *READ, SAID]
PLACES = {
    "first message": [*ACTION, *READ, SAID],
    "nested": [*READ, ai(content=[{"type": "surprise", "inner": [call("run_workflow")]}])],
    "result alone": [*READ, ACTION[1], SAID],
    "call alone": [*READ, ACTION[0], SAID],
    "other branch": [{"messages": [*READ, SAID]}, {"messages": [*ACTION, SAID]}],
    "unknown kind": [*READ, {"type": "surprise", "data": ACTION[0]["data"]}, SAID],
    "a message of a person": [*READ, {"type": "human", "data": ACTION[0]["data"]}, SAID],
    "a block": [*READ, ai(content=[{"type": "tool_use", "id": "t2", "name": "run_workflow", "input": {}}]), SAID],
    "a block of the provider": [
        *READ, ai(content=[{"type": "server_tool_call", "id": "t2", "name": "run_workflow", "args": {}}]), SAID
    ],
    "a result of the provider": [*READ, ai(content=[{"type": "server_tool_result", "tool_call_id": "t2"}]), SAID],
    "what OpenAI sent": [*READ, ai(additional_kwargs=raw()), SAID],
    "what OpenAI sent before": [*READ, ai(additional_kwargs={"function_call": {"name": "run_workflow"}}), SAID],
    "a call that cannot be read": [*READ, ai(invalid_tool_calls=[{"name": "run_workflow", "args": "{"}]), SAID],
    "beside the calls": [*READ, ai(response_metadata=raw()), SAID],
    "beside the data": [*READ, SAID | {"more": [call("run_workflow")]}],
    "beside the messages": [{"messages": [*READ, SAID], "pending": [call("run_workflow")]}],
    "pieces of a call": [*READ, ai(tool_call_chunks=[call("run_workflow", args="{}", type="tool_call_chunk")]), SAID],
    "another way of writing": [dumped(ACTION[0], "AIMessage"), dumped(ACTION[1], "ToolMessage"), *READ, SAID],
    "a message that was taken out": [*READ, {"type": "remove", "data": {"content": ""}}, SAID],
}  # fmt: skip
