"""Filters, sort, cursors, fields: what REST 1.1 is known for, by a real client on a small tenant."""

import base64
import json

import pytest

from tests.torii.calls import FILTERS, call

# SQL written apart from the code: what each filter must leave of apps, users or contracts.


@pytest.mark.parametrize(("plural", "wanted", "sql"), FILTERS, ids=lambda value: json.dumps(value)[:60])
def test_a_filter_leaves_the_rows_that_sql_leaves(tenant, plural, wanted, sql):
    people = "NOT isNonHuman AND " if plural == "users" else ""
    expected = [id_ for (id_,) in tenant.execute(f"SELECT id FROM {plural} WHERE {people}({sql}) ORDER BY id")]  # noqa: S608
    page = call(tenant, f"list_{plural}", {"fields": "id", "filters": [wanted], "sort": "id"})
    assert [row["id"] for row in page[plural]] == expected
    assert page["total"] == len(expected)
    everybody = tenant.execute(f"SELECT count(*) FROM {plural}").fetchone()[0]  # noqa: S608
    assert 0 < len(expected) < everybody


def test_every_documented_operator_has_a_filter_here():
    documented = (
        "equals notEquals contains notContains anyOf noneOf allOf isExactly isSet isNotSet gt gte lt lte dayAfter"
        " dayOnOrAfter dayBefore dayOnOrBefore relativeDateToday relativeDateOn relativeDateLess relativeDateMore"
        " nested exists notExists or and"
    )
    assert {word for word in documented.split() if f'"{word}"' not in json.dumps(FILTERS)} == set()


@pytest.mark.parametrize("text", ["%", "_off", "50%_OFF!", "!"])
def test_text_is_searched_for_as_it_is_written(tenant, text):
    tenant.execute("UPDATE apps SET name = '50%_off!' WHERE id = 1001")
    tenant.commit()
    contains = [{"key": "name", "op": "contains", "value": text}]
    for asked in ({"filters": contains}, {"q": text}):
        assert [row["id"] for row in call(tenant, "list_apps", {"fields": "id", **asked})["apps"]] == [1001]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("no JSON", "filters is not JSON"),
        ("{}", None),
        ([{"key": "name", "value": 1}], "Operator equals does not take 1 on name (text): it needs a text"),
        (
            [{"key": "activeUsersCount", "op": "gt", "value": "9"}],
            "Operator gt does not take 9 on activeUsersCount (number): it needs a number",
        ),
        (
            [{"key": "isHidden", "op": "gt", "value": True}],
            "Operator gt does not take True on isHidden (flag): it needs a field of the kind number, money, date, text",
        ),
        (
            [{"key": "score", "op": "contains", "value": "1"}],
            "Operator contains does not take 1 on score (number): it needs a text, on a text or list field",
        ),
        (
            [{"key": "state", "op": "anyOf", "value": "closed"}],
            "Operator anyOf does not take closed on state (text): it needs a list, each a text",
        ),
        (
            [{"key": "name", "op": "dayAfter", "value": "2026-11-02"}],
            "Operator dayAfter does not take 2026-11-02 on name (text): it needs a date field",
        ),
        (
            [{"key": "creationTime", "op": "dayAfter", "value": "yesterday"}],
            "Operator dayAfter does not take yesterday on creationTime (date): it needs a day such as 2026-11-02",
        ),
        (
            [{"key": "creationTime", "op": "relativeDateOn", "value": 10**9}],
            "Operator relativeDateOn does not take 1000000000 on creationTime (date):"
            " it needs a whole number of days from today, below zero for the past",
        ),
        ([{"key": "name", "op": "nested", "value": {}}], "nested looks into primaryOwner or owner only"),
        (["name"], "A filter must be {key, op, value}, not name"),
        ([{"or": [{"or": [{"or": [{"or": [{"or": []}]}]}]}]}], "At most 50 filters, 5 levels deep"),
        ("[" * 5000, "filters is not JSON"),
        ([{"key": "name", "value": "x" * 9000}], "filters is longer than 8000 characters"),
    ],
)
def test_a_filter_that_cannot_be_followed_is_named(tenant, wanted, message):
    answer = call(tenant, "list_apps", {"filters": wanted})
    assert answer.get("statusCode") == 422 or (wanted == "{}" and "apps" in answer)
    assert wanted == "{}" or answer["message"] == message


