def use(name="list_apps", id_="t1", status="success", **more):
    result = [{"functionResponse": {"id": id_, "name": name, "response": {"output": "x"}}}]
    return {"id": id_, "name": f"mcp_torii_{name}", "args": {}, "status": status, "result": result} | more


def gemini(*calls, id_="m2", **more):
    held = {"toolCalls": [*calls]} if calls else {"content": "Done."}
    return {"id": id_, "type": "gemini", "content": "", "model": "x"} | held | more


def session(*messages, **more):
    start = {"sessionId": "g", "projectHash": "h", "startTime": "2026-11-02T09:00:00Z", "kind": "main"}
    return [start | {"messages": [USER, *messages, gemini(id_="m9")]} | more]


def log(*records):
    return [{"sessionId": "g", "projectHash": "h", "kind": "main"}, USER, *records, gemini(id_="m9")]


USER = {"id": "m1", "type": "user", "content": "go"}
READ, ACTION = use(), use("run_workflow", "t2")
CLEAN = session(gemini(READ))
DATA = r"0/messages/1/toolCalls/0/result/0/functionResponse/response"
PLACES = {
    "first message": session(USER | {"toolCalls": [ACTION]}, gemini(READ)),
    "nested": session(gemini(READ), {"id": "m3", "type": "info", "content": [{"functionCall": {"name": "x"}}]}),
    "result alone": session(gemini(READ), {"id": "m3", "type": "user", "content": [READ["result"][0]]}),
    "call alone": session(gemini(READ, {"id": "t2", "name": "run_workflow"})),
    "other branch": log(gemini(READ, ACTION), {"$rewindTo": "m1"}, gemini(READ)),
    "unknown kind": session(gemini(READ), gemini(ACTION, type="surprise")),
    "a message in lines": log(gemini(READ), gemini(ACTION)),
    "a message that was set": log(gemini(READ), {"$set": {"messages": [gemini(ACTION)]}}),
    "a message that is written again": log(gemini(READ), gemini(READ, ACTION), gemini(READ)),
    "another call under the same id": log(gemini(READ), gemini(use("run_workflow"))),
    "other arguments under the same id": log(gemini(READ), gemini(use(args={"mode": "apply"}))),
    "beside what was set": log(gemini(READ), {"$set": {"more": [{"toolCalls": [ACTION]}]}}),
    "beside the messages": session(gemini(READ), more={"toolCalls": [ACTION]}),
    "what a call shows": session(gemini(use(resultDisplay={"recentActivity": [{"type": "tool_call"}]}))),
    "a sub-agent": session(gemini(use(agentId="a1"))),
    "a record that is none": log(gemini(READ), {"sessionId": "g", "more": ACTION}),
    "a session without its beginning": log(gemini(READ, ACTION))[1:] + log(gemini(READ)),
}
