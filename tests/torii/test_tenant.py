"""The rows of the tenant: the same for the same seed, counted right, and true to each other."""

import sqlite3
from collections import Counter, defaultdict
from datetime import date

import pytest

from promptkit.errors import PromptkitError
from promptkit.torii.tenant import build_tenant, tenant_digest

# A new digest is a new tenant: every recorded run and pinned figure that rests on the old one must be looked at.
DIGESTS = {
    "small": ({}, "f9879a1a5e1c76bd0552f12b5b313a26758453d18fdafce2254c19d0ca78e82a"),
    "another seed": ({"seed": 2}, "799d67b415ae43e5a78ad71b604922a81e9b9d4fd167ea23fdb0220242083e50"),
    "another day": ({"as_of": date(2028, 2, 29)}, "40790b01010824dd58dfd3a82b7630351055708542267cb1bc53e3920c58e43a"),
    "hostile": ({"hostile": True}, "4e84e5c29b7bf31ca5636a129f5ed1425ba4ab97caec83eb1064df76720539bb"),
    "medium": ({"size": "medium"}, "4a4ba4ac5553aaa0b63ef2ba20874ad17e3a5f5e39f1e99f119b3a4ec13a76f8"),
}
COUNTS = {
    "small": {"apps": 60, "users": 300, "app_users": 3010, "contracts": 62, "transactions": 1_500, "audit": 200},
    "medium": {"apps": 400, "users": 5_000, "app_users": 50_017, "contracts": 412, "transactions": 30_000},
}
TYPES = [
    "number",
    "singleLine",
    "multiLine",
    "email",
    "currency",
    "cardNumber",
    "datePicker",
    "dropdown",
    "dropdownMulti",
    "usersDropdown",
    "usersDropdownMulti",
    "user",
    "bool",
    "fileUpload",
    "contractsDropdownMulti",
    "appUserAccount",
    "multiValueString",
]
TABLES = [
    "meta",
    "org",
    "exchange_rates",
    "roles",
    "users",
    "apps",
    "app_owners",
    "licenses",
    "app_users",
    "contracts",
    "transactions",
    "workflows",
    "action_executions",
    "audit",
    "fields",
    "products",
]
RATES = {"USD": 1.0, "EUR": 1.08, "GBP": 1.27, "ILS": 0.27}


@pytest.fixture(scope="module")
def small():
    connection = build_tenant(None)
    yield connection
    connection.close()


@pytest.fixture(scope="module", params=["small", "medium"])
def tenant(request, small):
    connection = small if request.param == "small" else build_tenant(None, size=request.param)
    yield connection
    if connection is not small:
        connection.close()


def column(connection: sqlite3.Connection, sql: str) -> list:
    return [value for (value,) in connection.execute(sql)]


@pytest.mark.parametrize("name", DIGESTS)
def test_a_seed_gives_the_same_rows_everywhere(name):
    options, digest = DIGESTS[name]
    connection = build_tenant(None, **options)
    assert tenant_digest(connection) == digest
    connection.close()


@pytest.mark.parametrize("table", TABLES)
def test_a_row_that_goes_changes_the_digest(table):
    connection = build_tenant(None)
    before = tenant_digest(connection)
    connection.execute("PRAGMA foreign_keys = OFF")
    key = connection.execute(f"SELECT * FROM {table}").description[0][0]  # noqa: S608
    connection.execute(f"DELETE FROM {table} WHERE {key} = (SELECT {key} FROM {table} LIMIT 1)")  # noqa: S608
    assert tenant_digest(connection) != before
    connection.rollback()
    assert tenant_digest(connection) == before
    connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET lifecycleStatus = 'offboarding' WHERE id = 300",
        "UPDATE apps SET description = '' WHERE description IS NULL",
        "UPDATE apps SET score = score + 0.1 WHERE id = 1003",
        "INSERT INTO app_owners VALUES (1003, 300)",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",
    ],
)
def test_any_change_changes_the_digest(change):
    connection = build_tenant(None)
    before = tenant_digest(connection)
    connection.execute(change)
    assert tenant_digest(connection) != before
    connection.close()


def test_the_digest_does_not_depend_on_how_rows_are_read(small):
    before = tenant_digest(small)
    small.row_factory = sqlite3.Row
    assert tenant_digest(small) == before
    small.row_factory = None


