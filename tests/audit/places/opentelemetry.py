import json


def attributes(**given):
    return [{"key": key.replace("__", "."), "value": {"stringValue": value}} for key, value in given.items()]


def span(id_="a", **more):
    return {"traceId": "01", "spanId": id_, "attributes": []} | more


def tool(name="list_apps", id_="a", **more):
    told = attributes(
        gen_ai__operation__name="execute_tool", gen_ai__tool__name=name, gen_ai__tool__call__arguments="{}"
    )
    return span(id_, attributes=told, **more)


def batch(*spans, **more):
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": list(spans)}]}]} | more


def chat(**message):
    output = [{"role": "assistant"} | message]
    return span("b", attributes=attributes(gen_ai__output__messages=json.dumps(output)))


CALL = {"type": "tool_call", "id": "c1", "name": "run_workflow", "arguments": {}}
BACK = {"type": "tool_call_response", "id": "c1", "response": "done"}
READ, ACTION = tool(), tool("run_workflow", "b")
CLEAN = [batch(READ, chat(parts=[{"type": "text", "content": "Two."}]), span("c", attributes=attributes(x="y")))]
DATA = r".*/(attributes/.*|resource|scope)"
PLACES = {
    "first message": [batch(ACTION, READ)],
    "nested": [batch(READ, chat(parts=[CALL]))],
    "result alone": [batch(READ, chat(parts=[BACK]))],
    "call alone": [batch(READ, span("b", attributes=attributes(mcp__method__name="tools/call")))],
    "other branch": [batch(READ, ACTION | {"traceId": "02"})],
    "unknown kind": [batch(READ, chat(parts=[{"type": "surprise"}]))],
    "another place for spans": [
        {"resourceSpans": [*batch(READ)["resourceSpans"], {"instrumentationLibrarySpans": [{"spans": [ACTION]}]}]}
    ],
    "another spelling of the spans": [
        {"resourceSpans": [*batch(READ)["resourceSpans"], {"scopeSpans": [{"Spans": [ACTION]}]}]}
    ],
    "the logs": [batch(READ, resourceLogs=[{"scopeLogs": []}])],
    "beside the parts": [batch(READ, chat(parts=[], tool_calls=[{"function": {"name": "run_workflow"}}]))],
    "no parts": [batch(READ, chat(content=[CALL]))],
    "an attribute of an event": [
        batch(READ, span("b", events=[{"name": "x", "attributes": attributes(tool_calls=json.dumps([CALL]))}]))
    ],
    "an event of earlier conventions": [batch(READ, span("b", events=[{"name": "gen_ai.choice", "attributes": []}]))],
    "another method of MCP": [batch(READ, span("b", attributes=attributes(mcp__method__name="tasks/update")))],
    "the name alone": [batch(READ, span("b", name="execute_tool run_workflow"))],
    **{
        f"the convention of {key}": [batch(READ, span("b", attributes=attributes(**{key: value})))]
        for key, value in {
            "tool__name": "run_workflow",
            "ai__toolCall__name": "run_workflow",
            "openinference__span__kind": "TOOL",
            "traceloop__span__kind": "tool",
            "gen_ai__completion__0__function_call__name": "run_workflow",
        }.items()
    },
}
