"""Aggregations of apps, users and contracts, each checked by SQL of its own."""

import json

import pytest

from tests.torii.calls import call


def aggregated(tenant, tool, aggs, **more):
    return call(tenant, tool, {"aggs": aggs, "size": 1} | more)["aggregations"]


@pytest.mark.parametrize("function", ["sum", "avg", "max", "min"])
def test_a_metric_is_one_row(tenant, function):
    aggs = {"field": "expenses", "aggregationType": "metric", "options": {"metricFunction": function}}
    (expected,) = tenant.execute(f"SELECT {function}(expenses) FROM apps").fetchone()  # noqa: S608
    assert aggregated(tenant, "list_apps", aggs) == [{"key": "expenses", "value": expected}]


@pytest.mark.parametrize(
    ("tool", "field"), [("list_apps", "state"), ("list_users", "department"), ("list_contracts", "status")]
)
def test_groups_add_up_to_the_total_with_a_group_for_nothing(tenant, tool, field):
    page = call(tenant, tool, {"aggs": json.dumps({"field": field, "aggregationType": "groupBy"}), "size": 1})
    counts = [row["groupCount"] for row in page["aggregations"]]
    assert sum(counts) == page["total"]
    assert counts == sorted(counts, reverse=True)
    assert (None in {row["key"] for row in page["aggregations"]}) == (field == "department")


def test_groups_hold_figures_and_follow_the_sort_and_the_filters(tenant):
    spend = {"field": "expenses", "aggregationType": "metric", "options": {"metricFunction": "sum"}}
    sort = {"field": "expenses", "order": "desc", "aggFunc": "sum"}
    aggs = {"field": "category", "aggregationType": "groupBy", "options": {"size": 3, "sort": sort}, "aggs": spend}
    expected = tenant.execute(
        "SELECT category, count(*), sum(expenses) FROM apps WHERE state <> 'closed' GROUP BY 1 ORDER BY 3 DESC LIMIT 3"
    ).fetchall()
    found = aggregated(tenant, "list_apps", [aggs], filters=[{"key": "state", "op": "notEquals", "value": "closed"}])
    assert found == [
        {"key": key, "groupCount": count, "aggregations": [{"key": "expenses", "value": total}]}
        for key, count, total in expected
    ]


def test_groups_nest(tenant):
    aggs = {"field": "state", "aggregationType": "groupBy", "aggs": {"field": "isHidden", "aggregationType": "groupBy"}}
    found = {
        (row["key"], inner["key"]): inner["groupCount"]
        for row in aggregated(tenant, "list_apps", aggs)
        for inner in row["aggregations"]
    }
    assert found == {
        (state, hidden): count
        for state, hidden, count in tenant.execute("SELECT state, isHidden, count(*) FROM apps GROUP BY 1, 2")
    }


def test_a_group_may_carry_the_total_of_its_rows(tenant):
    aggs = {"field": "state", "aggregationType": "groupBy", "options": {"metricFunction": "total"}}
    assert all(row["value"] == row["groupCount"] for row in aggregated(tenant, "list_apps", aggs))


def test_at_most_a_hundred_groups_come_and_nothing_says_so(tenant):
    aggs = {"field": "email", "aggregationType": "groupBy", "options": {"size": 5000}}
    page = call(tenant, "list_users", {"aggs": aggs, "size": 1})
    assert len(page["aggregations"]) == 100
    assert sum(row["groupCount"] for row in page["aggregations"]) == 100 < page["total"]


@pytest.mark.parametrize(
    ("period", "sql"),
    [
        ("weekly", "date(endDate, '-' || ((strftime('%w', endDate) + 6) % 7) || ' days')"),
        ("monthly", "substr(endDate, 1, 7) || '-01'"),
        ("yearly", "substr(endDate, 1, 4) || '-01-01'"),
        (
            "quarterly",
            "substr(endDate, 1, 4) || CASE WHEN substr(endDate, 6, 2) < '04' THEN '-01-01'"
            " WHEN substr(endDate, 6, 2) < '07' THEN '-04-01'"
            " WHEN substr(endDate, 6, 2) < '10' THEN '-07-01' ELSE '-10-01' END",
        ),
    ],
)
def test_a_histogram_counts_by_the_first_day_of_a_period(tenant, period, sql):
    bounds = {"min": "2026-01-01", "max": "2026-12-31"}
    options = {"dateHistogramOptions": {"datePeriod": period, "hardBounds": bounds}}
    aggs = {"field": "endDate", "aggregationType": "date_histogram", "options": options}
    year = "day BETWEEN '2026-01-01' AND '2026-12-31'"
    query = f"SELECT {sql} AS day, count(*) FROM contracts WHERE {year} GROUP BY 1 ORDER BY 1"  # noqa: S608
    expected = tenant.execute(query).fetchall()
    found = aggregated(tenant, "list_contracts", aggs)
    assert [(row["key"], row["groupCount"]) for row in found] == expected != []


def test_extended_bounds_fill_in_empty_periods(tenant):
    bounds = {"min": "2031-01-15", "max": "2031-04-01"}
    options = {"dateHistogramOptions": {"datePeriod": "monthly", "extendedBounds": bounds, "hardBounds": bounds}}
    aggs = {"field": "endDate", "aggregationType": "date_histogram", "options": options}
    assert aggregated(tenant, "list_contracts", aggs) == [
        {"key": "2031-01-01", "groupCount": 0},
        {"key": "2031-02-01", "groupCount": 0},
        {"key": "2031-03-01", "groupCount": 0},
        {"key": "2031-04-01", "groupCount": 0},
    ]


