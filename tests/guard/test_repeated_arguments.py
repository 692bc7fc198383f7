"""Arguments that a header repeats (`x-mcp-header`, revision 2026-07-28): as the server wants, and as the body says."""

import json
import shutil
from typing import Annotated

import anyio
import httpx2
import pytest
from mcp.server.mcpserver import MCPServer
from mcp.types import ToolAnnotations
from pydantic import Field

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.library.store import Library
from promptkit.model import ToolCall
from promptkit.policy.review import tool_policy
from promptkit.transcript import CallState
from tests.guard.attempts import LEGACY, MODERN_META, message
from tests.guard.fake_torii import ERAS, asked
from tests.servers import running

TOOL = "get_repo"
ARGUMENTS = {"owner": "Zoë ", "size": 2, "forks": False}


def app(_):
    """A server of the SDK's own, which holds each header against the body."""
    server = MCPServer("repeating", log_level="ERROR")

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def get_repo(
        owner: Annotated[str, Field(json_schema_extra={"x-mcp-header": "Owner"})],
        size: Annotated[int, Field(json_schema_extra={"x-mcp-header": "Size"})] = 1,
        forks: Annotated[bool, Field(json_schema_extra={"x-mcp-header": "Forks"})] = True,
    ) -> str:
        """Reads one repository."""
        return f"{owner}|{size}|{forks}"

    return server.streamable_http_app()


@pytest.fixture
def behind():
    with running(app) as origin:
        yield f"{origin}/mcp"


@pytest.fixture
def reading(library, behind, tmp_path):
    """A library whose only tool is that of the server, as it lists it now."""
    shutil.copytree(library.instructions, tmp_path / "instructions")
    rule = {
        "class": "read",
        "capability": "read",
        "source": "test",
        "arguments": {"owner": {"type": "string"}, "size": {"type": "integer"}, "forks": {"type": "boolean"}},
    }
    (tmp_path / "instructions/tools.yaml").write_text(json.dumps({TOOL: rule}))

    async def listed():
        async with connect(behind, Gate(), lambda _: None) as session:
            return session.tools

    (tmp_path / "instructions/tools.lock.json").write_text(json.dumps({"tools": anyio.run(listed)}))
    return Library(tmp_path)


@pytest.fixture
def guard(reading, behind, log):
    made = Guard(reading, behind, AuditLog(log), show_all=False, tell=lambda _: None)
    with running(lambda _: made.build().streamable_http_app()) as origin:
        yield f"{origin}/mcp"


@ERAS
@pytest.mark.parametrize("arguments", [ARGUMENTS, {"owner": "ada"}, {"owner": "=?base64?YQ==?="}])
def test_a_call_through_the_guard_comes_back_as_without_it(behind, guard, era, arguments):
    async def ask(client):
        await client.list_tools()
        return (await client.call_tool(TOOL, arguments)).content[0].text

    assert asked(guard, ask, era) == asked(behind, ask, era)


def test_a_session_of_ours_repeats_arguments_alike(reading, behind):
    async def run():
        gate = Gate()
        async with connect(behind, gate, lambda tools: setattr(gate, "policy", tool_policy(reading, tools))) as session:
            return session.protocol, await session.call(ToolCall(name=TOOL, arguments=ARGUMENTS))

    protocol, outcome = anyio.run(run)
    assert (protocol, outcome.state, outcome.text) == ("2026-07-28", CallState.EXECUTED, "Zoë |2|False")


@pytest.mark.parametrize("headers", [{"mcp-param-owner": "bob"}, {}], ids=["another", "none"])
def test_a_client_whose_header_is_not_the_body_gets_an_error(guard, headers):
    asked(guard, lambda client: client.list_tools())
    body = message(name=TOOL, arguments={"owner": "ada"}, _meta=MODERN_META)
    modern = {**LEGACY, "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call", "mcp-name": TOOL}
    answer = httpx2.post(guard, json=body, headers={**modern, **headers}, trust_env=False)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32020)
