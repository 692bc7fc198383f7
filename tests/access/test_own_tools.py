"""Before a server that lists other tools for other roles, each person is listed theirs, and can call no other."""

import anyio
import pytest
from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.lowlevel import Server
from mcp.types import CallToolRequestParams, PaginatedRequestParams

from promptkit.library.store import Library, default_root
from promptkit.policy.review import load_tool_lock
from promptkit.torii.authorization import Authorization
from promptkit.torii.consent import ConsentPage, members, signed_app
from promptkit.torii.tenant import build_tenant
from tests.access.doors import Browser, Program, calling, opened
from tests.servers import running

LISTED = {"admin": {"list_apps", "list_users"}, "appOwner": {"list_apps"}}
_ENVELOPE = {"resultType": "complete"}


def by_role():
    """A server that says whom it answers."""
    tools = load_tool_lock(Library(default_root()))

    async def listed(context, params):
        mine = [tools[name] for name in sorted(LISTED[get_access_token().subject])]
        return {**_ENVELOPE, "ttlMs": 0, "cacheScope": "private", "tools": mine}

    async def called(context, params):
        return {**_ENVELOPE, "content": [{"type": "text", "text": get_access_token().subject}]}

    server = Server("by-role", get_tool_input_schema=lambda name: None)
    server.add_request_handler("tools/list", PaginatedRequestParams, listed)
    server.add_request_handler("tools/call", CallToolRequestParams, called)
    return server


@pytest.fixture
def origin(tmp_path):
    tenant = build_tenant(None)

    def torii(at):
        authorization = Authorization(at)
        return signed_app(by_role(), authorization, ConsentPage(authorization, members(tenant), "admin"))

    with running(torii) as behind, opened(f"{behind}/mcp", tmp_path / "state.db") as served:
        yield served
    tenant.close()


def test_each_person_is_listed_and_calls_the_tools_of_their_own_role(origin):
    program = Program(origin)
    tokens = {role: program.sign_in(Browser(role))["access_token"] for role in LISTED}
    seen = {}

    async def use(client):
        names = {tool.name for tool in (await client.list_tools()).tools}
        apps, users = [await client.call_tool(name, {"size": 1}) for name in ("list_apps", "list_users")]
        return names, apps.content[0].text, users.is_error

    async def see(role):
        seen[role] = await calling(origin, tokens[role], use)

    async def run():
        async with anyio.create_task_group() as group:
            for role in LISTED:
                group.start_soon(see, role)

    anyio.run(run)
    assert seen == {role: (LISTED[role], role, role == "appOwner") for role in LISTED}