@pytest.mark.parametrize("field", ["creationTime", "key"])
def test_the_latest_periods_come_first_if_that_is_asked(tenant, field):
    options = {"dateHistogramOptions": {"datePeriod": "monthly"}, "sort": {"field": field, "order": "desc"}, "size": 3}
    aggs = {"field": "creationTime", "aggregationType": "date_histogram", "options": options}
    query = "SELECT substr(creationTime, 1, 7) || '-01', count(*) FROM apps GROUP BY 1 ORDER BY 1 DESC LIMIT 3"
    found = aggregated(tenant, "list_apps", aggs)
    assert [(row["key"], row["groupCount"]) for row in found] == tenant.execute(query).fetchall()


def test_empty_periods_stand_in_the_order_that_is_asked(tenant):
    bounds = {"min": "2031-01-15", "max": "2031-03-01"}
    options = {"dateHistogramOptions": {"datePeriod": "monthly", "extendedBounds": bounds, "hardBounds": bounds}}
    sorted_ = {
        "field": "endDate",
        "aggregationType": "date_histogram",
        "options": options | {"sort": {"order": "desc"}},
    }
    keys = [row["key"] for row in aggregated(tenant, "list_contracts", sorted_)]
    assert keys == ["2031-03-01", "2031-02-01", "2031-01-01"]


def test_periods_within_a_group_follow_the_sort(tenant):
    years = {
        "field": "creationTime",
        "aggregationType": "date_histogram",
        "options": {"dateHistogramOptions": {"datePeriod": "yearly"}, "sort": {"order": "desc"}},
    }
    groups = aggregated(tenant, "list_apps", {"field": "state", "aggregationType": "groupBy", "aggs": years})
    keys = [[row["key"] for row in group["aggregations"]] for group in groups]
    assert all(each == sorted(each, reverse=True) for each in keys)
    assert any(len(each) > 1 for each in keys)


def test_ranges_may_overlap_and_hold_groups(tenant):
    ranges = [{"from": "2026-01-01", "to": "2027-01-01"}, {"from": "2026-11-02"}]
    groups = {"field": "status", "aggregationType": "groupBy"}
    aggs = {"field": "endDate", "aggregationType": "date_range", "options": {"ranges": ranges}, "aggs": groups}
    year, later = aggregated(tenant, "list_contracts", aggs)
    assert (year["key"], later["key"]) == ("2026-01-01-2027-01-01", "2026-11-02-*")
    (count,) = tenant.execute("SELECT count(*) FROM contracts WHERE endDate >= '2026-11-02'").fetchone()
    assert later["groupCount"] == sum(row["groupCount"] for row in later["aggregations"]) == count


@pytest.mark.parametrize(
    "aggs",
    [
        "no JSON",
        [1, 2],
        {"field": "zip", "aggregationType": "groupBy"},
        {"field": "state", "aggregationType": "terms"},
        {"field": "state", "aggregationType": "metric"},
        {"field": "state", "aggregationType": "metric", "options": {"metricFunction": "sum"}},
        {"field": "state", "aggregationType": "date_histogram"},
        {"field": "creationTime", "aggregationType": "date_histogram", "options": {"dateHistogramOptions": 1}},
        {"field": "creationTime", "aggregationType": "date_range", "options": {"ranges": []}},
        {"field": "creationTime", "aggregationType": "date_range", "options": {"ranges": [{"since": "2026"}]}},
        {
            "field": "creationTime",
            "aggregationType": "date_histogram",
            "options": {"dateHistogramOptions": {"datePeriod": "monthly"}, "sort": {"field": "name"}},
        },
        {"field": "state", "aggregationType": "groupBy", "options": {"size": "all"}},
        {"field": "state", "aggregationType": "groupBy", "options": {"sort": {"field": "zip"}}},
        {"field": "state", "aggregationType": "groupBy", "options": {"sort": {"order": "up; DROP TABLE apps"}}},
        {"field": "state", "aggregationType": "groupBy", "options": {"sort": {"field": ["key"], "order": ["asc"]}}},
        {"field": "state", "aggregationType": "groupBy", "options": {"metricFunction": "median"}},
        {"field": "expenses", "aggregationType": "metric", "options": {"metricFunction": ["sum"]}},
        {
            "field": "creationTime",
            "aggregationType": "date_histogram",
            "options": {"dateHistogramOptions": {"datePeriod": []}},
        },
        {
            "field": "expenses",
            "aggregationType": "metric",
            "options": {"metricFunction": "sum"},
            "aggs": {"field": "state", "aggregationType": "groupBy"},
        },
    ],
    ids=json.dumps,
)
def test_an_aggregation_that_cannot_be_followed_is_an_error(tenant, aggs):
    assert call(tenant, "list_apps", {"aggs": aggs})["statusCode"] == 422


@pytest.mark.parametrize("tool", ["list_transactions", "get_audit_logs", "get_action_execution_logs"])
def test_the_other_lists_have_no_aggregations(tenant, tool):
    aggs = {"field": "id", "aggregationType": "metric", "options": {"metricFunction": "max"}}
    assert call(tenant, tool, {"aggs": aggs})["statusCode"] == 422
