import gzip
import json

import anyio
import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from promptkit.connection.client import TORII_URL
from promptkit.connection.gate import MAX_MESSAGE_BYTES, Gate, GateError
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.transport import GateTransport
from promptkit.errors import PromptkitError
from promptkit.model import ReviewedTool
from promptkit.policy.decision import ToolPolicy
from promptkit.text import sanitized
from tests.servers import running

DEFINITION = {"name": "list_apps", "inputSchema": {"type": "object"}}
RULES = {
    "list_apps": ReviewedTool.model_validate({"class": "read", "capability": "read", "source": "test"}),
    "run_workflow": ReviewedTool.model_validate({"class": "action", "capability": "run", "source": "test"}),
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


def repeating(**schema) -> Gate:
    """A gate before a tool whose argument `owner` a header repeats."""
    owner = {"type": "string", "x-mcp-header": "Owner"} | schema
    tool = {"name": "list_apps", "inputSchema": {"type": "object", "properties": {"owner": owner}}}
    reads = ReviewedTool.model_validate(
        {"class": "read", "capability": "read", "source": "test", "arguments": {"owner": {"type": "string"}}}
    )
    made = Gate()
    made.policy = ToolPolicy({"list_apps": reads}, {"list_apps": tool}, (tool,))
    return made


OWNED = call("list_apps", arguments={"owner": "ada"})


@pytest.mark.parametrize("headers", [{}, {"mcp-param-owner": "ada"}, {"mcp-param-owner": "ada", "accept": "*/*"}])
def test_a_header_may_repeat_an_argument(headers):
    repeating().check(OWNED, headers)


@pytest.mark.parametrize(
    ("gate", "body", "headers"),
    [
        (repeating(), OWNED, {"mcp-param-owner": "bob"}),
        (repeating(), OWNED, {"mcp-param-owner": "ada", "mcp-param-other": "x"}),
        (repeating(), call("list_apps"), {"mcp-param-owner": "ada"}),
        (repeating(), OWNED, httpx2.Headers([("Mcp-Param-Owner", "ada"), ("Mcp-Param-Owner", "bob")])),
        (repeating(**{"x-mcp-header": "not a token"}), OWNED, {"mcp-param-owner": "ada"}),
        (gate(), call("list_apps"), {"mcp-param-owner": ""}),
        (gate(), b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}', {"mcp-param-owner": "ada"}),
    ],
)
def test_a_header_that_gives_another_argument_never_leaves(gate, body, headers):
    with pytest.raises(GateError, match="a header and the body give different arguments"):
        gate.check(body, headers)


def unchecked(error):
    return f"the message could not be checked ({error})"


# Why a message does not leave, and the message. A name given twice ends with the harmless one, which is the one read.
REFUSED = [
    ("run_workflow is an action tool, and only reading is allowed.", call("run_workflow")),
    ("the call carries more than a name and arguments", call("list_apps", task={"ttl": 1})),
    ("the call carries more than a name and arguments", call("list_apps", inputResponses={})),
    (
        "the call carries more than a name and arguments",
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}',
    ),
    ("the message is not a single object", b"[" + call("list_apps") + b"]"),
    ("the message is not a single object", b"null"),
    (unchecked("UnreadableError"), call("list_apps").replace(b'"name": ', b'"name": "run_workflow", "name": ')),
    (unchecked("UnreadableError"), call("list_apps").replace(b'"method": ', b'"method": "tools/list", "method": ')),
    ("tools/call must be a request", b'{"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_apps"}}'),
    (
        "notifications/initialized must be a notification",
        b'{"jsonrpc":"2.0","id":1,"method":"notifications/initialized"}',
    ),
    (
        "the method prompts/get is not one that reading needs",
        b'{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"x"}}',
    ),
    (
        "the method resources/read is not one that reading needs",
        b'{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x"}}',
    ),
    ("the method tasks/update is not one that reading needs", b'{"jsonrpc":"2.0","id":1,"method":"tasks/update"}'),
    (
        "the method tasks/update is not one that reading needs",
        b'{"jsonrpc":"2.0","id":1,"method":"tasks/update","error":{"code":1}}',
    ),
    (
        "the method completion/complete is not one that reading needs",
        b'{"jsonrpc":"2.0","id":1,"method":"completion/complete"}',
    ),
    (
        "the method logging/setLevel is not one that reading needs",
        b'{"jsonrpc":"2.0","id":1,"method":"logging/setLevel"}',
    ),
    ("the method None is not one that reading needs", b'{"jsonrpc":"2.0","id":1}'),
    (
        "the answer is neither an empty result nor an error",
        b'{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}',
    ),
    ("the answer is neither an empty result nor an error", b'{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1}}'),
    ("the answer is neither an empty result nor an error", b'{"jsonrpc":"2.0","result":{}}'),
    ("the answer is to nothing that the server asked", b'{"jsonrpc":"2.0","id":1,"result":{}}'),
    ("the answer is to nothing that the server asked", b'{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}'),
    ("the message is more than a request", b'{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}'),
    (unchecked("UnreadableError"), call("list_apps", _meta={"n": 1}).replace(b'"n": 1', b'"n": 1e400')),
    (unchecked("UnreadableError"), call("list_apps", _meta={"n": "\ud83d"})),
    (unchecked("TypeError"), b'{"jsonrpc":"2.0","id":1,"method":["tools/call"]}'),
    (unchecked("UnreadableError"), call("list_apps").decode().encode("utf-16")),
    (unchecked("UnreadableError"), call("list_apps").decode().encode("utf-16-le")),
    (unchecked("UnreadableError"), call("list_apps").decode().encode("utf-32-be")),
    (unchecked("UnreadableError"), call("list_apps").decode().encode("utf-8-sig")),
    (unchecked("UnreadableError"), call("list_apps").replace(b"list_apps", b"list_apps\xed\xa0\x80")),
    (unchecked("UnreadableError"), b"\xff\xfe"),
    (unchecked("UnreadableError"), call("list_apps", _meta={"n": float("nan")})),
    (unchecked("UnreadableError"), call("list_apps", _meta={"n": float("inf")})),
    (unchecked("UnreadableError"), b"[" * 200_000),
    (unchecked("UnreadableError"), b"not json"),
    (f"the message is larger than {MAX_MESSAGE_BYTES} bytes", b" " * (MAX_MESSAGE_BYTES + 1)),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_reading_does_not_need_never_leaves(number):
    reason, body = REFUSED[number]
    with pytest.raises(GateError) as caught:
        gate().check(body)
    assert str(caught.value) == reason


@pytest.mark.parametrize("method", ["server/discover", "initialize", "ping", "tools/list", "subscriptions/listen"])
def test_what_reading_needs_beside_calls_leaves(method):
    gate().check(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method}).encode())


