"""Every action tool of the local Torii really writes, and leaves an audit event."""

import json

import pytest

from promptkit.torii.actions import ACTIONS
from promptkit.torii.tenant import tenant_digest
from tests.torii.calls import WRITES, call


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
    assert call(tenant, "get_app", {"idApp": 1001, "fields": key})["message"].startswith(f"Unknown fields: {key}")
    refused = call(tenant, "update_app", {"idApp": 1001, "customFields": {key: 8}})["message"]
    assert refused.startswith(f"Unknown fields: {key}")
    assert "c_regions_4" in refused
