"""A name that Torii does not have is an error that names the nearest and the known ones, never an empty list."""

import anyio
import pytest

from promptkit.torii.api_error import unknown_names
from promptkit.torii.roles import IDENTITIES
from tests.torii.calls import READS, call, client

AREAS = (
    "workflows, tasks, contracts, users, apps, transactions, orgs, roles, authentication, access, integrations,"
    " licenses, files, features, testConnection, appCatalog, anonymizeUser, renewalForecast, dashboards, accessPolicies"
)
VIEWS = (
    "currentEmployees, pastEmployees, allEmployees, currentUsers, pastUsers, allUsers, currentNonHumanUsers,"
    " pastNonHumanUsers, allNonHumanUsers, externalUsers"
)
OPERATORS = (
    "equals, notEquals, contains, notContains, anyOf, noneOf, allOf, isExactly, isSet, isNotSet, gt, gte, lt, lte,"
    " dayAfter, dayOnOrAfter, dayBefore, dayOnOrBefore, relativeDateToday, relativeDateOn, relativeDateLess,"
    " relativeDateMore, nested, exists, notExists, or, and"
)
USER_FIELDS = (
    "id, idOrg, idRole, activeAppsCount, firstName, lastName, email, lifecycleStatus, creationTime,"
    " isDeletedInIdentitySources, isExternal, additionalEmails, role, costCenter, country, department,"
    " gsuite_department, jobTitle, legalEntity, manager, okta_department"
)
USER_TEXTS = (
    "firstName, lastName, email, lifecycleStatus, role, costCenter, country, department, gsuite_department, jobTitle,"
    " legalEntity, manager, okta_department"
)
USER_APP_FIELDS = (
    "id, name, state, category, url, imageUrl, description, tags, vendor, isCustom, isHidden, score,"
    " annualCostConverted, status, role, currency, isUserRemovedFromApp, creationTime, sources, lastUsageTime, users,"
    " annualCost"
)
OWNER_FIELDS = "firstName, lastName, email, status, lifecycleStatus, id, isDeletedInIdentitySources"
TYPES = "metric, groupBy, date_range, date_histogram"


def grouped(**options):
    return {"aggs": {"field": "department", "aggregationType": "groupBy", "options": options}}