@pytest.mark.parametrize("method", ["notifications/initialized", "notifications/cancelled"])
def test_the_notifications_that_reading_needs_leave(method):
    gate().check(json.dumps({"jsonrpc": "2.0", "method": method}).encode())


def test_a_message_may_be_as_large_as_the_limit():
    gate().check(call("list_apps").ljust(MAX_MESSAGE_BYTES))


@pytest.mark.parametrize("headers", [{"mcp-name": "run_workflow"}, {"mcp-method": "tools/list"}])
def test_headers_that_disagree_with_the_body_never_leave(headers):
    with pytest.raises(GateError, match=r"^a header and the body name different methods or tools$"):
        gate().check(call("list_apps"), headers)


def test_one_refusal_shuts_the_gate_for_good():
    shut = gate()
    with pytest.raises(GateError):
        shut.check(call("run_workflow"))
    with pytest.raises(GateError, match=r"^the gate is shut after an earlier refusal$"):
        shut.check(call("list_apps"))


def test_before_a_policy_is_set_every_call_is_refused():
    with pytest.raises(GateError, match="not in the reviewed list"):
        Gate().check(call("list_apps"))


NO = b'{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"Method not found"}}'
YES = b'{"jsonrpc":"2.0","id":7,"result":{}}'


@pytest.mark.parametrize(("method", "answer"), [("ping", YES), ("roots/list", NO)])
def test_one_answer_to_a_request_of_the_server_may_leave(method, answer):
    asked = gate()
    asked.expect_answer(7, method)
    asked.check(answer)
    with pytest.raises(GateError, match=r"^the answer is to nothing that the server asked$"):
        asked.check(answer)


@pytest.mark.parametrize(("id_", "method", "answer"), [(7, "roots/list", YES), (7, "ping", NO), ("7", "ping", YES)])
def test_an_answer_that_does_not_fit_what_the_server_asked_never_leaves(id_, method, answer):
    asked = gate()
    asked.expect_answer(id_, method)
    with pytest.raises(GateError, match=r"^the answer is to nothing that the server asked$"):
        asked.check(answer)


def test_the_calls_that_left_are_counted():
    counting = gate()
    counting.check(call("list_apps"))
    counting.check(b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}')
    with pytest.raises(GateError):
        counting.check(call("run_workflow"))
    assert counting.calls_passed == 1


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
    with pytest.raises(PromptkitError, match="which is at a private address\n"):
        anyio.run(origins.check, httpx2.Request("GET", f"{address}/.well-known/openid-configuration"))


