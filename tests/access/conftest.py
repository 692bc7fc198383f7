from itertools import count

import pytest

from tests.databases import PROGRAMS, new_database, postgresql

DATABASES = count()


@pytest.fixture(scope="session")
def postgresql_server():
    if PROGRAMS is None:
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    with postgresql() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request, tmp_path):
    """The URL of a database of each kind, for one test alone."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/state.db"
    return new_database(request.getfixturevalue("postgresql_server"), f"state_{next(DATABASES)}")
