from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.session import GatedSession
from promptkit.policy.review import tool_policy
from promptkit.torii.faults import WireFaults
from promptkit.torii.local import LocalTorii, local_torii
from promptkit.torii.server import build_server
from promptkit.torii.tenant import open_tenant
from tests.torii.signing_in import running


@pytest.fixture(scope="session")
def torii() -> Iterator[LocalTorii]:
    """A tenant that no test may change."""
    with local_torii() as made:
        before = made.digest()
        yield made
        assert made.digest() == before


@asynccontextmanager
async def guarded(library, torii, policy=None) -> AsyncIterator[GatedSession]:
    """A guarded session with a server process over stdio."""
    gate = Gate()

    def review(tools):
        gate.policy = policy(tools) if policy else tool_policy(library, tools)

    async with connect(torii.command, gate, review) as session:
        yield session


@contextmanager
def served(torii, *faults, **options) -> Iterator[str]:
    """The URL of a server over HTTP with that tenant, in a thread of its own."""
    found = frozenset(faults)
    with closing(open_tenant(torii.path)) as tenant:

        def make(origin):
            return WireFaults(build_server(tenant, faults=found, **options).streamable_http_app(), found)

        with running(make) as origin:
            yield f"{origin}/mcp"


@pytest.fixture(scope="session")
def server(torii) -> Iterator[str]:
    """The URL of a server over HTTP with that tenant, and a rate of calls that nothing has to wait for."""
    with pytest.MonkeyPatch.context() as patch, served(torii) as url:
        patch.setattr("promptkit.connection.throttle.CALLS_PER_MINUTE", 60_000)
        yield url


@pytest.fixture(scope="session")
def shared(library, torii) -> Iterator[tuple[BlockingPortal, GatedSession]]:
    """A loop in a thread, and in it one guarded session with that tenant, for tests that only read."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(guarded(library, torii)) as session:
        yield portal, session
