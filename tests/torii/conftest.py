import sqlite3
from collections.abc import Iterator

import pytest

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
