"""Which programs may ask people to sign in: what is kept of them, and what floods may do."""

import json
import time
from contextlib import contextmanager

import anyio
import httpx2
import pytest
from mcp.server.auth.provider import RegistrationError
from mcp.shared.auth import OAuthClientInformationFull
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from promptkit.access.clients import UNUSED_SECONDS, Clients
from promptkit.access.state import SharedState
from tests.access.doors import KEY, Browser, Program, opened
from tests.servers import CALLBACK, query, running

PUBLIC = "https://mcp.example.com"


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """Nobody signs in here, so there is no Torii behind it."""
    with opened("http://127.0.0.1:9/mcp", tmp_path_factory.mktemp("access") / "state.db") as served:
        yield served


@contextmanager
def documents(**pages):
    """The origin of a host with these pages."""

    def answering(page):
        async def answer(request):
            if page == "moved":
                return RedirectResponse("/client")
            host = f"http://{request.headers['host']}"
            return JSONResponse(json.loads(json.dumps(page).replace("HOST", host)))

        return answer

    routes = [Route(f"/{name}", answering(page)) for name, page in pages.items()]
    with running(lambda _: Starlette(routes=routes)) as served:
        yield served


def document(name="client", **changed):
    described = {"client_id": f"HOST/{name}", "client_name": "Described", "redirect_uris": [CALLBACK]}
    return described | {"token_endpoint_auth_method": "none"} | changed


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/callback",
        "javascript:alert(1)",
        "cursor://callback",
        "https://user@evil.example/callback",
        "https://evil.example/callback#part",
        "https://evil.example/" + "x" * 500,
    ],
)
def test_a_program_registers_no_address_to_which_a_code_must_not_go(origin, address):
    program = Program(origin, client_id="none yet")
    assert program.register("A test", redirect_uris=[address]).status_code == 400


@pytest.mark.parametrize("more", [{"redirect_uris": []}, {"redirect_uris": [CALLBACK] * 11}, {"scope": "write"}])
def test_a_program_registers_no_more_than_it_needs(origin, more):
    assert Program(origin, client_id="none yet").register("A test", **more).status_code == 400


def test_a_registration_is_small(origin):
    program = Program(origin, client_id="none yet")
    assert program.register("x" * 20_000).status_code == 413
    assert program.register("x" * 10_000).status_code == 201


def test_a_flood_of_registrations_is_told_to_wait_and_what_is_there_goes_on(tmp_path):
    with opened("http://127.0.0.1:9/mcp", tmp_path / "state.db") as origin:
        program = Program(origin)
        found = [program.register("A flood") for _ in range(62)]
        assert {answer.status_code for answer in found} == {201, 429}
        assert found[-1].headers["retry-after"] == "60"
        assert Browser().page(program.address()).status_code == 200


def registered(number):
    told = {"client_id": f"client {number}", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"}
    return OAuthClientInformationFull.model_validate(told)


def test_only_so_many_registrations_are_kept_and_those_that_nobody_uses_an_hour(tmp_path, monkeypatch):
    async def run():
        async with SharedState.open(f"sqlite:///{tmp_path}/state.db", [KEY]) as state:
            clients = Clients(state, PUBLIC, max_clients=2)
            for number in (1, 2):
                await clients.register(registered(number))
            with pytest.raises(RegistrationError):
                await clients.register(registered(3))
            await clients.used(registered(1))
            later = time.time() + UNUSED_SECONDS + 1
            monkeypatch.setattr("time.time", lambda: later)
            return [await clients.get(f"client {number}") for number in (1, 2)]

    used, unused = anyio.run(run)
    assert (used.client_id, unused) == ("client 1", None)


def test_a_program_may_describe_itself_at_its_own_address(origin):
    with documents(client=document()) as host:
        browser = Browser()
        page = browser.page(Program(origin, client_id=f"{host}/client").address())
        denied = query(browser.sent_by(browser.answer(page, "deny")))
    assert f"<dd>{host}/client</dd>" in page.text
    assert "<strong>Described</strong>" in page.text
    assert denied["error"] == "access_denied"


def test_a_program_on_the_person_s_machine_may_listen_at_any_port_and_at_no_other_path(origin):
    with documents(client=document(redirect_uris=["http://127.0.0.1/callback"])) as host:
        answers = [
            httpx2.get(Program(origin, redirect=address, client_id=f"{host}/client").address(), trust_env=False)
            for address in (
                CALLBACK,
                "http://127.0.0.1:9/other",
                "http://localhost:9/callback",
                "https://127.0.0.1/callback",
            )
        ]
    assert [answer.status_code for answer in answers] == [302, 400, 400, 400]


@pytest.mark.parametrize(
    "pages",
    [
        {"client": document("other")},
        {"client": document(token_endpoint_auth_method="client_secret_post")},
        {"client": document(client_secret="known to all")},
        {"client": document(redirect_uris=["http://evil.example/callback"])},
        {"client": document(client_name="x" * 20_000)},
        {"client": ["no object"]},
        {"client": "moved"},
        {},
    ],
)
def test_a_document_that_is_none_describes_no_program(origin, pages):
    with documents(**pages) as host:
        answer = httpx2.get(Program(origin, client_id=f"{host}/client").address(), trust_env=False)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """What is fetched to learn of a client, on a machine that knows the name client.example."""
    sent, look_up = [], anyio.getaddrinfo

    async def noted(_, request):
        sent.append(str(request.url))
        raise OSError

    async def found(host, port):
        return await look_up("192.0.1.1" if host == "client.example" else host, port)

    async def run(client_id):
        async with SharedState.open(f"sqlite:///{tmp_path}/state.db", [KEY]) as state:
            assert await Clients(state, PUBLIC).get(client_id) is None
        return sent

    monkeypatch.setattr("httpx2.AsyncHTTPTransport.handle_async_request", noted)
    monkeypatch.setattr("anyio.getaddrinfo", found)
    return lambda client_id: anyio.run(run, client_id)


@pytest.mark.parametrize(
    "client_id",
    [
        "http://client.example/client",
        "https://127.0.0.1/client",
        "https://10.0.0.1/client",
        "https://169.254.169.254/latest",
        "https://localhost/client",
        "https://[::1]/client",
        "https://client.example",
        "https://user@client.example/client",
        "https://client.example:8443/client",
        "https://client.example/client?x=1",
        "https://client.example/client#part",
        "file:///etc/passwd",
        "ftp://client.example/client",
        "https://client.example:port/client",
    ],
)
def test_nothing_is_fetched_from_where_no_program_may_describe_itself(fetched, client_id):
    assert fetched(client_id) == []


def test_elsewhere_a_document_is_fetched(fetched):
    assert fetched("https://client.example/client") == ["https://client.example/client"]


def test_a_public_server_fetches_nothing_from_its_own_machine(tmp_path):
    async def run(host):
        async with SharedState.open(f"sqlite:///{tmp_path}/state.db", [KEY]) as state:
            return [await Clients(state, public).get(f"{host}/client") for public in (PUBLIC, "http://127.0.0.1:1")]

    with documents(client=document()) as host:
        refused, found = anyio.run(run, host)
    assert refused is None
    assert found.client_name == "Described"
