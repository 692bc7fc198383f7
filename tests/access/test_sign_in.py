"""Signing in at a server for many people, over HTTP: what each sees, and what must fail."""

from urllib.parse import urlencode

import anyio
import httpx2
import pytest
from mcp.server.auth.provider import AccessToken, RefreshToken

from promptkit.access.people import People
from promptkit.access.state import SharedState
from promptkit.hosts.serving import listen
from promptkit.torii.tenant import build_tenant
from tests.access.doors import KEY, Browser, Program, asked, calling, opened
from tests.servers import answer_page, query, signed_torii


@pytest.fixture(scope="module")
def torii():
    """The origin of a local Torii, and what it has issued."""
    tenant = build_tenant(None)
    with signed_torii(tenant) as served:
        yield served
    tenant.close()


@pytest.fixture(scope="module")
def origin(torii, tmp_path_factory):
    with opened(f"{torii[0]}/mcp", tmp_path_factory.mktemp("access") / "state.db") as served:
        yield served


async def shown(client):
    """The names of the tools, and how many users there are."""
    tools = [tool.name for tool in (await client.list_tools()).tools]
    users = await client.call_tool("list_users", {"size": 1})
    return tools, users.structured_content


def test_a_caller_without_a_token_is_sent_to_the_metadata(origin):
    answer = asked(origin)
    (address,) = [part for part in answer.headers["www-authenticate"].split('"') if part.startswith("http")]
    resource = httpx2.get(address, trust_env=False).json()
    issuer = httpx2.get(f"{origin}/.well-known/oauth-authorization-server", trust_env=False).json()
    assert (answer.status_code, resource["resource"]) == (401, f"{origin}/mcp")
    assert resource["authorization_servers"] == [issuer["issuer"]] == [origin]
    assert issuer["code_challenge_methods_supported"] == ["S256"]
    assert issuer["client_id_metadata_document_supported"] is True


def test_two_people_at_once_each_see_what_their_own_role_sees(origin):
    program = Program(origin)
    tokens = {role: program.sign_in(Browser(role))["access_token"] for role in ("admin", "appOwner")}
    seen = {}

    async def run():
        async def see(role):
            seen[role] = await calling(origin, tokens[role], shown)

        async with anyio.create_task_group() as group:
            for role in tokens:
                group.start_soon(see, role)

    anyio.run(run)
    assert seen["admin"][1] != seen["appOwner"][1]


def test_the_token_that_torii_gets_is_never_the_callers(origin, torii):
    program, browser = Program(origin), Browser()
    before = set(torii[1].issued)
    token = program.sign_in(browser)["access_token"]
    anyio.run(calling, origin, token, shown)
    given = set(torii[1].issued) - before
    assert given != set()
    assert token not in given
    assert [asked(origin, one).status_code for one in given] == [401] * len(given)


def test_a_person_is_sent_to_torii_once_and_asked_for_each_program(origin, torii):
    browser = Browser()
    first, second = Program(origin, "First"), Program(origin, "Second")
    assert "access_token" in first.sign_in(browser)
    before = len(torii[1].issued)
    assert "access_token" in second.sign_in(browser)
    assert len(torii[1].issued) == before
    assert "First" in browser.seen[0]
    assert "Second" in browser.seen[1]
    assert "signed in at Torii from before" in browser.seen[1]


def test_nobody_s_consent_is_given_by_being_signed_in(origin):
    browser = Browser()
    Program(origin, "Known").sign_in(browser)
    sent = browser.http.get(Program(origin, "Unknown").address(), follow_redirects=False).headers["location"]
    assert sent.startswith(f"{origin}/consent?")
    assert browser.http.get(sent).status_code == 200


def test_the_page_names_the_program_and_where_the_answer_goes_as_plain_text(origin):
    program = Program(origin, "<script>alert(1)</script>", "https://client.example/back")
    page = Browser().page(program.address())
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<strong>client.example</strong>" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    cookie = page.history[0].headers.get("set-cookie", "") or page.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax"))


def test_who_denies_is_sent_back_without_a_code(origin):
    assert query(Browser().sign_in(Program(origin), "deny"))["error"] == "access_denied"


def test_another_page_cannot_answer_for_the_person(origin):
    program, browser = Program(origin), Browser()
    page = browser.page(program.address())
    forged, unreadable = (browser.answer(page, token=token) for token in ("0" * 64, "é"))
    elsewhere = browser.http.post(page.url, data={"answer": "allow"}, headers={"origin": "https://evil.example"})
    other = Browser().http.post(page.url, data={"answer": "allow"})
    assert [one.status_code for one in (forged, unreadable, elsewhere, other)] == [403] * 4
    assert browser.answer(page).status_code == 200


def test_of_two_answers_one_counts(origin):
    browser = Browser()
    page = browser.page(Program(origin).address())
    assert [browser.answer(page).status_code for _ in range(2)] == [200, 400]


