def call(name="list_apps", id_="t1", **more):
    return {"type": "tool-call", "toolCallId": id_, "toolName": name, "input": {}} | more


def back(name="list_apps", id_="t1", kind="json", **more):
    output = {"type": kind, "value": []}
    return {"type": "tool-result", "toolCallId": id_, "toolName": name, "output": output} | more


def says(*parts, role="assistant", **more):
    return {"role": role, "content": list(parts)} | more


def tool(*parts):
    return says(*parts, role="tool")


ASKED = {"role": "user", "content": "?"}
TEXT = {"type": "text", "text": "Two."}
SAID = says(TEXT)
READ = (says(call()), tool(back()))
ACTION = (says(call("run_workflow", "t2")), tool(back("run_workflow", "t2")))
CLEAN = [ASKED, *READ, SAID]
DATA = r"2/content/0/output"
PLACES = {
    "first message": [*ACTION, *READ, SAID],
    "nested": [*READ, says(TEXT | {"inner": [call("run_workflow")]})],
    "result alone": [*READ, ACTION[1], SAID],
    "call alone": [*READ, ACTION[0], SAID],
    "other branch": [{"messages": [*READ, SAID]}, {"messages": [*ACTION, SAID]}],
    "unknown kind": [*READ, says({"type": "surprise", "toolName": "run_workflow"}), SAID],
    "a message of a person": [*READ, says(call("run_workflow", "t2"), role="user"), SAID],
    "a message of an unknown role": [*READ, says(call("run_workflow", "t2"), role="model"), SAID],
    "a result beside its call": [*READ, says(call("run_workflow", "t2"), back("run_workflow", "t2")), SAID],
    "a question without its call": [*READ, says({"type": "tool-approval-request", "toolCallId": "t2"}), SAID],
    "an approval without its question": [*READ, tool({"type": "tool-approval-response", "approved": True}), SAID],
    "the messages of a response": [{"messages": [*READ, SAID], "response": {"messages": [*ACTION]}}],
    "the steps of a result": [
        {"response": {"messages": [*READ, SAID]}, "steps": [{"content": [call("run_workflow")]}]}
    ],
    "beside the content": [*READ, SAID | {"providerOptions": {"more": [call("run_workflow")]}}],
}