def by_week(**options):
    return {
        "aggs": {
            "field": "creationTime",
            "aggregationType": "date_histogram",
            "options": {"dateHistogramOptions": options},
        }
    }


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("get_audit_logs", {"entity": "user"}, f"Unknown entity: user (nearest: users). Known: {AREAS}"),
        ("get_audit_logs", {"entity": "contract"}, f"Unknown entity: contract (nearest: contracts). Known: {AREAS}"),
        ("get_audit_logs", {"sort": "type:asc"}, "Unknown sort: type:asc. Known: asc, desc"),
        ("list_workflows", {"type": "leaver"}, "Unknown type: leaver. Known: regular, offboarding"),
        (
            "list_transactions",
            {"mappingStatus": "mapped, archived"},
            "Unknown mappingStatus: archived. Known: mapped, unknown, recommend_map",
        ),
        (
            "list_application_users",
            {"idApp": 1001, "status": "inactive"},
            "Unknown status: inactive (nearest: active). Known: deleted, active, managed",
        ),
        (
            "list_users",
            {"view": "currentEmployee"},
            f"Unknown view: currentEmployee (nearest: currentEmployees). Known: {VIEWS}",
        ),
        (
            "list_users",
            {"aggs": {"field": "department", "aggregationType": "terms"}},
            f"Unknown aggregationType: terms. Known: {TYPES}",
        ),
        (
            "list_users",
            {"aggs": {"field": "departement", "aggregationType": "groupBy"}},
            f"Unknown field to aggregate: departement (nearest: department). Known: {USER_FIELDS}",
        ),
        (
            "list_users",
            {"aggs": {"field": "department", "aggregationType": "date_histogram"}},
            "date_histogram needs a date field; department is text. Known: creationTime",
        ),
        (
            "list_users",
            grouped(metricFunction="sum"),
            "sum needs a number field; department is text. Known: id, idOrg, idRole, activeAppsCount",
        ),
        (
            "list_users",
            grouped(metricFunction="mean"),
            "Unknown metricFunction: mean. Known: sum, avg, max, min, total",
        ),
        (
            "list_users",
            grouped(sort={"field": "count"}),
            f"Unknown sort field: count (nearest: country). Known: groupCount, key, {USER_FIELDS}",
        ),
        (
            "list_users",
            by_week(datePeriod="week"),
            "Unknown datePeriod: week (nearest: weekly). Known: weekly, monthly, quarterly, yearly",
        ),
        (
            "list_users",
            by_week(datePeriod="weekly", hardBounds={"from": "2026-01-01"}),
            "Unknown bounds: from. Known: min, max",
        ),
        (
            "list_users",
            {"filters": [{"key": "email", "op": "like", "value": "x"}]},
            f"Unknown operator: like. Known: {OPERATORS}",
        ),
        ("list_users", {"filters": [{"key": "id", "op": ["gt"]}]}, f"Unknown operator: ['gt']. Known: {OPERATORS}"),
        (
            "list_users",
            {"filters": [{"key": "mail' OR 1=1 --", "op": "isSet"}]},
            f"Unknown filter key: mail' OR 1=1 --. Known: {USER_FIELDS}",
        ),
        (
            "list_apps",
            {"filters": [{"key": "primaryOwner", "op": "nested", "value": {"key": "e-mail", "op": "isSet"}}]},
            f"Unknown filter key: e-mail (nearest: email). Known: {OWNER_FIELDS}",
        ),
        (
            "list_users",
            {"baseFilters": {"departments": "IT"}},
            f"Unknown filter key: departments (nearest: department). Known: {USER_FIELDS}",
        ),
        ("list_users", {"sort": "mail:asc"}, f"Unknown sort field: mail (nearest: email). Known: {USER_FIELDS}"),
        ("list_users", {"sort": "id,"}, f"Unknown sort field: (nothing). Known: {USER_FIELDS}"),
        ("list_users", {"sort": "email:up"}, "Unknown sort direction: up. Known: asc, desc"),
        (
            "list_user_applications",
            {"idUser": 2, "fields": "lastVisitTime,license,id"},
            f"Unknown fields: lastVisitTime (nearest: lastUsageTime), license. Known: {USER_APP_FIELDS}",
        ),
        (
            "get_user",
            {"idUser": 2, "fields": "e_mail"},
            f"Unknown fields: e_mail (nearest: email). Known: {USER_FIELDS}",
        ),
        (
            "update_user",
            {"idUser": 2, "lifecycleStatus": "left"},
            "Unknown lifecycleStatus: left. Known: active, offboarding, offboarded",
        ),
        ("list_roles", {"q": "admin"}, "Unknown arguments: q. Known: none"),
        (
            "match_apps",
            {"apps": [{"name": "Slack"}, {"nam": "Slack", "name": "x"}]},
            "Unknown arguments in apps.1: nam (nearest: name). Known: name",
        ),
    ],
)
def test_an_unknown_name_is_an_error_that_names_the_known_ones(tenant, tool, arguments, message):
    answer = call(tenant, tool, arguments)
    assert answer == {"statusCode": 422, "error": "Unprocessable Entity", "message": message}


@pytest.mark.parametrize(
    ("argument", "lists"),
    [
        ("filters", [OPERATORS]),
        ("aggs", [TYPES, "sum, avg, max or min", "weekly, monthly, quarterly or yearly"]),
        ("mappingStatus", ["mapped (the default), unknown, recommend_map"]),
    ],
)
def test_an_argument_that_is_no_enum_is_described_with_what_it_may_name(argument, lists):
    schemas = [tool.input_schema["properties"].get(argument) for tool in READS]
    described = [schema["description"] for schema in schemas if schema]
    assert described
    assert all(names in text for text in described for names in lists)


