"""What makes the tenant hard is there in every size and for every seed: the table is `tenant_traps.yaml`."""

from contextlib import closing
from datetime import date

import pytest

from promptkit.torii.tenant import build_tenant
from tests.torii.traps import TRAPS, prepare

TENANTS = [
    ({}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
    ({"seed": 2}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
    ({"seed": 3}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
    ({"seed": 4, "as_of": date(2028, 2, 29)}, "2028-02-29", "2028-02-22T09:00:00.000Z"),
    ({"seed": 5, "as_of": date(2027, 12, 31)}, "2027-12-31", "2027-12-24T09:00:00.000Z"),
    ({"size": "medium"}, "2026-11-02", "2026-10-26T09:00:00.000Z"),
]


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