def test_what_torii_answers_counts_only_in_the_browser_that_consented_and_once(origin):
    program, browser, victim = Program(origin), Browser(), Browser()
    victim.page(program.address())
    sent = browser.sent_by(browser.answer(browser.page(program.address())))
    back = answer_page(sent)
    assert victim.http.get(back).status_code == 403
    assert browser.http.get(back).status_code == 400
    assert browser.http.get(f"{origin}/callback", params={"state": "forged", "code": "x"}).status_code == 400


def test_a_cookie_that_somebody_planted_is_worth_nothing_once_its_person_has_signed_in(origin):
    browser, attacker, program = Browser(), Browser(), Program(origin)
    browser.page(program.address())
    attacker.http.cookies.update(dict(browser.http.cookies))
    program.sign_in(browser)
    assert "from before" not in attacker.page(program.address()).text


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:9/callback/../other"},
        {"client_id": "unknown"},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(origin, changed):
    answer = httpx2.get(Program(origin).address(**changed), trust_env=False)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"resource": "https://other.example/mcp"}, "invalid_target"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "read write"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_request_that_asks_for_something_else_is_refused(origin, changed, error):
    sent = httpx2.get(Program(origin).address(**changed), trust_env=False).headers["location"]
    assert query(sent)["error"] == error


def test_a_code_is_good_once_and_its_second_use_ends_what_the_first_gave(origin):
    program = Program(origin)
    code = query(Browser().sign_in(program))["code"]
    token = program.exchange(code).json()["access_token"]
    assert asked(origin, token).status_code != 401
    assert program.exchange(code).json()["error"] == "invalid_grant"
    assert asked(origin, token).status_code == 401


def test_a_stolen_code_is_of_no_use_to_another_program_or_without_its_verifier(origin):
    program, thief = Program(origin), Program(origin)
    code = query(Browser().sign_in(program))["code"]
    thief.verifier = program.verifier
    assert thief.exchange(code).json()["error"] == "invalid_grant"
    assert program.exchange(code, code_verifier="x" * 43).json()["error"] == "invalid_grant"
    assert "access_token" in program.exchange(code).json()


def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_family(origin):
    program = Program(origin)
    first = program.sign_in(Browser())
    second = program.refresh(first["refresh_token"]).json()
    assert asked(origin, second["access_token"]).status_code != 401
    assert program.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert program.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert [asked(origin, one["access_token"]).status_code for one in (first, second)] == [401, 401]


def test_a_refresh_token_is_of_no_use_to_another_program_or_as_an_access_token(origin):
    program, thief = Program(origin), Program(origin)
    tokens = program.sign_in(Browser())
    assert thief.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert asked(origin, tokens["refresh_token"]).status_code == 401
    assert program.refresh(tokens["access_token"]).json()["error"] == "invalid_grant"


def test_revoking_ends_the_sign_in_here_and_at_torii(origin, torii):
    program, browser = Program(origin), Browser()
    before = set(torii[1].issued)
    tokens = program.sign_in(browser)
    given = set(torii[1].issued) - before
    assert given != set()
    assert program.revoke(tokens["refresh_token"]).status_code == 200
    assert given & set(torii[1].issued) == set()
    assert asked(origin, tokens["access_token"]).status_code == 401
    assert "from before" not in browser.page(program.address()).text


def test_while_another_program_still_reads_revoking_ends_one_program_alone(origin, torii):
    browser, first, second = Browser(), Program(origin), Program(origin)
    one, other = first.sign_in(browser), second.sign_in(browser)
    first.revoke(one["access_token"])
    assert asked(origin, one["access_token"]).status_code == 401
    assert not anyio.run(calling, origin, other["access_token"], shown)[1].get("error")


def test_nobody_can_revoke_what_another_program_holds(origin):
    program, other = Program(origin), Program(origin)
    tokens = program.sign_in(Browser())
    assert other.revoke(tokens["refresh_token"]).status_code == 200
    assert asked(origin, tokens["access_token"]).status_code != 401


def initialized(origin, token):
    """The id of a new session, as clients before 2026 have it."""
    told = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": told}
    headers = {"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream"}
    return httpx2.post(f"{origin}/mcp", json=body, headers=headers, trust_env=False).headers["mcp-session-id"]


def test_a_session_of_another_person_or_program_is_unknown(origin):
    program, other, browser = Program(origin), Program(origin), Browser("admin")
    mine = program.sign_in(browser)["access_token"]
    session = {"mcp-session-id": initialized(origin, mine)}
    assert asked(origin, mine, **session).status_code == 200
    assert asked(origin, program.sign_in(Browser("appOwner"))["access_token"], **session).status_code == 404
    assert asked(origin, other.sign_in(browser)["access_token"], **session).status_code == 404


def test_a_token_ends_with_its_time_and_is_renewed(torii, tmp_path):
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db", access_seconds=0) as origin:
        program = Program(origin)
        tokens = program.sign_in(Browser())
        assert asked(origin, tokens["access_token"]).status_code == 401
        assert program.refresh(tokens["refresh_token"]).status_code == 200


