import os
import shutil
import signal
from collections.abc import Iterator
from itertools import count

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from hypothesis import settings

from promptkit.connection.session import GatedSession
from promptkit.known_secrets import forget_secrets
from promptkit.library.store import Library, default_root
from promptkit.torii.local import LocalTorii, local_torii
from tests.browsers import CHROMIUM, opening
from tests.servers import guarded, served
from tests.sources import ROOT

# The same examples in every run, so that no change of ours is blamed for luck; `long` looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None, database=None, max_examples=50)
settings.register_profile("long", deadline=None, database=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

HOMES = count()


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, since tests wait for servers: on two cores a mixed part took 254 s and not 300."""
    return (os.cpu_count() or 1) + 1


# A shell starts what runs in its background with Ctrl-C ignored, and so would be what the tests start and interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_home(monkeypatch, tmp_path_factory):
    """Nothing that a test keeps of reads is found by another one, whose server may have the same port."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / f"home-{next(HOMES)}"))


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
def no_secrets() -> Iterator[None]:
    """A process that knows no secret yet, and forgets what this test makes known."""
    forget_secrets()
    yield
    forget_secrets()


@pytest.fixture(scope="session")
def torii() -> Iterator[LocalTorii]:
    """A tenant that no test may change."""
    with local_torii() as made:
        before = made.digest()
        yield made
        assert made.digest() == before


@pytest.fixture(scope="session")
def server(torii) -> Iterator[str]:
    """The URL of a server over HTTP with that tenant."""
    with served(torii) as url:
        yield url


@pytest.fixture(scope="session")
def shared(library, torii) -> Iterator[tuple[BlockingPortal, GatedSession]]:
    """A loop in a thread, and in it one guarded session with that tenant, for tests that only read."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(guarded(library, torii)) as session:
        yield portal, session


# Open for one file only: as long as it is, no other test of this process can run a loop.
@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the test dependency playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    # A name that is not localhost, so that the page is served without the privileges of a secure origin.
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    arguments.append("--host-resolver-rules=MAP intranet.test 127.0.0.1")
    with playwright.sync_playwright() as chromium:
        launched = chromium.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser, page_file):
    """Opens the page of a room, which says in `page_file` where it is."""
    with opening(browser, page_file) as open_:
        yield open_
