"""Signing in at the local Torii: the SDK's OAuth client goes the whole way, and what must fail fails."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull

from promptkit.torii.authorization import EXPIRED_AFTER, Authorization, Lifetimes
from promptkit.torii.tenant import build_tenant, tenant_digest
from tests.servers import CALLBACK, Memory, answer_page, query, sdk_auth, signed_torii

WANTED = {"client_name": "A test", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.fixture(scope="module")
def shared():
    """A server and an HTTP client of it, for tests that leave it as it is for others."""
    tenant = build_tenant(None)
    with signed_torii(tenant, fixed_token="the-token-of-ci") as (origin, _), httpx2.Client(base_url=origin) as http:
        yield http
    tenant.close()


@asynccontextmanager
async def client(origin, auth):
    async with (
        httpx2.AsyncClient(auth=auth, trust_env=False) as http,
        Client(streamable_http_client(f"{origin}/mcp", http_client=http)) as connected,
    ):
        yield connected


def registered(http, **changed):
    return http.post("/register", json=WANTED | changed).json()["client_id"]


def authorize_url(http, client, **changed):
    asked = {"response_type": "code", "client_id": client, "redirect_uri": CALLBACK, "state": "s"}
    asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "scope": "torii"}
    return str(http.build_request("GET", "/authorize", params=asked | changed).url)


def traded(http, client_id, code, **changed):
    form = {"grant_type": "authorization_code", "client_id": client_id, "code": code, "redirect_uri": CALLBACK}
    return http.post("/token", data=form | {"code_verifier": VERIFIER} | changed)


def tokens_of(http, role="readOnly"):
    """A client's id and its tokens after a sign-in."""
    client_id = registered(http)
    code = query(answer_page(authorize_url(http, client_id), role))["code"]
    return client_id, traded(http, client_id, code).json()


def refreshed(http, client_id, token):
    form = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": token}
    return http.post("/token", data=form)


def asked_with(http, token):
    told = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": told}
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
    return http.post("/mcp", json=message, headers=headers).status_code


@pytest.mark.parametrize("role", ["admin", "readOnly", "procurement", "itAdmin", "appOwner"])
def test_the_sdks_client_signs_in_and_sees_what_the_role_sees(tenant, role):
    async def run(origin):
        async with client(origin, sdk_auth(f"{origin}/mcp", Memory(), role=role)) as connected:
            users = await connected.call_tool("list_users", {"size": 1})
            money = await connected.call_tool("list_transactions", {"size": 1})
            return not users.is_error, not money.is_error

    with signed_torii(tenant) as (origin, _):
        assert anyio.run(run, origin) == (role in {"admin", "readOnly", "itAdmin"}, role != "itAdmin")


def test_read_only_sees_data_and_its_action_calls_answer_403(tenant):
    async def run(origin):
        async with client(origin, sdk_auth(f"{origin}/mcp", Memory())) as connected:
            apps = await connected.call_tool("list_apps", {"size": 3})
            action = await connected.call_tool("update_user", {"idUser": 3, "lifecycleStatus": "offboarded"})
            return len(apps.structured_content["apps"]), action.structured_content["statusCode"]

    before = tenant_digest(tenant)
    with signed_torii(tenant) as (origin, _):
        assert anyio.run(run, origin) == (3, 403)
    assert tenant_digest(tenant) == before


def test_two_people_at_once_keep_their_roles(tenant):
    async def run(origin):
        first, second = (sdk_auth(f"{origin}/mcp", Memory(), role=role) for role in ("itAdmin", "procurement"))
        async with client(origin, first) as it, client(origin, second) as buyer:
            answers = [await one.call_tool("list_users", {"size": 1}) for one in (it, buyer, it)]
            return [answer.is_error for answer in answers]

    with signed_torii(tenant) as (origin, _):
        assert anyio.run(run, origin) == [False, True, False]


