"""Calls of the local Torii's tools by a real client in memory, and arguments that each of them takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp import Client

from promptkit.torii.lookups import ALL_READS
from promptkit.torii.server import build_server
from promptkit.torii.surface import surface

READS = [tool for tool in surface().tools if tool.name in ALL_READS]
# Values of the arguments that reads require.
GIVEN = {
    "idApp": 1001,
    "idUser": 2,
    "idContract": 1,
    "idWorkflow": 1,
    "q": "slack",
    "apps": [{"name": "Slack"}],
}
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


@asynccontextmanager
async def client(tenant, **options) -> AsyncIterator[Client]:
    """A real MCP client of a server on the tenant."""
    async with Client(build_server(tenant, **options)) as connected:
        yield connected


def call(tenant, tool, arguments=None, **options) -> dict[str, Any]:
    """The structured content of one call, or the error's."""

    async def run():
        async with client(tenant, **options) as connected:
            return await connected.call_tool(tool, arguments or {})

    return anyio.run(run).structured_content


FILTERS = [
    ("apps", {"key": "state", "op": "equals", "value": "closed"}, "state = 'closed'"),
    ("apps", {"key": "category", "op": "notEquals", "value": "Team chat"}, "category IS NOT 'Team chat'"),
    ("apps", {"key": "name", "op": "contains", "value": "GOOGLE"}, "name LIKE '%google%'"),
    ("apps", {"key": "description", "op": "notContains", "value": "a"}, "coalesce(description, '') NOT LIKE '%a%'"),
    ("apps", {"key": "state", "op": "anyOf", "value": ["closed", "inReview"]}, "state IN ('closed', 'inReview')"),
    (
        "apps",
        {"key": "category", "op": "noneOf", "value": ["Team chat"]},
        "category IS NULL OR category <> 'Team chat'",
    ),
    ("apps", {"key": "sources", "op": "anyOf", "value": ["sso"]}, "sources LIKE '%\"sso\"%'"),
    (
        "apps",
        {"key": "sources", "op": "allOf", "value": ["sso", "expenses"]},
        "sources LIKE '%\"sso\"%' AND sources LIKE '%\"expenses\"%'",
    ),
    (
        "apps",
        {"key": "c_regions_4", "op": "isExactly", "value": ["apac", "emea"]},
        """c_regions_4 IN ('["emea", "apac"]', '["apac", "emea"]')""",
    ),
    ("apps", {"key": "c_regions_4", "op": "isSet"}, "c_regions_4 IS NOT NULL AND c_regions_4 <> '[]'"),
    ("apps", {"key": "c_regions_4", "op": "notExists"}, "c_regions_4 IS NULL OR c_regions_4 = '[]'"),
    ("apps", {"key": "primaryOwner", "op": "isNotSet"}, "primaryOwner IS NULL"),
    ("apps", {"key": "primaryOwner", "op": "equals", "value": 1}, "primaryOwner = 1"),
    (
        "apps",
        {
            "key": "primaryOwner",
            "op": "nested",
            "value": {"key": "lifecycleStatus", "op": "equals", "value": "offboarded"},
        },
        "primaryOwner IN (SELECT id FROM users WHERE lifecycleStatus = 'offboarded')",
    ),
    ("apps", {"key": "activeUsersCount", "op": "gt", "value": 100}, "activeUsersCount > 100"),
    ("apps", {"key": "activeUsersCount", "op": "gte", "value": 100}, "activeUsersCount >= 100"),
    ("apps", {"key": "expenses", "op": "lt", "value": 100000}, "expenses < 100000"),
    ("apps", {"key": "score", "op": "lte", "value": 3.6}, "score <= 3.6"),
    ("apps", {"key": "isHidden", "op": "equals", "value": True}, "isHidden"),
    ("apps", {"key": {"value": "state"}, "op": {"value": "equals"}, "value": "closed"}, "state = 'closed'"),
    (
        "apps",
        {"op": "or", "value": [{"key": "isHidden", "value": True}, {"key": "state", "value": "closed"}]},
        "isHidden OR state = 'closed'",
    ),
    (
        "apps",
        {"or": [{"and": [{"key": "isHidden", "value": False}, {"key": "state", "value": "closed"}]}]},
        "NOT isHidden AND state = 'closed'",
    ),
    ("contracts", {"key": "endDate", "op": "dayOnOrAfter", "value": "2026-11-02"}, "endDate >= '2026-11-02'"),
    ("contracts", {"key": "endDate", "op": "dayOnOrBefore", "value": "2026-11-02"}, "endDate <= '2026-11-02'"),
    ("contracts", {"key": "endDate", "op": "dayAfter", "value": "2026-11-02"}, "endDate > '2026-11-02'"),
    ("contracts", {"key": "endDate", "op": "dayBefore", "value": "2026-11-02"}, "endDate < '2026-11-02'"),
    (
        "contracts",
        {"key": "creationTime", "op": "dayOnOrBefore", "value": "2026-01-02T00:00:00.000Z"},
        "date(creationTime) <= '2026-01-02'",
    ),
    ("contracts", {"key": "endDate", "op": "relativeDateToday"}, "endDate = '2026-11-02'"),
    ("contracts", {"key": "endDate", "op": "relativeDateOn", "value": 0}, "endDate = '2026-11-02'"),
    (
        "contracts",
        {"key": "endDate", "op": "relativeDateLess", "value": 60},
        "endDate BETWEEN '2026-11-02' AND '2027-01-01'",
    ),
    (
        "contracts",
        {"key": "endDate", "op": "relativeDateLess", "value": {"value": 60, "unit": "days", "direction": "past"}},
        "endDate BETWEEN '2026-09-03' AND '2026-11-02'",
    ),
    ("contracts", {"key": "endDate", "op": "relativeDateMore", "value": 60}, "endDate > '2027-01-01'"),
    ("contracts", {"key": "endDate", "op": "relativeDateMore", "value": -60}, "endDate < '2026-09-03'"),
    ("contracts", {"key": "previousContracts", "op": "contains", "value": "13"}, "previousContracts LIKE '%13%'"),
    ("users", {"key": "department", "op": "isSet"}, "department IS NOT NULL"),
    ("users", {"key": "gsuite_department", "op": "exists"}, "gsuite_department IS NOT NULL"),
    ("users", {"key": "role", "op": "equals", "value": "Admin"}, "idRole = 1"),
]
