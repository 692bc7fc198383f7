SOURCE = {"type": "mcp", "serverLabel": "torii", "label": "torii", "definitionId": "d", "collectionId": "c"}


def shown(name="list_apps", id_="c1", **more):
    details = {"input": "{}", "output": [{"type": "embed", "isText": True, "value": "[]"}], "isError": False}
    part = {"kind": "toolInvocationSerialized", "toolId": f"mcp_torii_{name}", "toolCallId": id_, "source": SOURCE}
    return part | {"isConfirmed": {"type": 1}, "isComplete": True, "resultDetails": details} | more


def result(*calls, **more):
    metadata = {"toolCallRounds": [{"id": "r", "response": "", "toolCalls": [*calls]}]} if calls else {}
    return {"timings": {}, "metadata": metadata | more}


def asked(name="list_apps", id_="toolu_1", arguments="{}"):
    return {"id": id_, "name": f"mcp_torii_{name}", "arguments": arguments}


def request(*parts, **more):
    base = {"requestId": "q", "message": {"text": "go"}, "response": [*parts, {"value": "Done."}], "result": result()}
    return base | more


def session(*requests, **more):
    return {"sessionId": "s", "responderUsername": "GitHub Copilot", "requests": [*requests]} | more


def without(part, *keys):
    return {key: value for key, value in part.items() if key not in keys}


def log(*changes, **state):
    return [{"kind": 0, "v": session(request(shown())) | state}, *changes]


READ, ACTION = shown(), shown("run_workflow", "c2")
CLEAN = [session(request(READ))]
PLACES = {
    "first message": [session(request(ACTION), request(READ))],
    "nested": [session(request(READ, {"kind": "progressTaskSerialized", "progress": [{"toolCalls": [asked()]}]}))],
    "result alone": [session(request(READ, result=result(toolCallResults={"c2": {"content": []}})))],
    "call alone": [session(request(READ, without(ACTION, "resultDetails")))],
    "other branch": [*log({"kind": 2, "k": ["requests", 0, "response"], "i": 0, "v": [ACTION]})],
    "unknown kind": [session(request(READ, ACTION | {"kind": "surprise"}))],
    "asked for": [session(request(READ, result=result(asked("run_workflow"))))],
    "asked for beside one that was shown": [session(request(READ, result=result(asked(), asked("run_workflow"))))],
    "beside one that was asked for": [session(request(READ, result=result(asked() | {"more": {"toolCalls": [1]}})))],
    "beside what a call was given": [
        session(request(READ | {"toolSpecificData": {"rawInput": {}, "more": {"toolCalls": [1]}}}))
    ],
    "asked for twice and shown once": [session(request(ACTION, READ, result=result(asked("run_workflow", "a"))))],
    "a tool that was begun": [session(request(READ, {"kind": "prepareToolInvocation", "toolName": "run_workflow"}))],
    "an external tool": [session(request(READ, {"kind": "externalToolInvocationUpdate", "toolName": "run_workflow"}))],
    "a sub-agent": [session(request(READ, ACTION | {"subAgentInvocationId": "c1"}))],
    "an answer to a server": [session(request(READ, {"kind": "elicitationSerialized", "state": "accepted"}))],
    "beside the requests": [session(request(READ), pendingRequests=[{"toolCalls": [asked("run_workflow")]}])],
    "beside the response": [session(request(READ, more=[{"toolCalls": [asked("run_workflow")]}]))],
    "a session in a log": log(requests=[request(ACTION)]),
    "a request in a log": log({"kind": 2, "k": ["requests"], "v": [request(ACTION)]}),
    "a request that a log replaces": log({"kind": 1, "k": ["requests", 0], "v": request(ACTION)}),
    "a part that a log replaces": log({"kind": 1, "k": ["requests", 0, "response", 0], "v": ACTION}),
    "a result in a log": log({"kind": 1, "k": ["requests", 0, "result"], "v": result(asked("run_workflow"))}),
    "a change inside a part": log({"kind": 1, "k": ["requests", 0, "response", 0, "toolId"], "v": "run_workflow"}),
    "another change in a log": log({"kind": 1, "k": ["more"], "v": [{"toolCalls": [asked("run_workflow")]}]}),
    "a way through a list in another spelling": log(
        {"kind": 1, "k": ["requests", "0", "response"], "v": [without(ACTION, "toolCallId")]}
    ),
    "a line that is none": log({"more": ACTION}),
    "a log without its beginning": [{"kind": 2, "k": ["requests"], "v": [request(READ)]}],
}
