"""The modes of the local Torii: what each lists and how it answers."""

import anyio

from promptkit.torii.surface import surface
from tests.torii.calls import client

CONTRACT_FIELDS = (
    *("id", "idApp", "createdBy", "cancellationNoticePeriod", "name", "status", "source", "currency", "paymentTerm"),
    *("vendor", "billingEmail", "description", "creationTime", "startDate", "endDate", "cancellationDeadline"),
    *("autoRenewal", "previousContracts", "owner", "amount", "yearlyCost", "c_costCenter_1", "c_isThereAnNdaSigned_3"),
    *("c_legalEntity_2", "c_reviewers_4"),
)


def tools_and(tenant, mode, tool, arguments):
    async def run():
        async with client(tenant, mode=mode) as connected:
            return (await connected.list_tools()).tools, await connected.call_tool(tool, arguments)

    return anyio.run(run)


def test_the_old_package_has_seven_tools_and_answers_in_plain_text(tenant):
    tools, result = tools_and(tenant, "npm-2025", "list_contracts", {"fields": "zip"})
    assert {tool.name: list(tool.input_schema["properties"]) for tool in tools} == {
        "list_apps": ["fields", "baseFilters", "filters", "aggs"],
        "get_app_fields": [],
        "list_users": ["fields", "baseFilters", "filters", "aggs", "view"],
        "list_contracts": ["fields"],
        "get_contract_fields": [],
        "get_audit_logs": ["entity", "startTime", "endTime", "size", "cursor"],
        "list_roles": [],
    }
    assert all(tool.annotations is None for tool in tools)
    assert [block.text for block in result.content] == [
        f"Error: Unknown fields: zip. Known: {', '.join(CONTRACT_FIELDS)}"
    ]
    assert result.is_error is False
    assert result.structured_content is None


def test_the_old_package_gives_one_row_beside_aggregations(tenant):
    aggs = {"field": "state", "aggregationType": "groupBy"}
    _, result = tools_and(tenant, "npm-2025", "list_apps", {"aggs": aggs})
    assert '"count": 1,' in result.content[0].text
    assert result.structured_content is None


def test_the_bare_mode_has_no_annotations_and_no_total(tenant):
    tools, result = tools_and(tenant, "hosted-bare", "list_apps", {"size": 2})
    assert [tool.name for tool in tools] == [tool.name for tool in surface().tools]
    assert all(tool.annotations is None for tool in tools)
    assert result.structured_content.keys() == {"apps", "count", "nextCursor"}


def test_the_guessed_mode_annotates_every_tool(tenant):
    tools, result = tools_and(tenant, "hosted-guess", "list_apps", {"size": 2})
    assert all(tool.annotations.read_only_hint is not tool.annotations.destructive_hint for tool in tools)
    assert result.structured_content.keys() == {"apps", "count", "total", "nextCursor"}
