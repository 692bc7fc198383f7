import json

from tests.audit.places import anthropic_messages, mcp_wire, openai_chat

JSON = {"Content-Type": ["application/json"]}
CLAUDE = {"model": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "go"}]}


def events(*values):
    return "".join(f"event: message\ndata: {json.dumps(value)}\n\n" for value in values)


def body(value):
    return value if value is None or isinstance(value, str | bytes) else json.dumps(value)


def interaction(asked=None, answered="", kind=None, **more):
    headers = {"content-type": [kind]} if kind else JSON
    request = {"method": "POST", "uri": "https://x", "headers": JSON, "body": body(asked)}
    response = {"status": {"code": 200}, "headers": headers, "body": {"string": body(answered)}}
    return {"request": request, "response": response} | more


def cassette(*interactions, **more):
    return [{"interactions": list(interactions), "version": 1} | more]


READ = interaction(mcp_wire.READ[0], events(mcp_wire.READ[1]), "text/event-stream")
ACTION = interaction(mcp_wire.ACTION, mcp_wire.DONE)
CLEAN = cassette(interaction(mcp_wire.NOTE), READ)
PLACES = {
    "first message": cassette(ACTION, READ),
    "nested": cassette(READ, interaction({"more": mcp_wire.ACTION})),
    "result alone": cassette(READ, interaction(None, mcp_wire.DONE)),
    "call alone": cassette(READ, interaction(mcp_wire.ACTION)),
    "other branch": cassette(READ, interaction([mcp_wire.ACTION], [mcp_wire.DONE])),
    "unknown kind": cassette(READ, interaction({"tool": "run_workflow"}, {"ok": True})),
    "the list of another library": [{"http_interactions": [READ, ACTION], "recorded_with": "VCR 6.0.0"}],
    "a body that was read before": cassette(READ, READ | {"request": {"parsed_body": mcp_wire.ACTION}}),
    "a coded body that is broken": cassette(READ, READ | {"response": {"body": {"base64_string": "%"}}}),
    "a body of another kind": cassette(READ, interaction(None, "abc", "application/grpc")),
    "a body that is cut off": cassette(READ, interaction('{"jsonrpc": "2.0", "id": 2')),
    "a body that was not saved": cassette(READ, READ | {"response": {"body": {"file": "x"}}}),
    "a request without a body": cassette(READ, READ | {"request": {"method": "POST"}}),
    "a body that was left out": cassette(READ, interaction(None)),
    "a body that was hidden": cassette(READ, READ | {"request": {"method": "POST", "body": "<FILTERED>"}}),
    "a response without a body": cassette(READ, interaction(mcp_wire.NOTE, None)),
    "an interaction that is none": cassette(READ, 7),
    "beside the body": cassette(READ | {"request": READ["request"] | {"more": mcp_wire.ACTION}}),
    "beside the request": cassette(READ | {"more": mcp_wire.ACTION}),
    "beside the interactions": cassette(READ, more={"x": [mcp_wire.ACTION]}),
    "a cassette without its end": [{"interactions": [READ]}],
    "an answer of Claude": cassette(READ, interaction(CLAUDE, anthropic_messages.answer(*anthropic_messages.ACTION))),
    "an answer of a chat": cassette(
        READ, interaction({"messages": []}, openai_chat.completion(openai_chat.asks(openai_chat.call("run_workflow"))))
    ),
}
