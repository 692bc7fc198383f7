import json


def use(name="list_apps", id_=1, **more):
    params = {"name": name, "arguments": {}}
    return {"jsonrpc": "2.0", "id": id_, "method": "tools/call", "params": params} | more


def back(id_=1, **result):
    return {"jsonrpc": "2.0", "id": id_, "result": {"content": []} | result}


def without(message, *keys):
    return {key: value for key, value in message.items() if key not in keys}


READ, ACTION, DONE = (use(), back()), use("run_workflow", 2), back(2)
LISTED = {"jsonrpc": "2.0", "id": 9, "method": "tools/list"}
GATE = {"method": "tools/call", "tool": "run_workflow", "arguments": {}, "allowed": True}
NOTE = {"jsonrpc": "2.0", "method": "notifications/initialized"}
CLEAN = [*READ]
# What else a log of this kind holds is no evidence of MCP: gateways log what models asked for as well.
DATA = r"\d/(params|result)(/.*)?|\d"
PLACES = {
    "first message": [ACTION, *READ],
    "nested": [{"out": READ[0], "more": {"inner": ACTION}}, {"in": READ[1]}],
    "result alone": [*READ, DONE],
    "call alone": [*READ, ACTION],
    "other branch": [[READ[0], {"message": ACTION}], [READ[1], {"message": DONE}]],
    "unknown kind": [*READ, use("run_workflow", 2, method="tools/run")],
    "very deep": [{"out": READ[0], "more": [[[{"a": {"b": [{"c": ACTION}]}}]]]}, READ[1]],
    "beside the members of a message": [READ[0] | {"inner": ACTION}, READ[1]],
    "no mark": [*READ, {"a": without(ACTION, "jsonrpc")}, READ[1]],
    "no mark beside one": [{"a": READ[0], "b": without(ACTION, "jsonrpc")}, READ[1]],
    "a number as mark": [*READ, {"b": ACTION | {"jsonrpc": 2.0}}],
    "nothing as mark": [*READ, {"b": ACTION | {"jsonrpc": None}}],
    "a result without its mark": [{"a": READ[0], "b": without(DONE, "jsonrpc")}, READ[1]],
    "a call without an id": [*READ, without(ACTION, "id")],
    "a result without an id": [*READ, NOTE, without(DONE, "id")],
    "a result under the id of another request": [*READ, LISTED, back(9)],
    "a result under an id that is as large": [*READ, LISTED | {"id": 2}, back(2.0)],
    "a message that is both": [*READ, use("run_workflow", 2, method="tools/list", result={"content": []})],
    "a line of a gate, deeper": [{"a": READ[0], "log": GATE}, READ[1]],
    "beside the members of a gate's line": [
        without(GATE, "tool") | {"tool": "list_apps", "previous": "", "inner": ACTION}
    ],
    "an unknown method at the gate": [*READ, GATE | {"method": "tasks/update", "previous": ""}],
    "arguments outside a message": [{"out": READ[0], "call": {"tool": "run_workflow", "arguments": {}}}, READ[1]],
    "a tool that is named like a host's list of tools": [*READ, use("ToolSearch", 2), DONE],
    "a server that asks": [*READ, {"jsonrpc": "2.0", "id": 3, "method": "sampling/createMessage", "params": {}}],
    "a long key": [{"a": READ[0], "k" * 300: json.loads(json.dumps({"b": {"c": ACTION}}))}, READ[1]],
}
