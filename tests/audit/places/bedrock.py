from tests.audit.places import anthropic_messages


def use(name="list_apps", id_="t1", **more):
    return {"toolUse": {"toolUseId": id_, "name": name, "input": {}} | more}


def back(id_="t1", **more):
    return {"toolResult": {"toolUseId": id_, "content": [{"text": "x"}]} | more}


def said(*blocks, role="assistant"):
    return {"role": role, "content": [*blocks]}


def asked(*messages, **more):
    return {"messages": [said({"text": "go"}, role="user"), *messages]} | more


def answered(*blocks, reason="end_turn", **more):
    message = said(*blocks or ({"text": "Done."},))
    return {"output": {"message": message}, "stopReason": reason, "usage": {}} | more


def logged(request, answer, operation="Converse", **more):
    line = {"schemaType": "ModelInvocationLog", "schemaVersion": "1.0", "requestId": "r1", "operation": operation}
    sides = {"input": {"inputBodyJson": request}, "output": {"outputBodyJson": answer}}
    return line | sides | more


def turn(name="list_apps", id_="t1"):
    return [said(use(name, id_)), said(back(id_), role="user")]


READ, ACTION = turn(), turn("run_workflow", "t2")
CLEAN = [logged(asked(*READ), answered())]
CLAUDE = {"anthropic_version": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "go"}]}
ANSWER = {"id": "m", "type": "message", "role": "assistant", "stop_reason": "end_turn"}
ACTION_OF_CLAUDE = [{"type": "mcp_tool_use", "id": "t2", "name": "run_workflow", "server_name": "torii", "input": {}}]
PLACES = {
    "first message": [logged(asked(*ACTION, *READ), answered())],
    "nested": [logged(asked(*READ, said({"text": "x", "document": {"more": [{"toolUseId": "t2"}]}})), answered())],
    "result alone": [logged(asked(*READ, said(back("t2"), role="user")), answered())],
    "call alone": [logged(asked(*READ), answered(use("run_workflow", "t2"), reason="tool_use"))],
    "other branch": [asked(*READ) | answered(), said(use("run_workflow", "t2")), said(back("t2"), role="user")],
    "unknown kind": [logged(asked(*READ, said({"surprise": use("run_workflow")["toolUse"]})), answered())],
    "an answer": [answered(use("run_workflow"), reason="tool_use")],
    "a request that is not answered": [asked(*READ, said(use("run_workflow", "t2")))],
    "a tool of the provider": [logged(asked(*READ), answered(use("run_workflow", "t2", type="server_tool_use")))],
    "beside the messages": [logged(asked(*READ, more={"toolCalls": [{"name": "x"}]}), answered())],
    "beside the answer": [logged(asked(*READ), answered(more={"toolCalls": [{"name": "x"}]}))],
    "beside the bodies": [logged(asked(*READ), answered(), more={"toolCalls": [{"name": "x"}]})],
    "a body that is elsewhere": [logged(asked(*READ), None, output={"outputBodyS3Path": "s3://x"})],
    "beside a result": [
        logged(
            asked(said(use()), said(back(content=[{"json": {}, "more": use()["toolUse"]}]), role="user")), answered()
        )
    ],
    "an invocation that failed": [logged(asked(*READ), answered(), errorCode="x")],
    "a stream of Converse": [logged(asked(*READ), [{"contentBlockStart": {"start": use("run_workflow")}}])],
    "an answer of Claude": [logged(CLAUDE, ANSWER | {"content": ACTION_OF_CLAUDE}, "InvokeModel")],
    "a stream of Claude": [
        logged(CLAUDE, [*records], "InvokeModelWithResponseStream")
        for records in [anthropic_messages.stream(*ACTION_OF_CLAUDE)]
    ],
    "a body of an unknown API": [*CLEAN, logged({"prompt": "go"}, {"completion": "run_workflow"}, "InvokeModel")],
}
