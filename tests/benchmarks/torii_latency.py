"""How long each read tool takes on the large tenant: `python tests/benchmarks/torii_latency.py [FILE]`.

Prints the median of each call in milliseconds, through a real client in memory, and ends with 1 when one is over
200 ms.
"""

import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import anyio
from mcp import Client

from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant, open_tenant

LIMIT_MS = 200
REPEATS = 5
SPEND = {"field": "expenses", "aggregationType": "metric", "options": {"metricFunction": "sum"}}
CALLS = [
    ("list_apps", {}),
    ("list_apps", {"fields": "id,name,expenses", "includeLicenses": True}),
    (
        "list_apps",
        {"filters": [{"key": "activeUsersCount", "op": "gt", "value": 100}], "sort": "activeUsersCount:desc"},
    ),
    ("list_apps", {"aggs": {"field": "category", "aggregationType": "groupBy", "aggs": SPEND}, "size": 1}),
    ("get_app", {"idApp": 1001, "includeLicenses": True}),
    ("get_similar_apps", {"idApp": 1001}),
    ("get_app_fields", {}),
    ("list_app_metadata", {}),
    ("search_apps", {"q": "a", "limit": 50}),
    ("match_apps", {"apps": [{"name": f"App {number}"} for number in range(1000)]}),
    ("list_users", {}),
    ("list_users", {"view": "currentEmployees", "q": "levi", "size": 50}),
    ("list_users", {"sort": "lastName:asc", "size": 100}),
    ("list_users", {"filters": [{"key": "department", "op": "equals", "value": "Sales"}], "size": 100}),
    ("list_users", {"aggs": {"field": "department", "aggregationType": "groupBy"}, "size": 1}),
    ("list_users", {"view": "currentUsers", "aggs": {"field": "department", "aggregationType": "groupBy"}, "size": 1}),
    ("get_user", {"idUser": 20}),
    ("get_user_fields", {}),
    ("list_user_metadata", {"q": "department"}),
    ("list_application_users", {"idApp": 1001}),
    ("list_application_users", {"idApp": 1001, "sort": "lastVisitTime:desc", "size": 100}),
    ("list_application_users", {"idApp": 1001, "status": "active", "size": 100}),
    ("list_user_applications", {"idUser": 20}),
    ("get_user_application", {"idUser": 1, "idApp": 1001}),
    ("list_contracts", {}),
    ("list_contracts", {"filters": [{"key": "endDate", "op": "relativeDateLess", "value": 60}], "sort": "endDate:asc"}),
    ("get_contract", {"idContract": 1}),
    ("get_contract_fields", {}),
    ("list_contract_metadata", {}),
    ("list_transactions", {}),
    ("list_transactions", {"sort": "transactionDate:desc", "size": 100}),
    ("list_transactions", {"sort": "amount:desc", "size": 100}),
    ("list_transactions", {"idApp": 1001, "size": 100}),
    ("list_transactions", {"q": "renewal", "size": 100}),
    ("list_transactions", {"source": "netsuite", "size": 100}),
    ("list_transactions", {"mappingStatus": "mapped,unknown,recommend_map", "size": 100}),
    ("list_transaction_metadata", {}),
    ("list_workflows", {}),
    ("get_workflow", {"idWorkflow": 1}),
    ("get_action_execution_logs", {}),
    ("get_action_execution_logs", {"idActionApp": 1001, "size": 1000}),
    ("get_action_execution_logs", {"idActionUser": 20}),
    ("get_audit_logs", {}),
    ("get_audit_logs", {"entity": "contracts", "size": 1000}),
    ("list_roles", {}),
    ("get_organization", {}),
]
PAGED = [
    ("list_users", {"size": 1000}),
    ("list_users", {"sort": "lastName:desc", "size": 1000}),
    ("list_application_users", {"idApp": 1001, "size": 1000}),
    ("list_transactions", {"size": 1000}),
    ("list_transactions", {"sort": "amount:asc", "size": 1000}),
    ("get_action_execution_logs", {"size": 1000}),
    ("get_audit_logs", {"size": 1000}),
]
"""Lists whose tenth page is timed too: a cursor must not cost more the further it goes."""


async def milliseconds(client: Client, tool: str, arguments: dict) -> float:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        result = await client.call_tool(tool, arguments)
        took.append((time.perf_counter() - began) * 1000)
        assert not result.is_error, result.content
    return statistics.median(took)


async def tenth_page(client: Client, tool: str, arguments: dict) -> dict:
    for _ in range(9):
        page = (await client.call_tool(tool, arguments)).structured_content
        if not page["nextCursor"]:
            break
        arguments = arguments | {"cursor": page["nextCursor"]}
    return arguments


async def measure(path: Path) -> bool:
    is_fast = True
    with closing(open_tenant(path)) as tenant:
        async with Client(build_server(tenant)) as client:
            calls = CALLS + [(tool, await tenth_page(client, tool, arguments)) for tool, arguments in PAGED]
            for tool, arguments in calls:
                took = await milliseconds(client, tool, arguments)
                is_fast = is_fast and took < LIMIT_MS
                print(f"{took:8.1f} ms {'!' if took >= LIMIT_MS else ' '} {tool} {str(arguments)[:100]}")
    return is_fast


def main() -> int:
    if len(sys.argv) > 1:
        return 0 if anyio.run(measure, Path(sys.argv[1])) else 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tenant.db")
        build_tenant(path, size="large").close()
        return 0 if anyio.run(measure, path) else 1


if __name__ == "__main__":
    sys.exit(main())
