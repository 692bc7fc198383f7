"""Views for many people: each one's answers are read as themselves, and a cursor is good for nobody else."""

import re

import anyio
import pytest

from promptkit.connection.open_session import SignedInReader
from promptkit.connection.web_sign_in import sign_in_of
from promptkit.hosts.view_server import ViewServer
from promptkit.library.store import Library, default_root
from promptkit.model import DEFAULT_PROFILE
from promptkit.torii.tenant import build_tenant
from promptkit.views.service import ViewService
from tests.access.doors import Browser, Program, calling, opened
from tests.servers import signed_torii


def views_for(server, held):
    library, reader = Library(default_root()), SignedInReader(f"person {held.person}", sign_in_of(server, held))
    service = ViewService(library, server, DEFAULT_PROFILE, cache=True, share=0.25, reader=reader)
    return ViewServer(library, DEFAULT_PROFILE, service, "<html>").build()


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    tenant = build_tenant(None)
    with (
        signed_torii(tenant) as (torii, _),
        opened(f"{torii}/mcp", tmp_path_factory.mktemp("access") / "state.db", make=views_for) as served,
    ):
        yield served
    tenant.close()


def test_each_person_s_view_is_their_own_and_so_are_its_cursors(origin, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    program = Program(origin)
    tokens = {role: program.sign_in(Browser(role))["access_token"] for role in ("admin", "appOwner")}

    async def answered(client):
        result = await client.call_tool("answer_view", {"name": "vendors"})
        return result.content[0].text, str(result.structured_content)

    async def next_rows(client):
        return await client.call_tool("next_rows", {"cursor": cursor})

    found = {role: anyio.run(calling, origin, token, answered) for role, token in tokens.items()}
    assert found["admin"] != found["appOwner"]
    cursor = re.search(r"'next': '([^']+)'", found["admin"][1])[1]
    own, others = (anyio.run(calling, origin, tokens[role], next_rows) for role in ("admin", "appOwner"))
    assert (own.is_error, others.is_error) == (False, True)
