def call(name="list_apps", id_="c1", **more):
    return {"part_kind": "tool-call", "tool_name": name, "args": "{}", "tool_call_id": id_} | more


def back(name="list_apps", id_="c1", **more):
    return {"part_kind": "tool-return", "tool_name": name, "content": [], "tool_call_id": id_} | more


def request(*parts):
    return {"kind": "request", "parts": list(parts)}


def response(*parts, **more):
    return {"kind": "response", "parts": list(parts), "finish_reason": "stop"} | more


def provider(name, id_="t1", **more):
    args = {"action": "call_tool", "tool_name": name, "tool_args": {}}
    return {"part_kind": "builtin-tool-call", "tool_name": "mcp_server:torii", "args": args, "tool_call_id": id_} | more


SAID = response({"part_kind": "text", "content": "Two."})
READ = (response(call()), request(back()))
CLEAN = [*READ, SAID]
DATA = r"1/parts/0/content"
PLACES = {
    "first message": [response(call("run_workflow", "c0")), request(back("run_workflow", "c0")), *READ, SAID],
    "nested": [*READ, response({"part_kind": "surprise", "parts": [call("run_workflow", "c2")]})],
    "result alone": [*READ, request(back("run_workflow", "c2")), SAID],
    "call alone": [*READ, response(provider("run_workflow"))],
    "other branch": [*READ, request(call("run_workflow", "c2")), SAID],
    "unknown kind": [*READ, {"kind": "surprise", "parts": [call("run_workflow", "c2")]}, SAID],
    "a result of the provider": [
        *READ, response({"part_kind": "builtin-tool-return", "tool_name": "mcp_server:torii", "tool_call_id": "t1"})
    ],
    "a result that names another tool": [READ[0], request(back("run_workflow")), SAID],
    "a second result under one id": [*READ, request(back("run_workflow")), SAID],
    "a call that is said to be a search": [*READ, response(provider("run_workflow", tool_kind="tool-search"))],
    "a retry without its call": [
        *READ, request({"part_kind": "retry-prompt", "tool_name": "run_workflow", "tool_call_id": "c2"}), SAID
    ],
}  # fmt: skip
