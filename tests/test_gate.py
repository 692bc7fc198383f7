import json

import anyio
import httpx2
import pytest

from promptkit.client import TORII_URL
from promptkit.errors import PromptkitError
from promptkit.gate import MAX_MESSAGE_BYTES, Gate, GateError, SignInOrigins
from promptkit.model import ToolRule
from promptkit.policy import ToolPolicy

DEFINITION = {"name": "list_apps", "inputSchema": {"type": "object"}}
RULES = {
    "list_apps": ToolRule.model_validate({"class": "read", "capability": "read", "source": "test"}),
    "run_workflow": ToolRule.model_validate({"class": "action", "capability": "run", "source": "test"}),
}


def gate(log=None) -> Gate:
    made = Gate(log)
    made.policy = ToolPolicy(RULES, {"list_apps": DEFINITION}, (DEFINITION, {"name": "run_workflow"}))
    return made


def call(name: str, **params) -> bytes:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": {}} | params}
    return json.dumps(message).encode()


def test_a_reviewed_read_leaves():
    gate().check(call("list_apps"), {"mcp-method": "tools/call", "mcp-name": "list_apps"})
    gate().check(call("list_apps", _meta={"progressToken": 1}))


def test_the_arguments_of_a_reviewed_read_are_judged_too():
    with pytest.raises(GateError, match="mode"):
        gate().check(call("list_apps", arguments={"mode": "apply"}))


@pytest.mark.parametrize(
    "body",
    [
        call("run_workflow"),
        call("list_apps", task={"ttl": 1}),
        call("list_apps", inputResponses={}),
        b"[" + call("list_apps") + b"]",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_apps","name":"run_workflow"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{"name":"run_workflow"}}',
        b'{"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_apps"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"notifications/initialized"}',
        b'{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"x"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"tasks/update"}',
        b'{"jsonrpc":"2.0","id":1,"method":"completion/complete"}',
        b'{"jsonrpc":"2.0","id":1,"method":"logging/setLevel"}',
        b'{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}',
        b'{"jsonrpc":"2.0","id":1,"method":["tools/call"]}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}',
        call("list_apps").decode().encode("utf-16"),
        call("list_apps").decode().encode("utf-16-le"),
        call("list_apps").decode().encode("utf-32-be"),
        call("list_apps").decode().encode("utf-8-sig"),
        call("list_apps").replace(b"list_apps", b"list_apps\xed\xa0\x80"),
        call("list_apps", _meta={"n": float("nan")}),
        call("list_apps", _meta={"n": float("inf")}),
        b"[" * 200_000,
        b"\xff\xfe",
        b"not json",
        b"null",
        b" " * (MAX_MESSAGE_BYTES + 1),
    ],
    ids=lambda body: body[:60].decode("latin-1").strip() or "too large",
)
def test_what_reading_does_not_need_never_leaves(body):
    with pytest.raises(GateError):
        gate().check(body)


@pytest.mark.parametrize("headers", [{"mcp-name": "run_workflow"}, {"mcp-method": "tools/list"}])
def test_headers_that_disagree_with_the_body_never_leave(headers):
    with pytest.raises(GateError, match="header"):
        gate().check(call("list_apps"), headers)


def test_one_refusal_shuts_the_gate_for_good():
    shut = gate()
    with pytest.raises(GateError):
        shut.check(call("run_workflow"))
    with pytest.raises(GateError, match="shut"):
        shut.check(call("list_apps"))


def test_before_a_policy_is_set_every_call_is_refused():
    with pytest.raises(GateError):
        Gate().check(call("list_apps"))


def test_a_no_to_a_request_of_the_server_may_leave():
    gate().check(b'{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"Method not found"}}')


def test_each_message_is_logged_before_it_leaves_refused_ones_too():
    log: list[dict] = []
    watched = gate(log.append)
    watched.check(call("list_apps"))
    with pytest.raises(GateError):
        watched.check(call("run_workflow"))
    assert [(line["tool"], line["allowed"]) for line in log] == [("list_apps", True), ("run_workflow", False)]


def test_a_log_that_fails_stops_the_message():
    def full_disk(_):
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        gate(full_disk).check(call("list_apps"))


LOCAL_URL = "http://127.0.0.1:8000/mcp"


@pytest.mark.parametrize(
    ("server", "issuer"),
    [
        (TORII_URL, "http://127.0.0.1:8000"),
        (TORII_URL, "http://api.toriihq.com"),
        (TORII_URL, "javascript:alert(1)"),
        (TORII_URL, "https://somebody@api.toriihq.com"),
        (TORII_URL, "https:///"),
        (TORII_URL, "https://\x00"),
        (LOCAL_URL, "http://10.0.0.1"),
        (LOCAL_URL, "http://127.0.0.1.evil.example"),
        (LOCAL_URL, "file:///etc/passwd"),
    ],
)
def test_an_issuer_at_another_kind_of_address_is_not_admitted(server, issuer):
    with pytest.raises(PromptkitError, match="sign-in-address"):
        SignInOrigins(server).admit(issuer)


@pytest.mark.parametrize("address", ["https://127.0.0.1", "https://localhost", "https://[::1]", "https://10.1.2.3"])
def test_no_sign_in_of_a_public_server_reaches_this_machine_or_its_network(address):
    origins = SignInOrigins(TORII_URL)
    origins.admit(address)
    with pytest.raises(PromptkitError, match="at a private address"):
        anyio.run(origins.check, httpx2.Request("GET", f"{address}/.well-known/openid-configuration"))


@pytest.mark.parametrize(
    "request_",
    [
        httpx2.Request("GET", "http://127.0.0.1:8001/"),
        httpx2.Request("GET", "http://localhost:8000/"),
        httpx2.Request("DELETE", "http://127.0.0.1:8000/token"),
        httpx2.Request("POST", "http://127.0.0.1:8000/other", json={"jsonrpc": "2.0", "redirect_uris": []}),
        httpx2.Request("POST", "http://127.0.0.1:8000/other", json=[{"redirect_uris": []}]),
        httpx2.Request("POST", "http://127.0.0.1:8000/other", content=b"["),
        httpx2.Request("POST", "http://127.0.0.1:8000/other", data={}, headers={"Authorization": "Bearer x"}),
        httpx2.Request("POST", "http://127.0.0.1:8000/other", data={}, headers={"Authorization": "bearer x"}),
    ],
    ids=lambda request: f"{request.method} {request.url}",
)
def test_a_request_of_a_sign_in_goes_to_its_origins_and_carries_no_token(request_):
    with pytest.raises(PromptkitError, match="sign-in-address"):
        anyio.run(SignInOrigins(LOCAL_URL).check, request_)


def test_a_request_of_a_sign_in_reaches_the_servers_origin_and_the_issuers():
    origins = SignInOrigins(LOCAL_URL)
    origins.admit("http://127.0.0.1:8001")
    for request in (
        httpx2.Request("GET", "http://127.0.0.1:8000/.well-known/oauth-protected-resource"),
        httpx2.Request("POST", "http://127.0.0.1:8001/register", json={"redirect_uris": []}),
        httpx2.Request("POST", "http://127.0.0.1:8001/token", data={"code": "c"}),
    ):
        anyio.run(origins.check, request)