def test_plain_filters_are_exact_and_all_hold(tenant):
    given = {"state": "sanctioned", "isHidden": False, "q": "google"}
    expected = tenant.execute(
        "SELECT count(*) FROM apps WHERE state = 'sanctioned' AND NOT isHidden AND name LIKE '%google%'"
    ).fetchone()[0]
    assert call(tenant, "list_apps", {"baseFilters": given})["total"] == expected > 0
    assert call(tenant, "list_apps", {"baseFilters": json.dumps(given)})["total"] == expected


def pages(tenant, tool, plural, arguments):
    """Every row, page by page."""
    rows, cursor = [], {}
    while cursor is not None:
        page = call(tenant, tool, arguments | cursor)
        assert page["count"] == len(page[plural]) <= arguments["size"]
        rows += page[plural]
        cursor = {"cursor": page["nextCursor"]} if page["nextCursor"] else None
    assert len(rows) == page.get("total", len(rows))
    return rows


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("field", ["category", "c_costCenter_2", "score", "expenses", "primaryOwner", "lastVisitTime"])
def test_pages_hold_every_row_once_in_order_with_missing_values(tenant, field, direction):
    asked = {"fields": f"id,{field}", "sort": f"{field}:{direction},name:asc", "size": 7}
    found = [row["id"] for row in pages(tenant, "list_apps", "apps", asked)]
    order = f"{field} {direction}, name, id"
    assert found == [id_ for (id_,) in tenant.execute(f"SELECT id FROM apps ORDER BY {order}")]  # noqa: S608


@pytest.mark.parametrize(
    ("tool", "plural", "key"),
    [
        ("list_contracts", "contracts", "id"),
        ("list_transactions", "transactions", "id"),
        ("list_users", "users", "id"),
        ("get_action_execution_logs", "response", "id"),
    ],
)
def test_pages_of_the_default_order_hold_every_row_once(tenant, tool, plural, key):
    ids = [row[key] for row in pages(tenant, tool, plural, {"size": 90})]
    assert len(ids) == len(set(ids)) > 30


def test_a_cursor_goes_stale_when_its_row_changes(tenant):
    asked = {"sort": "activeUsersCount:desc", "fields": "id", "size": 5}
    page = call(tenant, "list_apps", asked)
    last = page["apps"][-1]["id"]
    tenant.execute("UPDATE apps SET activeUsersCount = 0 WHERE id = ?", [last])
    tenant.commit()
    answer = call(tenant, "list_apps", asked | {"cursor": page["nextCursor"]})
    assert answer == {
        "statusCode": 400,
        "error": "Bad Request",
        "message": "The cursor is stale: the list has changed since",
    }


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "e30=", "bnVsbA==", "W1tdXQ==", "WzEsMl0=", base64.b64encode(b"[" * 2000).decode(), "W3siYSI6MX1d"],
)
def test_a_cursor_of_somebody_else_is_refused(tenant, cursor):
    assert call(tenant, "list_apps", {"cursor": cursor})["message"] == "Invalid cursor"


def test_a_number_too_large_for_the_database_is_refused(tenant):
    cursor = base64.b64encode(json.dumps([10**30]).encode()).decode()
    assert call(tenant, "list_apps", {"cursor": cursor})["statusCode"] == 422


def test_fields_come_in_the_order_asked_for_and_once(tenant):
    (row, *_) = call(tenant, "list_apps", {"fields": "state, id,state", "size": 1})["apps"]
    assert list(row) == ["state", "id"]


def test_search_looks_in_the_fields_that_are_named(tenant):
    asked = {"idApp": 1001, "q": "levi", "qFields": "lastName"}
    assert call(tenant, "list_application_users", asked)["users"][0]["idUser"] == 1
    assert call(tenant, "list_application_users", asked | {"qFields": "role"})["users"] == []
