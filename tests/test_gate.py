import json
import re

import anyio
import httpx2
import pytest

from promptkit.client import TORII_URL
from promptkit.errors import PromptkitError, shown
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


# Why a message does not leave, and the message. A name given twice ends with the harmless one, which is the one read.
REFUSED = [
    ("run_workflow is an action tool", call("run_workflow")),
    ("more than a name and arguments", call("list_apps", task={"ttl": 1})),
    ("more than a name and arguments", call("list_apps", inputResponses={})),
    ("more than a name and arguments", b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}'),
    ("not a single object", b"[" + call("list_apps") + b"]"),
    ("not a single object", b"null"),
    ("ValueError", call("list_apps").replace(b'"name": ', b'"name": "run_workflow", "name": ')),
    ("ValueError", call("list_apps").replace(b'"method": ', b'"method": "tools/list", "method": ')),
    ("tools/call must be a request", b'{"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_apps"}}'),
    ("must be a notification", b'{"jsonrpc":"2.0","id":1,"method":"notifications/initialized"}'),
    ("prompts/get is not one that", b'{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"x"}}'),
    ("resources/read is not one that", b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x"}}'),
    ("tasks/update is not one that", b'{"jsonrpc":"2.0","id":1,"method":"tasks/update"}'),
    ("tasks/update is not one that", b'{"jsonrpc":"2.0","id":1,"method":"tasks/update","error":{"code":1}}'),
    ("completion/complete is not one that", b'{"jsonrpc":"2.0","id":1,"method":"completion/complete"}'),
    ("logging/setLevel is not one that", b'{"jsonrpc":"2.0","id":1,"method":"logging/setLevel"}'),
    ("None is not one that", b'{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}'),
    ("TypeError", b'{"jsonrpc":"2.0","id":1,"method":["tools/call"]}'),
    ("UnicodeDecodeError", call("list_apps").decode().encode("utf-16")),
    ("JSONDecodeError", call("list_apps").decode().encode("utf-16-le")),
    ("JSONDecodeError", call("list_apps").decode().encode("utf-32-be")),
    ("JSONDecodeError", call("list_apps").decode().encode("utf-8-sig")),
    ("UnicodeDecodeError", call("list_apps").replace(b"list_apps", b"list_apps\xed\xa0\x80")),
    ("UnicodeDecodeError", b"\xff\xfe"),
    ("ValueError", call("list_apps", _meta={"n": float("nan")})),
    ("ValueError", call("list_apps", _meta={"n": float("inf")})),
    ("RecursionError", b"[" * 200_000),
    ("JSONDecodeError", b"not json"),
    (f"larger than {MAX_MESSAGE_BYTES} bytes", b" " * (MAX_MESSAGE_BYTES + 1)),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_reading_does_not_need_never_leaves(number):
    reason, body = REFUSED[number]
    with pytest.raises(GateError, match=re.escape(reason)):
        gate().check(body)


@pytest.mark.parametrize("method", ["tools/list", "initialize", "ping"])
def test_what_reading_needs_beside_calls_leaves(method):
    gate().check(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method}).encode())


def test_a_message_may_be_as_large_as_the_limit():
    gate().check(call("list_apps").ljust(MAX_MESSAGE_BYTES))


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
    with pytest.raises(GateError, match="not in the reviewed list"):
        Gate().check(call("list_apps"))


def test_a_no_to_a_request_of_the_server_may_leave():
    gate().check(b'{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"Method not found"}}')


def test_each_message_is_logged_before_it_leaves_refused_ones_too():
    log: list[dict] = []
    watched = gate(log.append)
    watched.check(call("list_apps"))
    with pytest.raises(GateError):
        watched.check(call("run_workflow"))
    told = {"method": "tools/call", "tool": "list_apps", "arguments": {}, "allowed": True, "reason": None}
    reason = "run_workflow is an action tool, and only reading is allowed."
    assert log == [told, told | {"tool": "run_workflow", "allowed": False, "reason": reason}]


def test_a_message_that_cannot_be_read_is_logged_without_its_parts():
    log: list[dict] = []
    with pytest.raises(GateError):
        gate(log.append).check(b"null")
    reason = "the message is not a single object"
    assert log == [{"method": None, "tool": None, "arguments": None, "allowed": False, "reason": reason}]


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


HERE = "http://127.0.0.1:8000"
TOKEN, ELSEWHERE = "only the server is given the token", "neither the server's own address nor its issuer's"
STRAY = [
    (ELSEWHERE, httpx2.Request("GET", "http://127.0.0.1:8001/")),
    (ELSEWHERE, httpx2.Request("GET", "http://localhost:8000/")),
    (TOKEN, httpx2.Request("DELETE", f"{HERE}/token")),
    (TOKEN, httpx2.Request("GET", f"{HERE}/", headers={"Authorization": "Bearer x"})),
    (TOKEN, httpx2.Request("POST", f"{HERE}/token", data={"code": "c"}, headers={"authorization": "bearer x"})),
    ("more than a sign-in needs", httpx2.Request("POST", HERE, json={"jsonrpc": "2.0", "redirect_uris": []})),
    ("more than a sign-in needs", httpx2.Request("POST", HERE, json=[{"redirect_uris": []}])),
    ("more than a sign-in needs", httpx2.Request("POST", HERE, json={"method": "tools/call"})),
    ("more than a sign-in needs", httpx2.Request("POST", HERE, content=b"[")),
]


@pytest.mark.parametrize("number", range(len(STRAY)))
def test_a_request_of_a_sign_in_goes_to_its_origins_and_carries_no_token(number):
    reason, request = STRAY[number]
    with pytest.raises(PromptkitError, match=f"sign-in-address.*{reason}"):
        anyio.run(SignInOrigins(LOCAL_URL).check, request)


def test_an_address_of_a_sign_in_is_public_and_at_https():
    origins = SignInOrigins(TORII_URL)
    anyio.run(origins.check_address, "https://1.1.1.1/authorize")
    with pytest.raises(PromptkitError, match=r"leads to http://1.1.1.1/authorize, which is neither https"):
        anyio.run(origins.check_address, "http://1.1.1.1/authorize")


def test_the_complaint_about_an_address_shows_it_shortened_and_no_secret_in_it():
    with pytest.raises(PromptkitError) as caught:
        SignInOrigins(TORII_URL).admit("https://user:secret@a.example/path?code=secret#secret")
    message = "signing in leads to https://a.example/path, which is neither https nor on this machine"
    fix = "ask the server's operator"
    with pytest.raises(PromptkitError) as no_address:
        SignInOrigins(TORII_URL).admit("https://\x00" + 300 * "a")
    (told,) = no_address.value.problems
    assert told.message == f"signing in leads to {shown('https://' + chr(0) + 300 * 'a', 200)}, which is no address"
    (told,) = caught.value.problems
    assert (told.code, told.message, told.fix) == ("sign-in-address", message, fix)


def test_a_request_of_a_sign_in_reaches_the_servers_origin_and_the_issuers():
    origins = SignInOrigins(LOCAL_URL)
    origins.admit("http://127.0.0.1:8001")
    for request in (
        httpx2.Request("GET", "http://127.0.0.1:8000/.well-known/oauth-protected-resource"),
        httpx2.Request("POST", "http://127.0.0.1:8001/register", json={"redirect_uris": []}),
        httpx2.Request("POST", "http://127.0.0.1:8001/token", data={"code": "c"}),
    ):
        anyio.run(origins.check, request)
