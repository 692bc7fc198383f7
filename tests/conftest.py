import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import settings

from promptkit.connection.session import GatedSession
from promptkit.library.store import Library, default_root
from promptkit.private import _Known
from promptkit.torii.local import LocalTorii, local_torii
from tests.servers import guarded, served

ROOT = Path(__file__).parent.parent

# The same examples in every run, so that no change of ours is blamed for luck; `long` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None, database=None, max_examples=100)
settings.register_profile("long", deadline=None, database=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# A shell starts what runs in its background with Ctrl-C ignored, and so would be what the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def subcommands(command) -> dict:
    """The commands below one of the command line, by name; of a command without any, none."""
    if not hasattr(command, "commands"):
        return {}
    # Some of them are known only to whoever uses the group.
    context = command.make_context(command.name, [], resilient_parsing=True)
    return {name: command.get_command(context, name) for name in command.list_commands(context)}


@pytest.fixture(scope="session")
def library() -> Library:
    return Library(default_root())


@pytest.fixture
def copy(tmp_path):
    """A copy of the library that a test may change."""
    for name in ("prompts", "instructions", "evals"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return Library(tmp_path)


@pytest.fixture
def no_secrets(monkeypatch) -> None:
    """A process that knows no secret yet, and forgets what this test makes known."""
    monkeypatch.setattr("promptkit.private._KNOWN", _Known())


@pytest.fixture
def no_rate_limit(monkeypatch) -> None:
    """A rate of calls to a server over HTTP that nothing has to wait for."""
    monkeypatch.setattr("promptkit.connection.throttle.CALLS_PER_MINUTE", 60_000)


@pytest.fixture(scope="session")
def torii() -> Iterator[LocalTorii]:
    """A tenant that no test may change."""
    with local_torii() as made:
        before = made.digest()
        yield made
        assert made.digest() == before


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
