def call(name="list_apps", id_="t1", **more):
    given = {"type": "tool_call", "id": id_, "name": f"{name}_mcp_torii", "args": "{}", "output": "[]"} | more
    return {"type": "tool_call", "tool_call": given}


def message(id_, *content, children=(), is_persons=False, **more):
    return {
        "messageId": id_,
        "isCreatedByUser": is_persons,
        "content": list(content),
        "children": list(children),
    } | more


def said(text="Two."):
    return {"type": "text", "text": text}


def chat(*messages, **more):
    return [{"conversationId": "c1", "exportAt": "10:00", "branches": True, "messagesTree": list(messages)} | more]


ASKED = {"messageId": "m0", "isCreatedByUser": True, "text": "?"}
READ, ACTION = message("m1", call(), said()), message("m2", call("run_workflow", "t2"), said())
CLEAN = chat(ASKED | {"children": [READ]})
PLACES = {
    "first message": chat(ACTION, READ),
    "nested": chat(message("m1", call(), said() | {"inner": [call("run_workflow")]}, said())),
    "result alone": chat(message("m1", call(), call("run_workflow", "t2", args=None, id=None), said())),
    "call alone": chat(message("m1", call(), call("run_workflow", "t2", output=None), said())),
    "other branch": chat(ASKED | {"children": [READ, ACTION]}),
    "unknown kind": chat(message("m1", call(), {"type": "surprise", "name": "run_workflow"}, said())),
    "the text of a part": chat(message("m1", call(), said(call("run_workflow")), said())),
    "a branch below an answer": chat(READ | {"children": [ACTION]}),
    "a branch that was left out": chat(READ, branches=False),
    "a list beside the tree": chat(READ, messages=[ACTION]),
    "a message of a person": chat(READ, ACTION | {"isCreatedByUser": True}),
    "a message of nobody": chat(READ, ACTION | {"isCreatedByUser": None}),
    "beside the content": chat(READ | {"plugin": call("run_workflow")}),
    "beside the call": chat(message("m1", call() | {"more": [call("run_workflow")]}, said())),
    "a call of an assistant": chat(
        message("m1", call(), {"type": "tool_call", "tool_call": {
            "type": "function", "id": "t2", "function": {"name": "run_workflow", "arguments": "{}", "output": "done"},
        }}, said())
    ),
    "code": chat(message("m1", call(), {"type": "tool_call", "tool_call": {"type": "code_interpreter"}}, said())),
    "plugins of older chats": chat(READ | {"plugin": {"latest": "run_workflow", "inputs": [{"input": "{}"}]}}),
    "a name that can be read in two ways": chat(message("m1", call(name="list_apps_mcp_run"), said())),
    "a call without its name": chat(message("m1", call(), {"type": "tool_call", "tool_call": [7]}, said())),
}  # fmt: skip