HERE = "http://127.0.0.1:8000"
TOKEN, ELSEWHERE = (
    "not the server, and only the server is given the token",
    "neither the server's own address nor its issuer's",
)
STRAY = [
    (ELSEWHERE, httpx2.Request("GET", "http://127.0.0.1:8001/")),
    (ELSEWHERE, httpx2.Request("GET", "http://localhost:8000/")),
    (TOKEN, httpx2.Request("DELETE", f"{HERE}/token")),
    (TOKEN, httpx2.Request("GET", f"{HERE}/", headers={"Authorization": "Bearer x"})),
    (TOKEN, httpx2.Request("POST", f"{HERE}/token", data={"code": "c"}, headers={"authorization": "bearer x"})),
    ("asked for more than a sign-in needs", httpx2.Request("POST", HERE, json={"jsonrpc": "2.0", "redirect_uris": []})),
    ("asked for more than a sign-in needs", httpx2.Request("POST", HERE, json=[{"redirect_uris": []}])),
    ("asked for more than a sign-in needs", httpx2.Request("POST", HERE, json={"method": "tools/call"})),
    ("asked for more than a sign-in needs", httpx2.Request("POST", HERE, content=b"[")),
]


@pytest.mark.parametrize("number", range(len(STRAY)))
def test_a_request_of_a_sign_in_goes_to_its_origins_and_carries_no_token(number):
    reason, request = STRAY[number]
    with pytest.raises(PromptkitError, match=f"sign-in-address.*, which is {reason}\n"):
        anyio.run(SignInOrigins(LOCAL_URL).check, request)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost"])
def test_a_sign_in_to_a_server_on_this_machine_may_stay_on_it_without_https(host):
    anyio.run(SignInOrigins(f"http://{host}:8000/mcp").check_address, f"http://{host}:8001/authorize")


def test_an_address_of_a_sign_in_is_public_and_at_https():
    origins = SignInOrigins(TORII_URL)
    anyio.run(origins.check_address, "https://1.1.1.1/authorize")
    with pytest.raises(PromptkitError, match=r"leads to http://1.1.1.1/authorize, which is neither https"):
        anyio.run(origins.check_address, "http://1.1.1.1/authorize")


def complaint(check, *given):
    with pytest.raises(PromptkitError) as caught:
        check(*given)
    (told,) = caught.value.problems
    return told.code, told.message, told.fix


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (
            "https://user:secret@a.example/p?code=secret#secret",
            "https://a.example/p, which is neither https nor on this",
        ),
        (
            f"http://a.example/{'p' * 300}",
            f"{sanitized('http://a.example/' + 'p' * 300, 200)}, which is neither https nor on this",
        ),
    ],
    ids=["secret", "long"],
)
def test_the_complaint_about_an_address_shows_it_shortened_and_no_secret_in_it(address, told):
    fix = "ask the server's operator"
    message = f"signing in leads to {told} machine"
    assert complaint(SignInOrigins(TORII_URL).admit, address) == ("sign-in-address", message, fix)


def test_the_complaint_about_what_is_no_address_shows_it_shortened():
    address = "https://\x00" + 300 * "a"
    message = f"signing in leads to {sanitized(address, 200)}, which is not a URL"
    told = complaint(SignInOrigins(TORII_URL).admit, address)
    assert told == ("sign-in-address", message, "ask the server's operator")


def test_a_request_of_a_sign_in_reaches_the_servers_origin_and_the_issuers():
    origins = SignInOrigins(LOCAL_URL)
    origins.admit("http://127.0.0.1:8001")
    for request in (
        httpx2.Request("GET", "http://127.0.0.1:8000/.well-known/oauth-protected-resource"),
        httpx2.Request("POST", "http://127.0.0.1:8001/register", json={"redirect_uris": []}),
        httpx2.Request("POST", "http://127.0.0.1:8001/token", data={"code": "c"}),
    ):
        anyio.run(origins.check, request)


LIMIT = MAX_MESSAGE_BYTES
ANSWERS = {
    "/limit": Response(b"x" * LIMIT),
    "/beyond": Response(b"x" * (LIMIT + 1)),
    "/bomb": Response(gzip.compress(bytes(LIMIT + 1)), headers={"content-encoding": "gzip"}),
    "/zipped": Response(gzip.compress(b"{}"), 201, {"content-encoding": "gzip", "set-cookie": "a=1"}, "text/json"),
    "/moved": RedirectResponse("/elsewhere"),
}


@pytest.fixture(scope="module")
def torii():
    """The origin of a server, and the requests that came to it, as method, path and body."""
    came = []

    async def app(scope, receive, send):
        if scope["type"] == "http":
            came.append((scope["method"], scope["path"], await Request(scope, receive).body()))
            answer = ANSWERS.get(f"/{scope['path'].split('/')[1]}", Response(b"own", 202, {"x-own": "kept"}))
            await answer(scope, receive, send)

    with running(lambda _: app) as origin:
        yield origin, came


