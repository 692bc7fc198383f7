import pytest

from tests.guard.fake_torii import FakeTorii, guarding


@pytest.fixture
def fake(library):
    """The fake; no call of anything but a read may have reached it when the test ends."""
    made = FakeTorii(library)
    yield made
    assert made.leaked == []


@pytest.fixture
def log(tmp_path):
    return tmp_path / "guard.jsonl"


@pytest.fixture
def guarded(library, fake, log):
    with guarding(library, fake, log) as url:
        yield url


@pytest.fixture
def watchful(library, fake, log):
    """A guard that asks for the list of tools before each call."""
    with guarding(library, fake, log, max_list_age_seconds=0) as url:
        yield url
