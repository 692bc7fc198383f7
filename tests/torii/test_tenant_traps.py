"""What makes the tenant hard is there in every size and for every seed: the table is `tenant_traps.yaml`."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from promptkit.files import load_yaml
from promptkit.torii.tenant import build_tenant

TRAPS = load_yaml(Path(__file__).with_name("tenant_traps.yaml")).data
VIEWS = """
CREATE TEMP VIEW leavers AS
  SELECT id FROM users WHERE lifecycleStatus = 'offboarded' OR isDeletedInIdentitySources;
CREATE TEMP VIEW live_apps AS
  SELECT * FROM apps WHERE state NOT IN ('closed', 'needToClose') AND NOT isHidden;
CREATE TEMP VIEW last_runs AS
  SELECT idWorkflow, max(creationTime) AS at FROM action_executions GROUP BY idWorkflow;
"""
TENANTS = [
    ({}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
    ({"seed": 2}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
    ({"seed": 3}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
    ({"seed": 4, "as_of": date(2028, 2, 29)}, "2028-02-29", "2028-02-22T09:00:00.000Z"),
    ({"seed": 5, "as_of": date(2027, 12, 31)}, "2027-12-31", "2027-12-24T09:00:00.000Z"),
    ({"size": "medium"}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
]


def prepare(connection, today, week_ago):
    """Give the queries of the table what they stand on."""
    connection.create_function("today", 0, lambda: today)
    connection.create_function("week_ago", 0, lambda: week_ago)
    connection.executescript(VIEWS)


@pytest.fixture(scope="module", params=TENANTS, ids=lambda tenant: str(tenant[0]))
def tenant(request):
    options, today, week_ago = request.param
    with closing(build_tenant(None, **options)) as connection:
        prepare(connection, today, week_ago)
        yield connection


@pytest.mark.parametrize("trap", TRAPS)
def test_the_trap_is_there(tenant, trap):
    (count,) = tenant.execute(TRAPS[trap]["sql"]).fetchone()
    assert count >= TRAPS[trap]["least"]
