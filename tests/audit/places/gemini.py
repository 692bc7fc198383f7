def call(name, key="functionCall"):
    return {key: {"name": name, "args": {}}}


def back(name, key="functionResponse"):
    return {key: {"name": name, "response": {}}}


def model(*parts):
    return {"role": "model", "parts": list(parts)}


def user(*parts):
    return {"role": "user", "parts": list(parts)}


def answer(*parts, **more):
    candidate = {"content": model(*parts), "finishReason": "STOP"} | more.pop("candidate", {})
    return {"candidates": [candidate], "responseId": "r"} | more


CALL, BACK, SAID = call("run_workflow"), back("run_workflow"), {"text": "Two."}
READ = (user({"text": "?"}), model(call("list_apps")), user(back("list_apps")))
REQUEST = {"contents": [*READ]}
CLEAN = [REQUEST | answer(SAID)]
DATA = r"0/contents/\d/parts/0/function\w+(/.*)?"
PLACES = {
    "first message": [{"contents": [model(CALL), user(BACK), *READ]} | answer(SAID)],
    "nested": [REQUEST | answer(SAID) | {"response": answer(CALL)}],
    "result alone": [{"contents": [*READ, user(BACK)]} | answer(SAID)],
    "call alone": [REQUEST | answer(CALL)],
    "other branch": [REQUEST | {"candidates": [*answer(SAID)["candidates"], *answer(CALL)["candidates"]]}],
    "unknown kind": [REQUEST | answer(SAID, {"surprise": CALL})],
    "the history of the SDK": [REQUEST | answer(SAID, automaticFunctionCallingHistory=[model(CALL), user(BACK)])],
    "the instructions of the system": [REQUEST | answer(SAID, systemInstruction=model(CALL))],
    "beside the content": [REQUEST | answer(SAID, candidate={"parts": [CALL]})],
    "another spelling of the candidates": [REQUEST | {"Candidates": answer(CALL)["candidates"]} | answer(SAID)],
    "another spelling in a part": [REQUEST | answer(call("list_apps") | call("run_workflow", "function_call"))],
    "another spelling of the name": [REQUEST | answer({"functionCall": {"NAME": "run_workflow", "name": "list_apps"}})],
    "a result of code": [REQUEST | answer(SAID, {"codeExecutionResult": {"output": "done"}})],
    "a result of a tool": [REQUEST | answer(SAID, {"toolResponse": {"toolType": "X", "response": {}}})],
    "contents of another type": [REQUEST | answer(SAID, candidate={"content": [CALL]})],
    "a content of an unknown role": [{"contents": [*READ, {"role": "tool", "parts": [CALL]}]} | answer(SAID)],
}
