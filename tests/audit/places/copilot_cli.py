def event(kind, **data):
    return {"type": kind, "data": data, "id": "e", "timestamp": "2026-11-02T09:00:00.000Z"}


def asks(name="list_apps", id_="t1", **more):
    request = {"toolCallId": id_, "name": f"torii-{name}", "arguments": {}} | more
    return event("assistant.message", content="", toolRequests=[request])


def starts(name="list_apps", id_="t1", **more):
    call = {"toolCallId": id_, "toolName": f"torii-{name}", "arguments": {}}
    return event("tool.execution_start", **call | {"mcpServerName": "torii", "mcpToolName": name} | more)


def ends(id_="t1", **more):
    return event("tool.execution_complete", **{"toolCallId": id_, "success": True, "result": {"content": "x"}} | more)


def session(*events):
    return [event("session.start", sessionId="s"), event("user.message", content="go"), *events, SAID]


SAID = event("assistant.message", content="Done.")
READ, ACTION = (asks(), starts(), ends()), (asks("run_workflow", "t2"), starts("run_workflow", "t2"), ends("t2"))
PERMISSION = {"kind": "mcp", "serverName": "torii", "toolName": "run_workflow", "toolCallId": "t2", "args": {}}
ASKED = [{"type": "tool_use", "name": "run_workflow"}]
CLEAN = session(*READ)
PLACES = {
    "first message": [*ACTION, *session(*READ)],
    "nested": session(*READ, starts("run_workflow", "t2", parentToolCallId="t1")),
    "result alone": session(*READ, ends("t2")),
    "call alone": session(*READ, asks("run_workflow", "t2")),
    "other branch": session(*READ, event("subagent.completed", toolCallId="t1", totalToolCalls=1)),
    "unknown kind": session(*READ, event("surprise.tool", toolName="run_workflow")),
    "a start alone": session(*READ, starts("run_workflow", "t2")),
    "another tool under the same id": session(*READ, starts("run_workflow")),
    "another request under the same id": session(asks("run_workflow"), *READ),
    "a question": session(*READ, event("permission.requested", requestId="r", permissionRequest=PERMISSION)),
    "a request of a person": session(*READ, event("tool.user_requested", toolCallId="t2", toolName="run_workflow")),
    "a request to an extension": session(*READ, event("external_tool.requested", toolName="run_workflow")),
    "a piece of a request": session(
        *READ, event("assistant.tool_call_delta", toolCallId="t2", toolName="run_workflow")
    ),
    "a call that is running": session(*READ, event("tool.execution_progress", toolCallId="t2")),
    "an app's view": session(*READ, event("mcp_app.tool_call_complete", toolName="run_workflow", serverName="torii")),
    "the provider": session(*READ, event("assistant.message", content="", serverTools={"items": [{}]})),
    "code": session(*READ, asks("list_apps", "t2", caller={"type": "program", "callerId": "p"}), starts(id_="t2")),
    "beside the members of an event": session(*READ, event("session.info", calls=[{"toolCalls": [{"name": "x"}]}])),
    "beside an event": session(*READ, event("session.info") | {"toolCalls": [{"name": "x"}]}),
    "beside the members of a question": session(
        *READ,
        event("permission.requested", permissionRequest=PERMISSION | {"toolCallId": "t1", "more": ASKED}),
    ),
    "a sub-agent that has not ended": session(*READ, event("subagent.started", toolCallId="t1")),
    "a session that was rewound": session(*READ, event("session.snapshot_rewind", upToEventId="e", eventsRemoved=3)),
    "an event without data": session(*READ, {"type": "tool.execution_start", "id": "e"}),
}
