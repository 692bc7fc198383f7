import json


def line(kind, **payload):
    return {"timestamp": "2026-11-02T10:00:00Z", "type": kind, "payload": payload}


def use(name="mcp__torii__list_apps", id_="c1", **more):
    return line("response_item", **{"type": "function_call", "name": name, "call_id": id_, "arguments": "{}"} | more)


def back(id_="c1"):
    return line("response_item", type="function_call_output", call_id=id_, output="{}")


def event(kind, **more):
    return line("event_msg", type=kind, **more)


META = line("session_meta", id="s1")
INVOCATION = {"server": "torii", "tool": "run_workflow", "arguments": {}}
READ, ACTION = (use(), back()), use("mcp__torii__run_workflow", "c2")
CLEAN = [META, *READ]
PLACES = {
    "first message": [META, ACTION, *READ],
    "nested": [META, *READ, event("item_completed", item={"type": "McpToolCall", "id": "c2"} | INVOCATION)],
    "result alone": [META, *READ, back("c2")],
    "call alone": [META, *READ, ACTION],
    "other branch": [META, *READ, event("collab_agent_spawn_end", new_thread_id="s2")],
    "unknown kind": [META, *READ, line("response_item", type="surprise", name="run_workflow")],
    "the end of a call": [META, *READ, event("mcp_tool_call_end", call_id="c2", invocation=INVOCATION, result={})],
    "an end under the id of a read": [META, *READ, event("mcp_tool_call_end", call_id="c1", invocation=INVOCATION)],
    "the surroundings": [META, *READ, line("world_state", state={"calls": [ACTION["payload"]]})],
    "a message of an agent": [META, *READ, line("response_item", type="agent_message", content=[ACTION["payload"]])],
    "a line of an unknown kind": [META, *READ, ACTION | {"type": "surprise"}],
    "an event of an unknown kind": [META, *READ, event("surprise", invocation=INVOCATION)],
    "a part of a message": [
        META, *READ, line("response_item", type="message", role="assistant", content=[{"type": "mcp_call"}])
    ],
    **{
        f"the {kind} alone": [META, *READ, event(kind, call_id="c9", command=[json.dumps(INVOCATION)])]
        for kind in (
            "exec_command_end", "patch_apply_end", "web_search_end", "view_image_tool_call", "image_generation_end",
        )
    },
}  # fmt: skip
