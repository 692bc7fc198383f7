"""Every read tool of the local Torii, by a real client on a small tenant."""

from pathlib import Path

import anyio
import pytest

from promptkit.files import load_yaml
from promptkit.torii.actions import ACTIONS
from promptkit.torii.lookups import ALL_READS
from promptkit.torii.surface import surface
from tests.torii.calls import GIVEN, READS, call, client

TOOLS = Path(__file__).parents[2] / "instructions" / "tools.yaml"
APPS = "fields, filters, baseFilters, aggs, sort, size, cursor, q, includeLicenses"
TIME = "a day or time such as 2026-11-02 or 2026-11-02T09:00:00Z"
# Values that a model, or somebody who tries to break things, might send.
ODD = [
    *("", "x'--", "%", "null", "[]", "{}", "[{}]", "[[]]", "9" * 400, "\x00", "\u202e"),
    *(-1, 0, 1.5, 10**30, True, None, [], {}, [1], [None], [{}], [[]], {"a": 1}, {"name": None}, {"name": ["x"]}),
    [{"key": "name", "op": "equals", "value": None}],
    [{"key": "sources", "op": "anyOf", "value": []}],
    [{"key": "creationTime", "op": "relativeDateLess", "value": {"value": True}}],
    [{"key": "id", "op": "gt", "value": 10**400}],
    [{"key": "id", "op": ["gt"], "value": 1}],
    [{"key": {"value": ["id"]}}],
    {"field": "state", "aggregationType": ["groupBy"]},
    {"field": "state", "aggregationType": "groupBy", "options": []},
    {"field": "state", "aggregationType": "groupBy", "options": {"size": 0}},
    {"field": "creationTime", "aggregationType": "date_range", "options": {"ranges": [{"from": "x"}, {}]}},
]


@pytest.mark.parametrize("tool", READS, ids=lambda tool: tool.name)
def test_a_read_answers_and_changes_nothing(tenant, tool):
    before = tenant.total_changes
    answer = call(tenant, tool.name, {name: GIVEN[name] for name in tool.input_schema["required"]})
    assert "statusCode" not in answer
    assert any(answer.values())
    assert tenant.total_changes == before


@pytest.mark.parametrize("tool", READS, ids=lambda tool: tool.name)
def test_the_policy_allows_just_the_arguments_that_a_read_takes(tool):
    allowed = load_yaml(TOOLS).data[tool.name]
    assert set(tool.input_schema["properties"]) == set(allowed.get("arguments", {}))
    assert tool.input_schema["required"] == allowed.get("required", [])


def test_every_tool_has_its_code_and_its_class():
    classes = {name: entry["class"] for name, entry in load_yaml(TOOLS).data.items()}
    assert {tool.name for tool in surface().tools} == set(classes) == set(ACTIONS) | set(ALL_READS)
    assert {tool.name for tool in surface().tools if tool.annotations.read_only_hint} == set(ALL_READS)
    assert {name for name, kind in classes.items() if kind == "read"} == set(ALL_READS)


@pytest.mark.parametrize(
    ("tool", "arguments", "status", "message"),
    [
        ("get_app", {"idApp": 5}, 404, "There is no idApp 5"),
        ("get_user", {"idUser": 999999}, 404, "There is no idUser 999999"),
        ("get_contract", {"idContract": 999}, 404, "There is no idContract 999"),
        ("get_workflow", {"idWorkflow": 999}, 404, "There is no idWorkflow 999"),
        ("get_user_application", {"idUser": 1, "idApp": 5}, 404, "There is no idApp 5"),
        ("list_application_users", {"idApp": 5}, 404, "There is no idApp 5"),
        ("list_apps", {"zip": 1}, 422, "Unknown arguments: zip. Known: " + APPS),
        ("list_apps", {"size": 1001}, 422, "size: 1001 is greater than the maximum of 1000"),
        ("list_apps", {"size": 0}, 422, "size: 0 is less than the minimum of 1"),
        ("list_apps", {"size": True}, 422, "size: True is not of type 'integer'"),
        ("list_apps", {"q": "x" * 300}, 422, f"q: {'x' * 79}~ breaks maxLength 200"),
        ("list_users", {"idUsers": "1,x"}, 422, "idUsers must be ids of users"),
        ("list_users", {"idUsers": ",".join("1" * 51)}, 422, "idUsers takes at most 50 ids"),
        ("search_apps", {}, 422, "'q' is a required property"),
        ("get_user_application", {"idUser": 999999, "idApp": 1001}, 404, "There is no idUser 999999"),
        ("get_audit_logs", {"startTime": "last week"}, 422, f"startTime must be {TIME}, not last week"),
        ("get_audit_logs", {"endTime": "2026-13-01"}, 422, f"endTime must be {TIME}, not 2026-13-01"),
    ],
)
def test_an_error_has_toriis_shape(tenant, tool, arguments, status, message):
    answer = call(tenant, tool, arguments)
    assert answer.keys() == {"statusCode", "error", "message"}
    assert answer["statusCode"] == status
    assert answer["message"] == message