def issued_for(torii, program, browser):
    """The tokens for a person, and the refresh and access tokens that Torii issued for them."""
    before = set(torii[1].issued)
    tokens = program.sign_in(browser)
    given = {type(torii[1].issued[one].token): one for one in set(torii[1].issued) - before}
    return tokens["access_token"], given[RefreshToken], given[AccessToken]


def test_a_sign_in_that_torii_has_ended_is_asked_for_anew(origin, torii):
    program, browser = Program(origin), Browser()
    token, *given = issued_for(torii, program, browser)
    for one in given:
        del torii[1].issued[one]
    with pytest.raises(ExceptionGroup):
        anyio.run(calling, origin, token, shown)
    # It is forgotten just after the answer is sent.
    assert 401 in (asked(origin, token).status_code for _ in range(100))
    assert "from before" not in browser.page(program.address()).text


def test_a_token_of_torii_s_that_has_run_out_is_renewed_for_each_program_of_its_person(origin, torii):
    program, browser = Program(origin), Browser()
    token, refresh, access = issued_for(torii, program, browser)
    other = Program(origin).sign_in(browser)["access_token"]
    del torii[1].issued[access]
    assert [anyio.run(calling, origin, one, shown)[0] != [] for one in (token, other)] == [True, True]
    assert torii[1].issued[refresh].is_spent


def test_a_restart_in_the_middle_of_a_sign_in_loses_nothing(torii, tmp_path):
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db") as origin:
        program, browser = Program(origin), Browser()
        page = browser.page(program.address())
    address = origin.removeprefix("http://")
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db", address=address):
        sent = browser.sent_by(browser.answer(page))
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db", address=address):
        back = browser.back_from(sent)
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db", address=address):
        token = program.exchange(query(back)["code"]).json()["access_token"]
        assert anyio.run(calling, origin, token, shown)[0] != []


def test_a_token_of_another_address_is_refused(torii, tmp_path):
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db") as first:
        token = Program(first).sign_in(Browser())["access_token"]
    # The same state at another address.
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db") as second:
        answer = asked(second, token)
    assert first != second
    assert (answer.status_code, f"{second}/.well-known" in answer.headers["www-authenticate"]) == (401, True)


def test_what_is_kept_holds_no_token_of_anybody(torii, tmp_path):
    with opened(f"{torii[0]}/mcp", tmp_path / "state.db") as origin:
        before = set(torii[1].issued)
        tokens = Program(origin).sign_in(Browser())
        given = set(torii[1].issued) - before
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    secret = [*given, tokens["access_token"], tokens["refresh_token"]]
    assert [one for one in secret if one.encode() in kept] == []


def test_torii_s_own_refusal_comes_back_as_one(origin):
    program, browser = Program(origin), Browser()
    sent = browser.sent_by(browser.answer(browser.page(program.address())))
    refused = browser.sent_by(browser.http.get(answer_page(sent, answer="deny")))
    assert query(refused)["error"] == "access_denied"


def test_an_answer_of_another_issuer_is_refused(origin):
    program, browser = Program(origin), Browser()
    sent = browser.sent_by(browser.answer(browser.page(program.address())))
    came = query(answer_page(sent)) | {"iss": "https://evil.example"}
    refused = browser.sent_by(browser.http.get(f"{origin}/callback?{urlencode(came)}"))
    assert query(refused)["error"] == "access_denied"


def test_a_torii_that_cannot_be_reached_is_said_to_the_program(tmp_path):
    with opened("http://127.0.0.1:9/mcp", tmp_path / "state.db") as origin:
        browser = Browser()
        sent = browser.sent_by(browser.answer(browser.page(Program(origin).address())))
    assert query(sent)["error"] == "temporarily_unavailable"


def test_a_sign_in_at_one_process_counts_at_another_until_everybody_is_signed_out(torii, state_url):
    server, before = f"{torii[0]}/mcp", set(torii[1].issued)
    free = listen("127.0.0.1:0")
    address = f"127.0.0.1:{free.getsockname()[1]}"
    free.close()
    with opened(server, state_url, address=address) as origin:
        program = Program(origin)
        tokens = program.sign_in(Browser())
    with opened(server, state_url, address=address):
        assert "list_users" in anyio.run(calling, origin, tokens["access_token"], shown)[0]
        given = set(torii[1].issued) - before
        assert given != set()
        assert anyio.run(signed_out, server, state_url) == (1, 0)
        assert given & set(torii[1].issued) == set()
        assert asked(origin, tokens["access_token"]).status_code == 401
        assert program.refresh(tokens["refresh_token"]).status_code in {400, 401}
        assert "access_token" in Program(origin).sign_in(Browser())


async def signed_out(server, state_url):
    async with SharedState.open(state_url, [KEY]) as state:
        return await People(state, server, "").end_everybody()
