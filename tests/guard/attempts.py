"""Messages that try to act, by the row of threats.yaml that they belong to; most of them no SDK could even say."""

import json

import httpx2

from tests.guard.fake_torii import READ

LEGACY = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
MODERN_META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


def message(method="tools/call", **params):
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params}


def opened(url, version="2025-11-25"):
    """The headers of a session of an earlier revision."""
    hello = message("initialize", protocolVersion=version, capabilities={}, clientInfo={"name": "r", "version": "1"})
    answer = httpx2.post(url, json=hello, headers=LEGACY, trust_env=False)
    headers = {**LEGACY, "mcp-session-id": answer.headers["mcp-session-id"]}
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    httpx2.post(url, json=ready, headers=headers, trust_env=False)
    return headers


def sent(url, body, headers=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx2.post(url, content=content, headers=headers or opened(url), timeout=20, trust_env=False)


ACTION = {"name": "run_workflow", "arguments": {"idWorkflow": 1}}
TWICE = b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_apps","name":"run_workflow"}}'
ATTEMPTS = {
    "N1 letter case": message(name="Run_Workflow"),
    "N1 letter case of a read": message(name="LIST_APPS"),
    "N2 look-alike": message(name="lis\u0442_apps"),
    "N2 full width": message(name="\uff4cist_apps"),
    "N2 zero width": message(name="run_workflow\u200b"),
    "N3 no name": message(name=""),
    "N3 long name": message(name="x" * 129),
    "N3 line end": message(name="run_workflow\n"),
    "N3 null byte": message(name="run_workflow\0"),
    "N3 prototype": message(name="__proto__"),
    "N4 namespace": message(name="mcp__torii__run_workflow"),
    "N4 dotted namespace": message(name="torii.list_apps"),
    "N4 carrier": message(name="multi_tool_use.parallel", arguments={"tool_uses": [ACTION]}),
    "N5 longer name": message(name="list_apps_and_delete"),
    "A1 write by argument": message(name=READ, arguments={"action": "archive"}),
    "A1 statement": message(name=READ, arguments={"sql": "DELETE FROM apps"}),
    "A2 wrong type": message(name=READ, arguments={"size": "1; DROP"}),
    "A2 huge argument": message(name=READ, arguments={"q": "x" * 1_000_000}),
    "A2 deep argument": message(name=READ, arguments={"filters": json.loads("[" * 100 + "]" * 100)}),
    "P1 input given unasked": message(**ACTION, inputResponses={"a": {}}, requestState="s"),
    "P3 task": message(**ACTION, task={"ttl": 1000}),
    "P3 task update": message("tasks/update", taskId="1"),
    "P4 batch": [message(name=READ), message(**ACTION)],
    "P4 notification": {"jsonrpc": "2.0", "method": "tools/call", "params": ACTION},
    "P4 answer": {"jsonrpc": "2.0", "id": 1, "result": ACTION, "method": "tools/call", "params": ACTION},
    "P5 key twice": TWICE,
    "P5 method twice": TWICE.replace(b'"params"', b'"method":"tools/list","params"'),
    "P6 prompts": message("prompts/get", name="x"),
    "P6 resource": message("resources/read", uri="file:///etc/passwd"),
    "P6 completion": message("completion/complete", ref={"type": "ref/prompt", "name": "x"}),
    "P6 log level": message("logging/setLevel", level="debug"),
    "P6 unknown method": message("tools/execute", **ACTION),
    "T5 nested without end": b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":' + b"[" * 100_000,
    "T5 no JSON": b"\xff\xfe",
    "O7 oversized": b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"' + b"x" * 5_000_000,
}