def test_a_user_who_does_not_use_an_app_is_not_an_app_that_is_missing(tenant):
    query = "SELECT id FROM apps WHERE id NOT IN (SELECT idApp FROM app_users WHERE idUser = 2) LIMIT 1"
    (app,) = tenant.execute(query).fetchone()
    answer = call(tenant, "get_user_application", {"idUser": 2, "idApp": app})
    assert answer == {"statusCode": 404, "error": "Not Found", "message": f"User 2 does not use app {app}"}


@pytest.mark.parametrize("tool", READS, ids=lambda tool: tool.name)
def test_odd_values_are_answered_or_refused_in_toriis_shape(tenant, tool):
    given = {name: GIVEN[name] for name in tool.input_schema["required"]}

    async def run():
        async with client(tenant) as connected:
            return [
                await connected.call_tool(tool.name, given | {name: value})
                for name in tool.input_schema["properties"]
                for value in ODD
            ]

    for result in anyio.run(run):
        refused = result.structured_content.get("statusCode")
        assert result.is_error == (refused is not None)
        assert refused in {None, 400, 404, 422}


def test_an_unknown_tool_is_a_protocol_error(tenant):
    async def run():
        async with client(tenant) as connected:
            with pytest.raises(Exception, match="Unknown tool: list_apps2"):
                await connected.call_tool("list_apps2", {})

    anyio.run(run)


def test_an_app_tells_every_field_it_may_show(tenant):
    app = call(tenant, "get_app", {"idApp": 1001})["app"]
    assert app["id"] == 1001
    assert app["tags"] == "core,sso"
    assert app["sources"] == ["sso", "extension", "expenses", "integration"]
    assert app["expenses"] == {"value": 8490544, "currency": "USD"}
    assert app["c_regions_4"] == ["emea", "apac"]
    assert app["isHidden"] is False
    assert app["primaryOwner"] == {
        "id": 1,
        "firstName": "Dana",
        "lastName": "Levi",
        "fullName": "Dana Levi",
        "email": "dana.levi@acme.example",
        "photoUrl": "https://photos.acme.example/1.png",
        "status": "reporting",
        "lifecycleStatus": "active",
        "isDeletedInIdentitySources": False,
    }


@pytest.mark.parametrize("entity", ["app", "user", "contract"])
def test_every_custom_field_that_is_shown_may_be_asked_for(tenant, entity):
    tool = {"app": "list_apps", "user": "list_users", "contract": "list_contracts"}[entity]
    fields = call(tenant, f"list_{entity}_metadata")["customFields"]
    keys = [field["systemKey"] for field in fields if field["isShown"] and not field["isDeleted"]]
    assert keys
    rows = call(tenant, tool, {"fields": ",".join(keys), "size": 1})[f"{entity}s"]
    assert list(rows[0]) == keys


def test_licenses_are_given_on_request(tenant):
    asked = {"includeLicenses": True, "filters": [{"key": "id", "op": "equals", "value": 1001}]}
    (app,) = call(tenant, "list_apps", asked)["apps"]
    enterprise = app["licenses"]["types"][0]
    assert enterprise["name"] == "Google Workspace Enterprise"
    assert enterprise["pricePerLicense"] == {"value": 46600, "currency": "USD"}
    assert enterprise["annualCost"] == {"value": 46600 * 152, "currency": "USD"}
    assert enterprise["potentialSavings"] == {"value": 46600 * 29, "currency": "USD"}
    assert app["licenses"]["summary"]["totalAmount"] == 164
    assert app["licenses"]["summary"]["pricePerLicense"] is None


def test_half_a_cent_is_rounded_up_as_sql_rounds_it(tenant):
    gbp = "SELECT id, idApp FROM licenses WHERE currency = 'GBP' ORDER BY id"
    id_, id_app = tenant.execute(gbp).fetchone()
    # 150 pence are 190.5 cents.
    tenant.execute("UPDATE licenses SET pricePerLicense = 150 WHERE id = ?", [id_])
    tenant.commit()
    sql = "SELECT name, CAST(round(pricePerLicense * 1.27) AS INTEGER) FROM licenses WHERE idApp = ?"
    types = call(tenant, "get_app", {"idApp": id_app, "includeLicenses": True})["app"]["licenses"]["types"]
    twins = {one["name"]: one["pricePerLicenseInOrgCurrency"]["value"] for one in types}
    assert twins == dict(tenant.execute(sql, [id_app]))
    assert 191 in twins.values()


