import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from mcp import Client

from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant


@pytest.fixture(scope="session")
def pristine() -> Iterator[sqlite3.Connection]:
    connection = build_tenant(None)
    yield connection
    connection.close()


@pytest.fixture
def tenant(pristine) -> Iterator[sqlite3.Connection]:
    """A small tenant of the test's own."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    pristine.backup(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    yield connection
    connection.close()


@asynccontextmanager
async def client(tenant, **options) -> AsyncIterator[Client]:
    """A real MCP client of a server on the tenant."""
    async with Client(build_server(tenant, **options)) as connected:
        yield connected


def call(tenant, tool, arguments=None, **options) -> dict[str, Any]:
    """The structured content of one call, or the error's."""

    async def run():
        async with client(tenant, **options) as connected:
            return await connected.call_tool(tool, arguments or {})

    return anyio.run(run).structured_content
