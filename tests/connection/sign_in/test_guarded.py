"""A guard before a Torii that wants a sign-in: its token runs out, is renewed, is taken away, and comes back."""

import logging
import math
from contextlib import contextmanager

import anyio
import pytest

from promptkit.commands.connect import connect_server
from promptkit.connection.stand_in import STAND_IN_NOTICE
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.guard.upstream import MAX_WAIT_SECONDS
from tests.connection.sign_in.reads import kept
from tests.guard.fake_torii import READ, asked, called, leaf
from tests.servers import running, signed_torii


@pytest.fixture
def guarding(tenant, library, tmp_path, caplog):
    """Opens a guard before a Torii: the guard's URL, Torii's, its issuer, and the lines that the guard has told.

    No token may be in what it told, answered or logged.
    """
    caplog.set_level(logging.INFO)
    told, tokens = [], []

    @contextmanager
    def open_(*, is_signed_in=True, max_wait_seconds=MAX_WAIT_SECONDS, **options):
        with signed_torii(tenant, **options) as (origin, authorization):
            url = f"{origin}/mcp"
            if is_signed_in:
                connect_server(url)
            log = AuditLog(tmp_path / "guard.jsonl")
            guard = Guard(library, url, log, show_all=False, tell=told.append, max_wait_seconds=max_wait_seconds)
            with running(lambda _: guard.build().streamable_http_app()) as own:
                yield f"{own}/mcp", url, authorization, told
            tokens.extend(authorization.issued)

    yield open_
    seen = "".join([*told, caplog.text, (tmp_path / "guard.jsonl").read_text()])
    assert [token for token in tokens if token in seen] == []


def complaint(url):
    with pytest.raises(ExceptionGroup) as raised:
        called(url, READ)
    return str(leaf(raised.value))


def test_a_token_that_runs_out_is_renewed_behind_the_guard_and_no_client_notices(guarding):
    async def ask(connected):
        return [(await connected.call_tool(READ, {"size": 1})).is_error for _ in range(20)]

    with guarding(max_uses=5) as (own, url, authorization, told):
        first = kept(url).tokens
        assert asked(own, ask) == [False] * 20
        assert (marks(told), len(authorization.issued) > 4) == (["connected"], True)
        assert kept(url).tokens != first


def test_before_anybody_has_signed_in_a_client_is_told_at_once_what_to_do(guarding):
    with guarding(is_signed_in=False, max_wait_seconds=math.inf) as (own, url, _, _):
        assert complaint(own) == (
            f"The server cannot be reached: {url} asks for a sign-in; "
            f"run promptkit connect {url}, or set PROMPTKIT_TOKEN"
        )
        assert called(own, "run_workflow").content[0].text.startswith("Refused: ")


def marks(told):
    """What a guard said of its connection, without whose data are behind it."""
    return [line[:13] for line in told if line != STAND_IN_NOTICE]


async def end(authorization, token):
    await authorization.revoke_token(await authorization.load_access_token(token))


def test_a_sign_in_that_was_revoked_is_told_once_and_a_new_one_serves_the_running_guard(guarding):
    with guarding() as (own, url, authorization, told):
        assert not called(own, READ).is_error
        anyio.run(end, authorization, kept(url).tokens.access_token)
        assert "run promptkit connect" in complaint(own)
        assert "run promptkit connect" in complaint(own)
        connect_server(url)
        assert not called(own, READ).is_error
    assert marks(told) == ["connected", "not connected", "connected"]


def test_an_admins_sign_in_can_do_no_more_than_read(guarding, browser, tenant):
    browser(role="admin")
    change = {"idUser": 1, "lifecycleStatus": "offboarded"}
    with guarding() as (own, _, _, _):
        before = tenant.execute("SELECT * FROM users").fetchall()
        assert not called(own, READ).is_error
        assert called(own, "update_user", change).is_error
        assert tenant.execute("SELECT * FROM users").fetchall() == before
