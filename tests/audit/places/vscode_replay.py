def logged(name="list_apps", id_="c1__vscode-1", **more):
    entry = {"id": id_, "kind": "toolCall", "tool": f"mcp_torii_{name}", "args": {}, "time": "2026-11-02T09:00:00.000Z"}
    return entry | {"response": ["[]"]} | more


def asked(name="list_apps", id_="c1"):
    return {"id": id_, "type": "function", "function": {"name": f"mcp_torii_{name}", "arguments": "{}"}}


def request(*messages, said="Done.", **more):
    base = {"id": "r", "kind": "request", "type": "ChatMLSuccess", "requestMessages": {"messages": [*messages]}}
    return base | {"response": {"type": "success", "message": [said]}} | more


def prompt(*logs, **more):
    entries = [*logs, request()]
    return {"prompt": "go", "hasSeen": False, "logCount": len(entries), "logs": entries} | more


def export(*prompts, **more):
    return {"exportedAt": "x", "totalPrompts": len(prompts), "prompts": [*prompts], "mcpServers": []} | more


READ, ACTION = logged(), logged("run_workflow", "c2")
CLEAN = [export(prompt(READ))]
PLACES = {
    "first message": [export(prompt(ACTION), prompt(READ))],
    "nested": [export(prompt(READ, {"kind": "element", "trace": {"children": [{"toolCalls": [asked()]}]}}))],
    "result alone": [export(prompt(READ, request({"role": 3, "toolCallId": "c2", "content": []})))],
    "call alone": [export(prompt(READ, request({"role": 2, "toolCalls": [asked("run_workflow", "c2")]})))],
    "other branch": [export(prompt(READ)) | prompt(ACTION)],
    "unknown kind": [export(prompt(READ, ACTION | {"kind": "surprise"}))],
    "an entry that could not be written": [export(prompt(READ, {"id": "c2", "kind": "error", "error": "x"}))],
    "an entry that is missing": [export(prompt(READ, logCount=3))],
    "a prompt that is missing": [export(prompt(READ), totalPrompts=2)],
    "a call without a name": [export(prompt(READ, logged(id_="c2", tool=None)))],
    "a call that a request does not answer": [export(prompt(READ, logs=[READ, request(said="")], logCount=2))],
    "an export that is none": [export(prompt(READ)), {"logs": {"more": ACTION}}],
}
