import base64
import json

from tests.audit.places import anthropic_messages, gemini, mcp_wire, openai_chat, openai_responses

JSON, STREAM = "application/json", "text/event-stream"
CLAUDE = {"model": "x", "max_tokens": 9, "messages": [{"role": "user", "content": "go"}]}
SOCKET = [{"type": "send", "data": json.dumps(mcp_wire.ACTION)}]


def events(*values):
    return "".join(f"event: message\ndata: {json.dumps(value)}\n\n" for value in values)


def entry(asked=None, answered=None, kind=JSON, **more):
    """A request with its answer; a text is a body as it stands."""
    post = {} if asked is None else {"postData": {"mimeType": JSON, "text": json.dumps(asked)}}
    text = answered if isinstance(answered, str | None) else json.dumps(answered)
    body = {"mimeType": kind, "size": 0 if answered is None else 9} | ({} if answered is None else {"text": text})
    method = "GET" if asked is None else "POST"
    sides = {"request": {"method": method, "url": "https://x"} | post, "response": {"status": 200, "content": body}}
    return {"startedDateTime": "2026-11-02T09:00:00.000Z"} | sides | more


def archive(*entries, **more):
    return [{"log": {"version": "1.2", "creator": {"name": "x"}, "entries": [*entries]} | more}]


def coded(value):
    found = entry(None, base64.b64encode(json.dumps(value).encode()).decode())
    found["response"]["content"]["encoding"] = "base64"
    return found


def posted(text, kind, **more):
    request = {"method": "POST", "postData": {"mimeType": kind, "text": text} | more}
    return {"request": request, "response": {"content": {"size": 0, "mimeType": "x-unknown"}}}


READ = entry(mcp_wire.READ[0], events(mcp_wire.READ[1]), STREAM)
ACTION = entry(mcp_wire.ACTION, mcp_wire.DONE)
PAGE = entry(None, "<html>run_workflow</html>", "text/html; charset=utf-8")
CLEAN = archive(PAGE, READ, entry(mcp_wire.NOTE))
ANSWER = anthropic_messages.answer(*anthropic_messages.ACTION)
PLACES = {
    "first message": archive(ACTION, READ),
    "nested": archive(READ, entry({"more": mcp_wire.ACTION})),
    "result alone": archive(READ, entry(None, mcp_wire.DONE)),
    "call alone": archive(READ, entry(mcp_wire.ACTION)),
    "other branch": archive(READ, entry([mcp_wire.ACTION], [mcp_wire.DONE])),
    "unknown kind": archive(READ, entry({"tool": "run_workflow"}, {"ok": True})),
    "a coded body": archive(READ, coded(mcp_wire.DONE)),
    "a body whose code is broken": archive(
        READ, coded(1) | {"response": {"content": {"text": "%", "encoding": "base64"}}}
    ),
    "a body of another kind": archive(READ, entry(None, "abc", "application/grpc")),
    "a body that says it is a page": archive(READ, entry(mcp_wire.ACTION, mcp_wire.DONE, "text/html")),
    "a stream that says it is text": archive(READ, entry(None, events(mcp_wire.DONE), "text/plain")),
    "a body that is cut off": archive(READ, entry(None, '{"jsonrpc": "2.0", "id": 2')),
    "a body that was not saved": archive(READ, entry(mcp_wire.NOTE, response={"content": {"mimeType": JSON}})),
    "a body that was left out": archive(READ, {"request": {"method": "POST"}, "response": PAGE["response"]}),
    "a body without its kind": archive(READ, posted("x", "")),
    "a body after a mark of bytes": archive(READ, posted("\ufeff" + json.dumps(mcp_wire.ACTION), "text/plain")),
    "a call in a text": archive(READ, posted(f"82:{json.dumps(mcp_wire.ACTION)}", "text/plain; charset=utf-8")),
    "a call in a form": archive(
        READ,
        posted("", "application/x-www-form-urlencoded", params=[{"name": "m", "value": json.dumps(mcp_wire.ACTION)}]),
    ),
    "events beside the body": archive(READ, entry(_eventSourceMessages=[{"data": json.dumps(mcp_wire.ACTION)}])),
    "a socket": archive(READ, entry(_webSocketMessages=SOCKET)),
    "an entry that is none": archive(READ, 7),
    "beside the request": archive(READ | {"more": mcp_wire.ACTION}),
    "beside the entries": archive(READ, more=[mcp_wire.ACTION]),
    "an answer of Claude": archive(READ, entry(CLAUDE, ANSWER)),
    "a stream of Claude": archive(
        READ, entry(CLAUDE, events(*anthropic_messages.stream(*anthropic_messages.ACTION)), STREAM)
    ),
    "an answer of a chat": archive(
        READ, entry({"messages": []}, openai_chat.completion(openai_chat.asks(openai_chat.call("run_workflow"))))
    ),
    "an answer of Responses": archive(READ, entry({"input": "go"}, openai_responses.response(openai_responses.ACTION))),
    "an answer of Gemini": archive(
        READ, *(entry({"contents": []}, [*records]) for records in [gemini.PLACES["call alone"]])
    ),
    "a request that has no answer": archive(READ, entry(anthropic_messages.REQUEST)),
}
