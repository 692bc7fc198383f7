"""A sign-in over time: it runs out and is renewed, is revoked, or its issuer is down."""

import anyio
import httpx2
import pytest
from pydantic import AnyHttpUrl

from promptkit.commands.connect import connect_server
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.sign_in import KeptAuth, reader_of
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.tokens import open_store
from promptkit.errors import PromptkitError
from promptkit.model import ToolCall
from promptkit.policy.review import tool_policy
from promptkit.transcript import CallState
from tests.connection.sign_in.reads import kept, read_often, reads
from tests.servers import Rewritten, signed_torii


def test_a_token_that_ran_out_is_renewed_and_the_new_one_kept(tenant, library):
    with signed_torii(tenant, max_uses=10) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        first = kept(url)
        assert reads(library, url, 30) == [CallState.EXECUTED] * 30
        assert {kept(url).tokens.access_token, kept(url).tokens.refresh_token}.isdisjoint(first.tokens.model_dump())
        assert kept(url).tokens != first.tokens


def test_whoever_renews_a_sign_in_is_the_same_reader_and_whoever_signs_in_anew_another(tenant, library, monkeypatch):
    with signed_torii(tenant, max_uses=10) as (origin, _):
        url = f"{origin}/mcp"
        assert reader_of(url, open_store()) == ""
        connect_server(url)
        first, token = reader_of(url, open_store()), kept(url).tokens.access_token
        reads(library, url, 12)
        assert kept(url).tokens.access_token != token
        assert reader_of(url, open_store()) == first
        connect_server(url)
        second = reader_of(url, open_store())
    monkeypatch.setenv("PROMPTKIT_TOKEN", "a-token-of-the-environment")
    assert len({"", first, second, reader_of(url, open_store())}) == 4


def test_a_token_known_to_have_run_out_is_renewed_before_it_is_sent(tenant, library):
    with signed_torii(tenant, max_uses=100) as (origin, authorization):
        url = f"{origin}/mcp"
        connect_server(url)
        first = kept(url)
        used = authorization.issued[first.tokens.access_token].uses
        open_store().save(first.model_copy(update={"expires_at": 1.0}))
        assert reads(library, url) == [CallState.EXECUTED]
        assert kept(url).tokens.access_token != first.tokens.access_token
        assert authorization.issued[first.tokens.access_token].uses == used


def test_two_programs_at_once_share_one_sign_in(tenant, library):
    async def both(url):
        states = []

        async def one():
            states.extend(await read_often(library, url, 25))

        async with anyio.create_task_group() as group:
            group.start_soon(one)
            group.start_soon(one)
        return states

    # Neither can use up alone what the other has just renewed: 25 calls and the beginning of a session need two tokens.
    with signed_torii(tenant, max_uses=25) as (origin, _):
        connect_server(f"{origin}/mcp")
        assert anyio.run(both, f"{origin}/mcp") == [CallState.EXECUTED] * 50


def test_many_calls_at_once_whose_token_runs_out_are_all_made_after_one_renewal(tenant, library):
    states = []

    async def at_once(url):
        gate = Gate()
        async with connect(url, gate, lambda tools: setattr(gate, "policy", tool_policy(library, tools))) as session:

            async def read(size):
                call = ToolCall(name="list_apps", arguments={"size": size})
                states.append((await session.call(call)).state)

            async with anyio.create_task_group() as group:
                for size in range(1, 21):
                    group.start_soon(read, size)

    with signed_torii(tenant, max_uses=21) as (origin, authorization):
        connect_server(f"{origin}/mcp")
        issued = len(authorization.issued)
        anyio.run(at_once, f"{origin}/mcp")
        # Access and refresh token.
        assert len(authorization.issued) == issued + 2
    assert states == [CallState.EXECUTED] * 20


def test_what_another_program_renewed_and_used_up_is_renewed_again(tenant):
    with signed_torii(tenant) as (origin, _):
        url = f"{origin}/mcp"
        connect_server(url)
        mine = kept(url)
        first, theirs = (mine.tokens.model_copy(update={"access_token": name}) for name in ("run-out", "used-up"))
        open_store().save(mine.model_copy(update={"tokens": first}))
        auth = KeptAuth(url, open_store(), SignInOrigins(url))
        open_store().save(mine.model_copy(update={"tokens": theirs}))

        async def ask():
            async with httpx2.AsyncClient(auth=auth) as client:
                return (await client.post(url, json={})).status_code

        assert anyio.run(ask) != httpx2.codes.UNAUTHORIZED
        assert kept(url).tokens.access_token not in {"run-out", "used-up", mine.tokens.access_token}


async def revoke_by(authorization, token):
    await authorization.revoke_token(await authorization.load_access_token(token))


def test_a_sign_in_that_was_revoked_has_to_be_made_again(tenant, library):
    with signed_torii(tenant) as (origin, authorization):
        url = f"{origin}/mcp"
        connect_server(url)
        token = kept(url).tokens.access_token
        anyio.run(lambda: revoke_by(authorization, token))
        with pytest.raises(
            PromptkitError, match=r"\[not-signed-in\] .* asks for a sign-in\n.*fix: run promptkit connect"
        ):
            reads(library, url)
        assert connect_server(url) == 0
        assert reads(library, url) == [CallState.EXECUTED]


def test_an_issuer_that_is_down_ends_no_sign_in(tenant, library):
    def wrap(app):
        return Rewritten(app, "/token", status=503)

    with signed_torii(tenant) as (origin, _):
        connect_server(f"{origin}/mcp")
        mine = kept(f"{origin}/mcp")
    with signed_torii(tenant, wrap=wrap) as (origin, _):
        url = f"{origin}/mcp"
        metadata = mine.metadata.model_copy(update={"token_endpoint": AnyHttpUrl(f"{origin}/token")})
        moved = {"server": url, "issuer": origin, "resource": url, "metadata": metadata}
        open_store().save(mine.model_copy(update=moved))
        with pytest.raises(PromptkitError, match=r"\[sign-in-later\]"):
            reads(library, url)
        assert kept(url).tokens == mine.tokens