def test_metadata_has_no_options_and_is_searched(tenant):
    found = call(tenant, "list_user_metadata", {"q": "department"})
    assert [field["systemKey"] for field in found["customFields"]] == [
        "department",
        "gsuite_department",
        "okta_department",
    ]
    assert "options" not in found["customFields"][0]
    assert found["predefinedFields"] == []


def test_the_view_changes_every_head_count(tenant):
    totals = {
        view: call(tenant, "list_users", {"view": view, "size": 1})["total"]
        for view in ("currentUsers", "pastUsers", "allUsers", "currentNonHumanUsers", "externalUsers")
    }
    assert totals["currentUsers"] + totals["pastUsers"] == totals["allUsers"]
    assert len(set(totals.values())) == 5


def test_transactions_are_mapped_ones_and_newest_first_unless_asked_otherwise(tenant):
    rows = call(tenant, "list_transactions")["transactions"]
    assert {row["mappingStatus"] for row in rows} == {"mapped"}
    dates = [row["transactionDate"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    rows = call(tenant, "list_transactions", {"mappingStatus": "unknown,recommend_map"})["transactions"]
    assert {row["mappingStatus"] for row in rows} == {"unknown", "recommend_map"}


def test_transactions_are_sorted_by_the_converted_amount(tenant):
    rows = call(tenant, "list_transactions", {"fields": "id,amount", "sort": "amount:desc"})["transactions"]
    converted = [row["amount"]["convertedValue"] for row in rows]
    assert converted == sorted(converted, reverse=True)
    original = [row["amount"]["value"] for row in rows]
    assert original != sorted(original, reverse=True)


def test_contracts_come_in_no_order_unless_asked(tenant):
    def ids(arguments):
        return [row["id"] for row in call(tenant, "list_contracts", arguments)["contracts"]]

    assert ids({}) != sorted(ids({}))
    assert ids({"sort": "id:asc"}) == sorted(ids({}))


def test_executed_actions_are_rows_of_actions_newest_first(tenant):
    page = call(tenant, "get_action_execution_logs")
    assert page["count"] == 50
    times = [row["creationTime"] for row in page["response"]]
    assert times == sorted(times, reverse=True)
    assert len({row["idWorkflowExecution"] for row in page["response"]}) < 50


def test_the_audit_log_has_no_total_and_a_window(tenant):
    page = call(tenant, "get_audit_logs", {"entity": "contracts", "size": 3, "sort": "asc"})
    assert page.keys() == {"audit", "count", "nextCursor"}
    first, second, third = (row["creationTime"] for row in page["audit"])
    asked = {"entity": "contracts", "startTime": first, "endTime": third, "sort": "asc"}
    assert [row["creationTime"] for row in call(tenant, "get_audit_logs", asked)["audit"]] == [second, third]


def test_the_catalogue_is_not_the_tenant(tenant):
    found = call(tenant, "search_apps", {"q": "a"})["apps"]
    assert len(found) == 5
    matched = call(tenant, "match_apps", {"apps": [{"name": "SLACK"}, {"name": "Nothing like it"}]})["apps"]
    assert matched == [
        {"idApp": 1003, "name": "Slack", "url": "https://slack.com", "searchedBy": "SLACK"},
        {"searchedBy": "Nothing like it"},
    ]


def test_a_persons_apps_are_narrowed_to_those_that_are_kept_and_to_a_state(tenant):
    kept = call(tenant, "list_user_applications", {"idUser": 2, "isUserRemovedFromApp": False})["apps"]
    everything = call(tenant, "list_user_applications", {"idUser": 2})["apps"]
    assert kept == [app for app in everything if not app["isUserRemovedFromApp"]]
    closed = call(tenant, "list_user_applications", {"idUser": 2, "state": "closed"})["apps"]
    assert closed == [app for app in everything if app["state"] == "closed"]


def test_a_persons_apps_still_have_the_old_names(tenant):
    (app, *_) = call(tenant, "list_user_applications", {"idUser": 2, "fields": "id,lastUsageTime,users"})["apps"]
    assert app == {"id": 1001, "lastUsageTime": "2026-11-01T00:26:00.000Z", "users": 216}
