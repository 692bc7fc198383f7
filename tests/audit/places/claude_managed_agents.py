def use(name="list_apps", id_="e1", **more):
    call = {"name": name, "input": {}, "mcp_server_name": "torii"}
    return {"id": id_, "type": "agent.mcp_tool_use", "evaluated_permission": "allow"} | call | more


def back(id_="e1", **more):
    return {"id": f"r-{id_}", "type": "agent.mcp_tool_result", "mcp_tool_use_id": id_, "content": []} | more


END = {"id": "z", "type": "session.status_idle"}
READ, ACTION = (use(), back()), use("run_workflow", "e2")
CLEAN = [*READ, END]
DATA = r"0/input"
PLACES = {
    "first message": [ACTION, *READ, END],
    "nested": [
        *READ,
        {"id": "m", "type": "agent.message", "content": [{"type": "tool_use", "name": "run_workflow"}]},
        END,
    ],
    "result alone": [*READ, back("e2"), END],
    "call alone": [*READ, ACTION, END],
    "other branch": [*READ, {"id": "t", "type": "session.thread_created"}, END],
    "unknown kind": [*READ, use("run_workflow", "e2", type="surprise"), END],
    "an unknown kind of a known family": [*READ, use("run_workflow", "e2", type="span.tool_use"), END],
    "an event that has data": [*READ, ACTION | {"data": []}, END],
    "a page": [{"data": [*READ, ACTION, END], "next_page": None}],
}