def sent(origin, method, path, mcp="/mcp", **options):
    """The answer to a request through the transport of a server whose MCP is at `mcp`."""
    url = httpx2.URL(origin).join(mcp)

    async def ask():
        transport = GateTransport(gate(), str(url), SignInOrigins(str(url)))
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, f"{origin}{path}", **options)

    return anyio.run(ask)


@pytest.mark.parametrize(("method", "body"), [("POST", call("list_apps")), ("GET", b""), ("DELETE", b"")])
def test_what_may_leave_comes_to_the_server_as_it_is_and_its_answer_comes_back_as_it_is(torii, method, body):
    origin, came = torii
    came.clear()
    answer = sent(origin, method, "/mcp", content=body)
    assert came == [(method, "/mcp", body)]
    assert (answer.status_code, answer.content, answer.headers["x-own"]) == (202, b"own", "kept")


HARMLESS = call("list_apps")
KEPT_BACK = [
    (GateError, "is an action tool", "POST", "/mcp", {"content": call("run_workflow")}),
    (
        GateError,
        "a header and the body",
        "POST",
        "/mcp",
        {"content": HARMLESS, "headers": {"Mcp-Name": "run_workflow"}},
    ),
    (GateError, "^PUT is not a method of MCP$", "PUT", "/mcp", {"content": HARMLESS}),
    (GateError, "^PATCH is not a method of MCP$", "PATCH", "/mcp", {"content": HARMLESS}),
    (PromptkitError, "more than a sign-in needs", "POST", "/mcp/", {"content": HARMLESS}),
    (PromptkitError, "more than a sign-in needs", "POST", "/mcp?a=1", {"content": HARMLESS}),
    (PromptkitError, "only the server is given the token", "GET", "/", {"headers": {"Authorization": "Bearer x"}}),
    (PromptkitError, ELSEWHERE, "GET", "/mcp", {"mcp": "http://127.0.0.1:9/mcp"}),
]


@pytest.mark.parametrize("number", range(len(KEPT_BACK)))
def test_what_may_not_leave_never_comes_to_the_server(torii, number):
    origin, came = torii
    came.clear()
    kind, reason, method, path, options = KEPT_BACK[number]
    with pytest.raises(kind, match=reason):
        sent(origin, method, path, **options)
    assert came == []


@pytest.mark.parametrize("mcp", ["/mcp", "/moved"])
def test_a_redirect_is_not_followed_and_the_complaint_shows_no_secret(torii, mcp):
    origin, came = torii
    came.clear()
    told = complaint(sent, origin, "GET", "/moved?code=secret", mcp)
    message = f"{origin}/moved answers with a redirect, and none is followed"
    assert told == ("redirect", message, "give the server's own address, or ask its operator")
    assert [path for _, path, _ in came] == ["/moved"]


def test_a_redirect_that_is_refused_keeps_no_connection(torii):
    origin, _ = torii

    async def ask():
        transport = GateTransport(gate(), f"{origin}/mcp", SignInOrigins(f"{origin}/mcp"))
        async with httpx2.AsyncClient(transport=transport, timeout=5) as client:
            for _ in range(101):
                with pytest.raises(PromptkitError):
                    await client.get(f"{origin}/moved")

    anyio.run(ask)


def test_the_complaint_about_a_redirect_shows_its_address_shortened(torii):
    origin, _ = torii
    _, message, _ = complaint(sent, origin, "GET", f"/moved/{'a' * 300}")
    assert message.startswith(f"{sanitized(f'{origin}/moved/' + 'a' * 300, 200)} answers")


def test_an_answer_of_a_sign_in_is_unpacked_and_keeps_its_status_and_type_alone(torii):
    answer = sent(torii[0], "GET", "/zipped")
    assert (answer.status_code, answer.content) == (201, b"{}")
    assert dict(answer.headers) == {"content-type": "text/json; charset=utf-8", "content-length": "2"}


def test_an_answer_of_a_sign_in_may_be_as_large_as_the_limit(torii):
    assert sent(torii[0], "GET", "/limit").content == b"x" * LIMIT


@pytest.mark.parametrize("path", ["/beyond", "/bomb"])
def test_an_answer_of_a_sign_in_beyond_the_limit_is_refused_packed_or_not(torii, path):
    message = f"the sign-in's server sent more than {LIMIT} bytes"
    assert complaint(sent, torii[0], "GET", path) == ("sign-in-size", message, "ask the server's operator")


def test_an_answer_of_the_server_itself_may_be_larger(torii):
    assert len(sent(torii[0], "GET", "/beyond", "/beyond").content) == LIMIT + 1


def test_no_certificate_that_the_environment_names_is_trusted(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    GateTransport(gate(), TORII_URL, SignInOrigins(TORII_URL))