def test_the_tables_are_those_that_are_named_here(small):
    found = column(small, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    assert sorted(found) == sorted(TABLES)


def test_each_size_has_its_rows(tenant):
    (size,) = column(tenant, "SELECT value FROM meta WHERE key = 'size'")
    counts = {table: column(tenant, f"SELECT count(*) FROM {table}")[0] for table in COUNTS[size]}  # noqa: S608
    assert counts == COUNTS[size]


def test_meta_says_what_was_asked_for(small):
    assert dict(small.execute("SELECT key, value FROM meta")) == {
        "as_of": "2026-11-02T09:00:00.000Z",
        "seed": "1",
        "size": "small",
        "hostile": "0",
        "schema_version": "1",
    }


def test_every_reference_is_kept(tenant):
    assert tenant.execute("PRAGMA foreign_key_check").fetchall() == []
    assert column(tenant, "PRAGMA integrity_check") == ["ok"]


def test_active_users_and_active_apps_are_counted_from_the_same_rows(tenant):
    per_app: Counter[int] = Counter()
    per_user: Counter[int] = Counter()
    for app, user, status, removed in tenant.execute(
        "SELECT idApp, idUser, status, isUserRemovedFromApp FROM app_users"
    ):
        if status == "active" and not removed:
            per_app[app] += 1
            per_user[user] += 1
    assert all(count == per_app[app] for app, count in tenant.execute("SELECT id, activeUsersCount FROM apps"))
    assert all(count == per_user[user] for user, count in tenant.execute("SELECT id, activeAppsCount FROM users"))


def test_expenses_are_recognised_spend_of_twelve_months_without_duplicates(tenant):
    paid: Counter[int] = Counter()
    for app, day, value, status, original in tenant.execute(
        "SELECT idApp, transactionDate, convertedValue, mappingStatus, duplicateOf FROM transactions"
    ):
        if status == "mapped" and original is None and "2025-11-02" < day <= "2026-11-02":
            paid[app] += value
    assert dict(tenant.execute("SELECT id, expenses FROM apps WHERE expenses <> 0")) == {
        k: v for k, v in paid.items() if v
    }


def test_the_edges_of_the_twelve_months_have_payments_on_both_sides(tenant):
    days = set(column(tenant, "SELECT transactionDate FROM transactions WHERE mappingStatus = 'mapped'"))
    assert {"2026-11-02", "2025-11-02", "2025-11-03"} <= days


def test_contract_value_is_that_of_active_contracts_in_the_display_currency(tenant):
    signed: Counter[int] = Counter()
    rows = tenant.execute(
        "SELECT idApp, amount, currency FROM contracts WHERE status = 'active' AND amount IS NOT NULL"
    )
    for app, amount, currency in rows:
        signed[app] += round(amount * RATES[currency])
    del signed[None]
    values = dict(tenant.execute("SELECT id, activeContractsTotalValue FROM apps"))
    assert all(abs(value - signed[app]) <= 1 for app, value in values.items())
    assert sum(values.values()) > 0


def test_converted_amounts_follow_the_rates(tenant):
    for amount, currency, converted in tenant.execute("SELECT amount, currency, convertedValue FROM transactions"):
        assert abs(converted - amount * RATES[currency]) <= 0.5


def test_licences_count_the_seats_that_users_hold(tenant):
    held: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for licence, inactive in tenant.execute(
        "SELECT idLicense, isLicenseInactive FROM app_users WHERE idLicense NOTNULL"
    ):
        held[licence][inactive] += 1
    rows = tenant.execute("SELECT id, totalAmount, activeAmount, inactiveAmount, unassignedAmount FROM licenses")
    for licence, total, active, inactive, unassigned in rows:
        if licence in held:  # Those of edges.sql have numbers alone.
            assert [active, inactive] == held[licence]
        assert total == active + inactive + unassigned if unassigned is not None else total >= active + inactive


def test_nothing_has_happened_after_the_clock(tenant):
    events = {
        "users": "creationTime identitySourcesDeletionTime",
        "apps": "creationTime lastVisitTime",
        "app_users": "creationTime lastVisitTime",
        "contracts": "creationTime",
        "transactions": "transactionDate origTransactionDate",
        "workflows": "creationTime updateTime",
        "action_executions": "runTime completionTime errorTime ignoredTime creationTime updateTime",
        "audit": "creationTime",
    }
    for table, columns in events.items():
        for name in columns.split():
            (latest,) = column(tenant, f"SELECT max({name}) FROM {table}")  # noqa: S608
            assert latest <= "2026-11-02T09:00:00.000Z", (table, name)


def test_all_field_types_of_the_facts_are_there(small):
    assert set(column(small, "SELECT type FROM fields")) == set(TYPES)


def test_a_field_that_is_not_deleted_is_a_column(small):
    for entity, key in small.execute("SELECT entity, systemKey FROM fields WHERE NOT isDeleted"):
        columns = {row[1] for row in small.execute(f"PRAGMA table_info({entity}s)")}
        assert key in columns | {"appOwners"}, (entity, key)


def test_mail_addresses_are_unique_and_nobody_s(tenant):
    emails = column(tenant, "SELECT email FROM users")
    assert len(set(emails)) == len(emails)
    assert {email.partition("@")[2] for email in emails} == {"acme.example", "partner.example"}


def test_the_first_five_users_hold_the_five_roles(small):
    held = small.execute("SELECT users.id, systemKey FROM users JOIN roles ON roles.id = idRole ORDER BY users.id")
    assert held.fetchall() == [(1, "admin"), (2, "readOnly"), (3, "procurement"), (4, "itAdmin"), (5, "appOwner")]


def test_a_tenant_in_memory_can_be_rolled_back(small):
    before = tenant_digest(small)
    small.execute("DELETE FROM app_users")
    small.rollback()
    assert tenant_digest(small) == before


def test_a_day_far_away_is_refused():
    with pytest.raises(PromptkitError, match="choose a day from 2000 to 2099"):
        build_tenant(None, as_of=date(1999, 12, 31))
