def use(name="list_apps", **more):
    given = {"server": "user-torii", "toolName": name, "arguments": {}}
    return {"type": "tool_use", "name": "CallMcpTool", "input": given} | more


def said(*blocks, role="assistant", **more):
    return {"role": role, "message": {"content": [*blocks]}} | more


def text(words="Done."):
    return {"type": "text", "text": words}


def transcript(*lines):
    return [said(text("go"), role="user"), *lines, said(text()), {"type": "turn_ended", "status": "success"}]


def early(*lines):
    return [{"role": "user", "text": "go"}, *lines, {"role": "assistant", "text": "Done."}]


def called(name="list_apps"):
    return {"toolName": "CallMcpTool", "args": {"server": "torii", "toolName": name, "arguments": {}}}


READ, ACTION = use(), use("run_workflow")
EARLY_READ = {"role": "assistant", "toolCalls": [called()]}
RESULT = {"role": "tool", "toolResult": {"toolName": "CallMcpTool"}}
CLEAN = transcript(said(text("I look."), READ))
PLACES = {
    "first message": transcript(said(ACTION), said(READ)),
    "nested": transcript(said(READ), said({"type": "text", "text": "x"}, more={"toolCalls": [ACTION]})),
    "result alone": transcript(said(READ), said({"type": "tool_result", "content": "started"}, role="user")),
    "call alone": transcript(said(READ, ACTION)),
    "other branch": transcript(said(READ), said(ACTION | {"name": "CallDynamicTool"})),
    "unknown kind": transcript(said(READ), said(ACTION | {"type": "surprise"})),
    "a call of a user": transcript(said(READ), said(ACTION, role="user")),
    "a call of nobody": transcript(said(READ), said(ACTION, role="model")),
    "a line of another kind": transcript(said(READ), said(READ, type="surprise")),
    "beside the end of a turn": transcript(said(READ), {"type": "turn_ended", "more": [{"toolCalls": [ACTION]}]}),
    "a carrier that carries nothing": transcript(said(READ), said(ACTION | {"input": {"server": "torii"}})),
    "a carrier under another name": transcript(said(READ), said(ACTION | {"name": "CallTool"})),
    "a call without a name": transcript(said(READ), said(ACTION | {"name": None})),
    "an early transcript": early(EARLY_READ, {"role": "assistant", "toolCalls": [called("run_workflow")]}),
    "beside an early call": early(EARLY_READ | {"toolCalls": [called() | {"more": [ACTION]}]}),
    "an early result alone": early(EARLY_READ, RESULT, RESULT),
    "beside the members of an early line": early(
        EARLY_READ, {"role": "user", "more": [{"functionCall": {"name": "x"}}]}
    ),
}
