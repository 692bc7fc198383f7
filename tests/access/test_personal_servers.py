"""The servers of people: how many are open, and when a stream ends."""

import time
from contextlib import asynccontextmanager

import anyio
import httpx2
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from promptkit.access.people import People
from promptkit.access.personal_servers import GRACE_SECONDS, PersonalServers
from promptkit.access.state import SharedState
from promptkit.connection.tokens import KeptSignIn
from tests.access.doors import KEY

TORII = "http://127.0.0.1:9/mcp"


class Answering:
    """In place of an MCP server: says whose it is and how many were made, or streams for as long as it may."""

    made = 0

    def __init__(self, held):
        self._person = held.person
        Answering.made += 1

    def streamable_http_app(self, **_):
        return Starlette(routes=[Route("/name", self._name), Route("/stream", self._stream)])

    async def _name(self, _):
        return PlainTextResponse(f"{self._person} {Answering.made}")

    async def _stream(self, _):
        async def endless():
            yield "begun"
            await anyio.sleep_forever()

        return StreamingResponse(endless())


@asynccontextmanager
async def served(folder, **options):
    """Asks for a path as somebody whose token ends in so many seconds."""
    Answering.made = 0
    async with SharedState.open(f"sqlite:///{folder}/state.db", [KEY]) as state:
        people = People(state, TORII, "http://127.0.0.1:9/callback")
        for person in ("first", "second"):
            sign_in = people.sign_in(person)
            client = OAuthClientInformationFull(client_id="c", redirect_uris=["http://127.0.0.1:9/callback"])
            tokens = OAuthToken(access_token="the token at Torii")
            sign_in.kept = KeptSignIn(server=TORII, issuer="http://127.0.0.1:9", client=client, tokens=tokens)
            await sign_in.write()
        servers = PersonalServers(Answering, people, **options)

        async def ask(person, path, seconds=60):
            async def as_person(scope, receive, send):
                expires_at = int(time.time()) + seconds
                token = AccessToken(token="t", client_id="c", scopes=[], expires_at=expires_at, subject=person)
                await servers(scope | {"user": AuthenticatedUser(token)}, receive, send)

            transport = httpx2.ASGITransport(as_person)
            async with httpx2.AsyncClient(transport=transport, base_url="http://here") as http:
                return await http.get(path)

        async with servers.running():
            yield ask


def test_a_person_keeps_their_server_until_another_needs_the_room(tmp_path):
    async def run():
        async with served(tmp_path, max_open=1) as ask:
            return [(await ask(person, "/name")).text for person in ("first", "first", "second", "first")]

    assert anyio.run(run) == ["first 1", "first 1", "second 2", "first 3"]


def test_nobody_s_server_is_closed_while_it_answers_so_others_are_told_to_wait(tmp_path):
    async def run():
        async with served(tmp_path, max_open=1) as ask, anyio.create_task_group() as group:
            group.start_soon(ask, "first", "/stream")
            # Until the stream is open, there is room for another.
            while (answer := await ask("second", "/name")).status_code == 200:
                pass
            group.cancel_scope.cancel()
        return answer

    answer = anyio.run(run)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")


def test_a_stream_ends_with_its_token(tmp_path):
    async def run():
        async with served(tmp_path) as ask:
            with anyio.fail_after(10):
                return await ask("first", "/stream", seconds=-GRACE_SECONDS)

    assert anyio.run(run).text == "begun"


def test_a_server_that_is_asked_nothing_is_closed(tmp_path):
    async def run():
        async with served(tmp_path, idle_seconds=0.01) as ask:
            first = (await ask("first", "/name")).text
            with anyio.fail_after(10):
                while (later := (await ask("first", "/name")).text) == first:
                    await anyio.sleep(0.02)
        return first, later

    first, later = anyio.run(run)
    assert (first, later) == ("first 1", "first 2")
