"""What each role of the local Torii sees and may do."""

import pytest

from promptkit.torii.actions import ACTIONS
from promptkit.torii.lookups import ALL_READS
from promptkit.torii.roles import IDENTITIES
from promptkit.torii.surface import surface
from promptkit.torii.tenant import tenant_digest
from tests.torii.calls import GIVEN, WRITES, call

PERSONAL = {
    "list_users",
    "get_user",
    "list_application_users",
    "list_user_applications",
    "get_user_application",
    "get_audit_logs",
    "get_action_execution_logs",
}
DENIED = {
    "admin": set(),
    "readOnly": set(),
    "procurement": PERSONAL,
    "itAdmin": {"list_transactions", "list_transaction_metadata"},
    "appOwner": PERSONAL - {"list_application_users", "get_user_application"} | {"list_workflows", "get_workflow"},
}
CONTRACTS = {"create_contract", "update_contract", "delete_contract", "parse_contract", "upload_file"}
SPEND = CONTRACTS | {"update_transaction", "create_contract_field"}
ALLOWED = {
    "admin": set(ACTIONS),
    "readOnly": set(),
    "procurement": SPEND,
    "itAdmin": set(ACTIONS) - SPEND,
    "appOwner": {"update_app", "request_access_to_app"},
}


def by(role, tenant, tool, arguments=None):
    return call(tenant, tool, arguments, identity=lambda: IDENTITIES[role])


@pytest.mark.parametrize("role", DENIED)
def test_a_role_is_denied_just_its_reads(tenant, role):
    denied = set()
    for tool in surface().tools:
        if tool.name in ALL_READS:
            arguments = {name: GIVEN[name] for name in tool.input_schema["required"]}
            if by(role, tenant, tool.name, arguments).get("statusCode") == 403:
                denied.add(tool.name)
    assert denied == DENIED[role]


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_has_just_its_actions(tenant, role):
    refused = set()
    for tool, (arguments, _, _) in WRITES.items():
        before = tenant_digest(tenant)
        if by(role, tenant, tool, arguments).get("statusCode") == 403:
            refused.add(tool)
            assert tenant_digest(tenant) == before
    # The app owner may update apps; the one that is tried here is another's.
    refused -= {"update_app"} if role == "appOwner" else set()
    assert refused == set(WRITES) - ALLOWED[role]


def test_read_only_sees_what_the_admin_sees(tenant):
    for tool in ("list_apps", "list_users", "list_contracts", "list_transactions"):
        assert by("readOnly", tenant, tool) == by("admin", tenant, tool)


def test_it_admins_see_no_money(tenant):
    answer = by("itAdmin", tenant, "list_contracts", {"fields": "id,amount"})
    assert answer["message"] == "The role itAdmin does not see: amount"
    assert by("itAdmin", tenant, "list_apps", {"fields": "id,expenses"})["statusCode"] == 403
    assert by("itAdmin", tenant, "list_contracts", {"filters": [{"key": "amount", "op": "gt", "value": 1}]})[
        "statusCode"
    ]
    assert by("itAdmin", tenant, "list_contracts", {"sort": "amount:desc"})["statusCode"] == 422
    spend = {"field": "expenses", "aggregationType": "metric", "options": {"metricFunction": "sum"}}
    assert by("itAdmin", tenant, "list_apps", {"aggs": spend})["statusCode"] == 422
    app = by("itAdmin", tenant, "get_app", {"idApp": 1001, "includeLicenses": True})["app"]
    assert "expenses" not in app
    assert app["licenses"]["types"][0].keys() == {
        "name",
        "totalAmount",
        "activeAmount",
        "inactiveAmount",
        "unassignedAmount",
    }
    types = {field["type"] for field in by("itAdmin", tenant, "get_contract_fields")["fields"]}
    assert "currency" not in types


def test_procurement_sees_money_and_no_persons(tenant):
    asked = {"fields": "id,expenses,primaryOwner", "size": 1}
    assert by("procurement", tenant, "list_apps", asked)["apps"] == [
        {"id": 1001, "expenses": {"value": 8490544, "currency": "USD"}, "primaryOwner": {"id": 1}}
    ]
    assert by("procurement", tenant, "list_apps", {"fields": "appOwners"})["statusCode"] == 403
    leavers = {"key": "primaryOwner", "op": "nested", "value": {"key": "email", "op": "isSet"}}
    assert by("procurement", tenant, "list_apps", {"filters": [leavers]})["statusCode"] == 422


def test_an_app_owner_sees_and_changes_owned_apps_only(tenant):
    query = "SELECT id FROM apps WHERE primaryOwner = 5 UNION SELECT idApp FROM app_owners WHERE idUser = 5"
    owned = {id_ for (id_,) in tenant.execute(query)}
    assert 0 < len(owned) < 60
    assert {app["id"] for app in by("appOwner", tenant, "list_apps")["apps"]} == owned
    contracts = by("appOwner", tenant, "list_contracts", {"fields": "idApp"})["contracts"]
    assert {row["idApp"] for row in contracts} <= owned
    assert {row["idApp"] for row in by("appOwner", tenant, "list_transactions")["transactions"]} <= owned
    other = next(id_ for (id_,) in tenant.execute("SELECT id FROM apps ORDER BY id") if id_ not in owned)
    assert by("appOwner", tenant, "get_app", {"idApp": other})["statusCode"] == 404
    assert by("appOwner", tenant, "list_application_users", {"idApp": other})["users"] == []
    change = {"state": "closed"}
    assert by("appOwner", tenant, "update_app", {"idApp": other, **change})["statusCode"] == 403
    assert "app" in by("appOwner", tenant, "update_app", {"idApp": min(owned), **change})
    assert tenant.execute("SELECT performedBy FROM audit ORDER BY id DESC").fetchone() == (5,)
