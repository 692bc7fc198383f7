def item(kind="mcp_tool_call", event="item.completed", **more):
    return {"type": event, "item": {"id": "i1", "type": kind} | more}


def use(tool="list_apps", id_="i1", **more):
    call = {"id": id_, "server": "torii", "tool": tool, "arguments": {}, "status": "completed"}
    return item(**call | more)


def thread(*events):
    return [{"type": "thread.started", "thread_id": "th"}, *events, {"type": "turn.completed"}]


READ, ACTION = use(), use("run_workflow", "i2")
CLEAN = thread(READ)
DATA = r"1/item/arguments"
PLACES = {
    "first message": thread(ACTION, READ),
    "nested": thread(READ, item("group", items=[ACTION["item"]])),
    "result alone": thread(READ, use(None, "i2", result={"content": []})),
    "call alone": thread(READ, use("run_workflow", "i2", status="in_progress")),
    "other branch": thread(READ, item("collab_tool_call", receiver_thread_ids=["th2"])),
    "unknown kind": thread(READ, item("surprise", tool="run_workflow")),
    "an event of another kind": thread(READ, ACTION | {"type": "turn.started"}),
    "an event of an unknown kind": thread(READ, ACTION | {"type": "surprise"}),
    "the end of a turn": thread(READ, ACTION | {"type": "turn.failed"}),
    "an item that is a list": thread(READ, {"type": "item.completed", "item": [ACTION["item"]]}),
}
