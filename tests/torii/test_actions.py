"""Every action tool of the local Torii really writes, and leaves an audit event."""

import json

import pytest

from promptkit.torii.actions import ACTIONS
from promptkit.torii.tenant import tenant_digest
from tests.torii.conftest import call

# Tool, arguments, the type of its audit event, and SQL that is true afterwards and was not before.
WRITES = {
    "run_workflow": (
        {"idWorkflow": 2},
        "workflow_triggered_manually",
        "EXISTS (SELECT 1 FROM action_executions WHERE idWorkflow = 2 AND actionType = 'manualTrigger')",
    ),
    "update_user": (
        {"idUser": 30, "lifecycleStatus": "offboarding"},
        "update_user_lifecycle_status",
        "(SELECT lifecycleStatus FROM users WHERE id = 30) = 'offboarding'",
    ),
    "update_app": (
        {"idApp": 1001, "state": "needToClose", "isHidden": True, "customFields": {"c_regions_4": ["apac"]}},
        "update_app_details",
        "(SELECT state || isHidden || c_regions_4 FROM apps WHERE id = 1001) = 'needToClose1[\"apac\"]'",
    ),
    "add_app": ({"idApp": 1500}, "add_app", "(SELECT state FROM apps WHERE id = 1500) = 'discovered'"),
    "create_app": ({"name": "Ours"}, "create_app", "(SELECT isCustom FROM apps WHERE name = 'Ours')"),
    "create_contract": (
        {"name": "New", "idApp": 1001, "amount": {"value": 1200, "currency": "EUR"}},
        "create_contract",
        "(SELECT amount || currency || source FROM contracts WHERE name = 'New') = '1200EURapi'",
    ),
    "update_contract": (
        {"idContract": 2, "amount": "77", "customFields": {"c_costCenter_1": "CC-1"}},
        "update_contract",
        "(SELECT amount || c_costCenter_1 FROM contracts WHERE id = 2) = '77CC-1'",
    ),
    "delete_contract": ({"idContract": 2}, "delete_contract", "NOT EXISTS (SELECT 1 FROM contracts WHERE id = 2)"),
    "update_user_application": (
        {"idUser": 2, "idApp": 1001, "isUserRemovedFromApp": True},
        "update_app_user",
        "(SELECT isUserRemovedFromApp FROM app_users WHERE idUser = 2 AND idApp = 1001)",
    ),
    "update_transaction": (
        {"idTransaction": 1, "idApp": 1002},
        "update_transaction",
        "(SELECT idApp FROM transactions WHERE id = 1) = 1002",
    ),
    **{
        f"create_{entity}_field": (
            {"name": "Risk score", "type": "number"},
            f"create_{entity}_field",
            f"EXISTS (SELECT 1 FROM fields WHERE entity = '{entity}' AND name = 'Risk score')",  # noqa: S608
        )
        for entity in ("app", "user", "contract")
    },
    "delete_field": ({"idField": 22}, "delete_field", "(SELECT isDeleted FROM fields WHERE id = 22)"),
    "request_access_to_app": ({"idApp": 1001}, "create_access_request", None),
    "upload_file": ({"name": "deal.pdf", "content": "text"}, "upload_file", None),
    "sync_app": ({"idApp": 1001}, "sync_app", None),
    "create_user_anonymization_request": (
        {"idUser": 30},
        "create_anonymization_request",
        "(SELECT email FROM users WHERE id = 30 AND firstName IS NULL) = 'anonymized-30@removed.example'",
    ),
}


def test_every_action_is_tried():
    assert set(WRITES) | {"parse_contract"} == set(ACTIONS)


@pytest.mark.parametrize("tool", WRITES)
def test_an_action_really_writes(tenant, tool):
    arguments, kind, written = WRITES[tool]
    claim = f"SELECT coalesce({written or 0}, 0)"
    assert tenant.execute(claim).fetchone() == (0,)
    before = tenant_digest(tenant)
    assert "statusCode" not in call(tenant, tool, arguments)
    assert written is None or tenant.execute(claim).fetchone() == (1,)
    event = tenant.execute("SELECT performedBy, type, properties FROM audit ORDER BY id DESC").fetchone()
    assert event == (1, kind, json.dumps(arguments))
    assert tenant_digest(tenant) != before


def test_an_uploaded_file_becomes_a_contract_to_review(tenant):
    uploaded = call(tenant, "upload_file", {"name": "deal.pdf", "content": "text"})["file"]
    parsed = call(tenant, "parse_contract", {"idFile": uploaded["id"]})["contract"]
    assert call(tenant, "get_contract", {"idContract": parsed["id"], "fields": "name,status,source"})["contract"] == {
        "name": "deal.pdf",
        "status": "inReview",
        "source": "parsed",
    }
    kinds = [kind for (kind,) in tenant.execute("SELECT type FROM audit ORDER BY id DESC LIMIT 2")]
    assert kinds == ["parse_contract", "upload_file"]


@pytest.mark.parametrize(
    ("tool", "arguments", "status"),
    [
        ("run_workflow", {"idWorkflow": 999}, 404),
        ("update_user", {"idUser": 1, "lifecycleStatus": "gone"}, 422),
        ("update_app", {"idApp": 1001}, 422),
        ("update_app", {"idApp": 1001, "customFields": {"c_none": 1}}, 422),
        ("update_app", {"idApp": 1001, "primaryOwner": 999999}, 422),
        ("add_app", {"idApp": 1001}, 409),
        ("create_contract", {"name": "New", "idApp": 1}, 404),
        ("update_contract", {"idContract": 2, "amount": "much"}, 422),
        ("update_contract", {"idContract": 2, "endDate": "soon"}, 422),
        ("update_contract", {"idContract": 2, "amount": 10**30}, 422),
        ("update_contract", {"idContract": 2, "name": "\ud800"}, 422),
        ("update_user_application", {"idUser": 1, "idApp": 5, "isUserRemovedFromApp": True}, 404),
        ("delete_field", {"idField": 1}, 404),
        ("parse_contract", {"idFile": 1}, 404),
    ],
)
def test_a_refused_action_changes_nothing(tenant, tool, arguments, status):
    before = tenant_digest(tenant)
    assert call(tenant, tool, arguments)["statusCode"] == status
    assert tenant_digest(tenant) == before


def test_a_new_end_date_moves_the_cancellation_deadline(tenant):
    call(tenant, "update_contract", {"idContract": 1, "endDate": "2027-03-31"})
    shown = call(tenant, "get_contract", {"idContract": 1, "fields": "cancellationNoticePeriod,cancellationDeadline"})
    assert shown["contract"] == {"cancellationNoticePeriod": 30, "cancellationDeadline": "2027-03-01"}


def test_a_second_sync_is_a_conflict(tenant):
    call(tenant, "sync_app", {"idApp": 1001})
    assert call(tenant, "sync_app", {"idApp": 1001})["statusCode"] == 409


def test_a_created_field_can_be_set_and_read_and_a_deleted_one_not(tenant):
    field = call(tenant, "create_app_field", {"name": "Risk score", "type": "number"})["field"]
    key = field["systemKey"]
    assert key == "c_riskScore_90"
    call(tenant, "update_app", {"idApp": 1001, "customFields": {key: 7}})
    assert call(tenant, "get_app", {"idApp": 1001, "fields": key}) == {"app": {key: 7}}
    call(tenant, "delete_field", {"idField": field["id"]})
    assert call(tenant, "get_app", {"idApp": 1001, "fields": key})["message"] == f"Unknown fields: {key}"