def test_the_metadata_tell_a_client_all_it_needs(shared):
    origin = str(shared.base_url).rstrip("/")
    resource = shared.get("/.well-known/oauth-protected-resource/mcp").json()
    assert (resource["resource"], resource["authorization_servers"]) == (f"{origin}/mcp", [origin])
    server = shared.get("/.well-known/oauth-authorization-server").json()
    assert server["issuer"] == origin
    assert server["authorization_response_iss_parameter_supported"] is True
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert "none" in server["token_endpoint_auth_methods_supported"]
    for endpoint in ("authorization", "token", "registration", "revocation"):
        assert server[f"{endpoint}_endpoint"].startswith(f"{origin}/")


def test_without_a_token_the_answer_is_401_and_says_where_to_ask(shared):
    answer = shared.post("/mcp", json={})
    assert answer.status_code == 401
    assert "/.well-known/oauth-protected-resource/mcp" in answer.headers["www-authenticate"]


def test_the_fixed_token_is_good_and_another_is_not(shared):
    assert asked_with(shared, "the-token-of-ci") == 200
    assert asked_with(shared, "the-token-of-c1") == 401


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/callback",
        "http://10.0.0.1/callback",
        "javascript:alert(1)",
        "cursor://callback",
        "https://example.com;sandbox/callback",
    ],
)
def test_a_client_that_is_sent_back_elsewhere_is_not_registered(shared, address):
    answer = shared.post("/register", json=WANTED | {"redirect_uris": [CALLBACK, address]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"resource": "http://127.0.0.1:1/mcp"}, "invalid_target"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_request_that_asks_for_something_else_is_sent_back(shared, changed, error):
    sent = shared.get(authorize_url(shared, registered(shared), **changed))
    assert sent.headers["location"].startswith(CALLBACK)
    assert query(sent.headers["location"])["error"] == error


@pytest.mark.parametrize("changed", [{"client_id": "nobody"}, {"redirect_uri": "http://127.0.0.1:10/callback"}])
def test_a_request_of_another_client_is_not_sent_back(shared, changed):
    assert shared.get(authorize_url(shared, registered(shared), **changed)).status_code == 400


def test_denied_is_told_with_state_and_issuer(shared):
    sent = query(answer_page(authorize_url(shared, registered(shared)), answer="deny"))
    assert sent == {"error": "access_denied", "state": "s", "iss": str(shared.base_url).rstrip("/")}


def test_a_page_is_answered_once(shared):
    page = shared.get(authorize_url(shared, registered(shared))).headers["location"]
    assert shared.post(page, data={"role": "admin", "answer": "allow"}).status_code == 302
    assert shared.post(page, data={"role": "admin", "answer": "allow"}).status_code == 400
    assert shared.get(page).status_code == 400


def test_a_client_anywhere_at_https_is_registered(shared):
    answer = shared.post("/register", json=WANTED | {"redirect_uris": ["https://chatgpt.com/connector/oauth/x"]})
    assert answer.status_code == 201


@pytest.mark.parametrize("form", [{}, {"role": "admin"}, {"answer": "allow"}, {"answer": "allow", "role": "owner"}])
def test_what_is_no_answer_changes_nothing(shared, form):
    page = shared.get(authorize_url(shared, registered(shared))).headers["location"]
    assert shared.head(page).status_code == 200
    assert shared.post(page, data=form).status_code == 400
    assert shared.get(page).status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_an_answer_from_another_page_is_refused(shared, headers):
    page = shared.get(authorize_url(shared, registered(shared))).headers["location"]
    assert shared.post(page, data={"role": "admin", "answer": "allow"}, headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["/authorize", "/consent", "/.well-known/oauth-authorization-server", "/mcp"])
def test_another_host_name_is_refused(shared, path):
    assert shared.get(path, headers={"Host": "evil.example"}).status_code == 400


def test_a_form_that_is_too_large_is_refused(shared):
    page = shared.get(authorize_url(shared, registered(shared))).headers["location"]
    assert shared.post(page, data={"role": "x" * 5000}).status_code == 413


def test_what_a_client_calls_itself_is_text_on_a_strict_page(shared):
    name = "<script>alert(1)</script>" + "x" * 200
    page = shared.get(authorize_url(shared, registered(shared, client_name=name)), follow_redirects=True)
    assert "<script" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;xx" in page.text
    assert "x" * 100 not in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("frame-ancestors 'none'; form-action 'self' http://127.0.0.1:9")


def test_the_role_with_the_least_rights_is_chosen_at_first(shared):
    page = shared.get(authorize_url(shared, registered(shared)), follow_redirects=True)
    assert page.text.count(" checked>") == page.text.count('value="readOnly" checked>') == 1


def test_names_of_a_hostile_tenant_are_text(tenant):
    tenant.execute("UPDATE users SET firstName = '<img src=x onerror=alert(1)>' WHERE id = 2")
    with signed_torii(tenant) as (origin, _), httpx2.Client(base_url=origin) as http:
        page = http.get(authorize_url(http, registered(http)), follow_redirects=True).text
    assert "<img" not in page
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("changed", [{"code_verifier": "x" * 64}, {"redirect_uri": "http://127.0.0.1:10/callback"}])
def test_a_code_is_of_no_use_to_whoever_lacks_the_rest(shared, changed):
    client_id = registered(shared)
    code = query(answer_page(authorize_url(shared, client_id)))["code"]
    assert traded(shared, client_id, code, **changed).status_code == 400
    assert traded(shared, registered(shared), code).json()["error"] == "invalid_grant"


def test_the_second_use_of_a_code_ends_what_the_first_gave(shared):
    client_id = registered(shared)
    code = query(answer_page(authorize_url(shared, client_id)))["code"]
    tokens = traded(shared, client_id, code).json()
    assert asked_with(shared, tokens["access_token"]) == 200
    assert traded(shared, client_id, code).json()["error"] == "invalid_grant"
    assert asked_with(shared, tokens["access_token"]) == 401


def test_a_refresh_gives_new_tokens_and_its_second_use_ends_them(shared):
    client_id, first = tokens_of(shared)
    second = refreshed(shared, client_id, first["refresh_token"]).json()
    assert {second["access_token"], second["refresh_token"]}.isdisjoint(first.values())
    assert asked_with(shared, second["access_token"]) == 200
    assert refreshed(shared, client_id, first["refresh_token"]).json()["error"] == "invalid_grant"
    assert asked_with(shared, second["access_token"]) == 401
    assert refreshed(shared, client_id, second["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_revoked_token_takes_its_family_with_it(shared, kind):
    client_id, tokens = tokens_of(shared)
    _, others = tokens_of(shared)
    form = {"token": tokens[kind], "client_id": client_id, "client_secret": ""}
    assert shared.post("/revoke", data=form).status_code == 200
    assert asked_with(shared, tokens["access_token"]) == 401
    assert refreshed(shared, client_id, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert asked_with(shared, others["access_token"]) == 200


def test_another_client_cannot_use_or_revoke_a_token(shared):
    _, tokens = tokens_of(shared)
    other = registered(shared)
    assert refreshed(shared, other, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    shared.post("/revoke", data={"token": tokens["refresh_token"], "client_id": other, "client_secret": ""})
    assert asked_with(shared, tokens["access_token"]) == 200


def test_a_token_past_its_time_is_refused(tenant):
    with (
        signed_torii(tenant, lifetimes=Lifetimes(access=-1, refresh=-1)) as (origin, _),
        httpx2.Client(base_url=origin) as http,
    ):
        client_id, tokens = tokens_of(http)
        assert asked_with(http, tokens["access_token"]) == 401
        assert refreshed(http, client_id, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_under_the_fault_a_token_expires_after_ten_requests(tenant):
    with signed_torii(tenant, max_uses=EXPIRED_AFTER) as (origin, _), httpx2.Client(base_url=origin) as http:
        client_id, tokens = tokens_of(http)
        answers = [asked_with(http, tokens["access_token"]) for _ in range(EXPIRED_AFTER + 1)]
        assert answers == [200] * EXPIRED_AFTER + [401]
        fresh = refreshed(http, client_id, tokens["refresh_token"]).json()
        assert asked_with(http, fresh["access_token"]) == 200


def test_registering_without_end_does_not_fill_the_memory():
    authorization = Authorization("http://127.0.0.1:1", max_kept=5)

    async def register():
        for number in range(20):
            await authorization.register_client(OAuthClientInformationFull(client_id=str(number)))
        return [await authorization.get_client(str(number)) is not None for number in range(20)]

    assert anyio.run(register) == [False] * 15 + [True] * 5
