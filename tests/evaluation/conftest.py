from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from promptkit.catalog import tool_policy
from promptkit.client import connect
from promptkit.evaluation.local import LocalTorii, local_torii
from promptkit.gate import Gate
from promptkit.session import GuardedSession


@pytest.fixture(scope="package")
def torii() -> Iterator[LocalTorii]:
    """A tenant that no test may change."""
    with local_torii() as made:
        before = made.digest()
        yield made
        assert made.digest() == before


@asynccontextmanager
async def guarded(library, torii, policy=None) -> AsyncIterator[GuardedSession]:
    """A guarded session with a server process over stdio."""
    gate = Gate()

    def review(tools):
        gate.policy = policy(tools) if policy else tool_policy(library, tools)

    async with connect(torii.command, gate, review) as session:
        yield session


@pytest.fixture(scope="package")
def shared(library, torii) -> Iterator[tuple[BlockingPortal, GuardedSession]]:
    """A loop in a thread, and in it one guarded session with that tenant, for tests that only read."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(guarded(library, torii)) as session:
        yield portal, session