def test_only_text_fields_are_named_as_those_to_search(tenant):
    answer = call(tenant, "list_application_users", {"idApp": 1001, "q": "levi", "qFields": "score"})["message"]
    known = answer.removeprefix("Unknown fields to search: score. Known: ").split(", ")
    assert {"email", "fullName", "lastName"} < set(known)
    assert not {"score", "lastVisitTime", "sources"} & set(known)


def test_a_field_that_the_role_does_not_see_is_not_among_the_known_ones(tenant):
    answer = call(tenant, "list_apps", {"fields": "expense"}, identity=lambda: IDENTITIES["itAdmin"])["message"]
    assert answer.startswith("Unknown fields: expense")
    assert "expenses" not in answer


@pytest.mark.parametrize("known", ["mapped", "unknown", "recommend_map", "mapped,unknown"])
def test_a_known_mapping_status_is_no_error(tenant, known):
    assert call(tenant, "list_transactions", {"mappingStatus": known})["total"] > 0


@pytest.mark.parametrize("area", AREAS.split(", "))
def test_an_area_of_the_audit_log_may_be_empty(tenant, area):
    (count,) = tenant.execute("SELECT count(*) FROM audit WHERE entity = ?", [area]).fetchone()
    assert call(tenant, "get_audit_logs", {"entity": area, "size": 1000})["count"] == count


def test_a_long_list_of_names_is_cut_and_says_how_many_more():
    known = [f"c_field_{number}" for number in range(149)]
    message = unknown_names("fields", [f"zip{number}" for number in range(30)], known)
    head, tail = message.split(". Known: ")
    assert head.endswith("zip9, and 20 more")
    assert tail.split(", ") == [*known[:40], "and 109 more"]


def test_the_nearest_name_is_found_beyond_the_names_that_are_shown():
    known = [f"c_field_{number}" for number in range(149)] + ["costCenter"]
    assert unknown_names("fields", ["costCentre"], known).startswith("Unknown fields: costCentre (nearest: costCenter)")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("list_apps", {"fields": ",".join(["x" * 90] * 3 + [f"y\n\x1b[31m{number}" for number in range(140)])}),
        ("list_apps", {"sort": "\u202e" * 150}),
        ("list_apps", {"filters": [{"key": "na\nme" * 1000, "op": "equals", "value": "\x00"}]}),
        ("list_apps", {"filters": [{"key": "name", "op": "is\r\n" * 1000}]}),
        ("list_apps", {"q\nIgnore this": 1}),
        ("list_apps", {f"argument {number}": 1 for number in range(500)}),
        ("list_users", {"view": "\u2028" * 5000}),
        ("list_users", {"aggs": {"field": "\x07" * 5000, "aggregationType": "groupBy"}}),
        ("list_transactions", {"mappingStatus": "\n" * 99 + "x"}),
        ("get_audit_logs", {"startTime": "2026\n\x1b[0m"}),
        ("match_apps", {"apps": [{"na\nme": "x" * 5000}] * 1000}),
        ("match_apps", {"apps": [{"name": "\n" * 5000}]}),
    ],
)
def test_an_error_is_one_short_line_without_hidden_characters(tenant, tool, arguments):
    message = call(tenant, tool, arguments)["message"]
    assert len(message) < 2000
    assert message.isascii()
    assert message.isprintable()


@pytest.mark.parametrize(("mode", "is_error"), [("hosted-guess", True), ("hosted-bare", True), ("npm-2025", False)])
def test_every_mode_gives_the_same_message_in_its_own_form(tenant, mode, is_error):
    async def run():
        async with client(tenant, mode=mode) as connected:
            return await connected.call_tool("get_audit_logs", {"entity": "user"})

    result = anyio.run(run)
    assert result.is_error is is_error
    (block,) = result.content
    message = f"Unknown entity: user (nearest: users). Known: {AREAS}"
    # The old package gave errors as plain text that does not say so.
    assert block.text == f"Error: {message}" if mode == "npm-2025" else result.structured_content["message"] == message
