"""How long each tool takes on the large tenant: `python -m tests.benchmarks.torii_latency [FILE]`.

Prints the median of each call in milliseconds, on the clock and of the processor, through a real client in memory.
Ends with 1 when one is over 200 ms of the processor, which other programs on the machine change little. Some reads
are made as the app owner, whom each list is narrowed for; actions are made once each and
last. They change FILE for good, so a second run on it fails; without FILE a new tenant is made.
"""

import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import anyio
from mcp import Client

from promptkit.torii.roles import IDENTITIES
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant, open_tenant
from tests.torii.calls import WRITES

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
    ("list_users", {"aggs": {"field": "email", "aggregationType": "groupBy"}, "size": 1}),
    ("list_users", {"filters": [{"key": "jobTitle", "op": "contains", "value": "engineer"}], "sort": "jobTitle:asc"}),
    ("list_users", {"email": "nobody@acme.example"}),
    ("list_users", {"view": "currentUsers", "aggs": {"field": "department", "aggregationType": "groupBy"}, "size": 1}),
    ("get_user", {"idUser": 20}),
    ("get_user_fields", {}),
    ("list_user_metadata", {"q": "department"}),
    ("list_application_users", {"idApp": 1001}),
    ("list_application_users", {"idApp": 1001, "sort": "lastVisitTime:desc", "size": 100}),
    ("list_application_users", {"idApp": 1001, "status": "active", "size": 100}),
    ("list_application_users", {"idApp": 1001, "q": "levi", "size": 100}),
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
    ("list_transactions", {"q": "no such text"}),
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


OWNED = [
    ("list_apps", {}),
    ("list_contracts", {"sort": "endDate:asc"}),
    ("list_transactions", {}),
    ("list_application_users", {"idApp": 1001, "size": 100}),
]
"""What the app owner asks."""


async def is_fast(client: Client, tool: str, arguments: dict, repeats: int = REPEATS) -> bool:
    clock, processor = [], []
    for _ in range(repeats):
        began, worked = time.perf_counter(), time.process_time()
        result = await client.call_tool(tool, arguments)
        clock.append((time.perf_counter() - began) * 1000)
        processor.append((time.process_time() - worked) * 1000)
        assert not result.is_error, result.content
    took, used = statistics.median(clock), statistics.median(processor)
    print(f"{took:8.1f} ms {used:8.1f} ms {'!' if used >= LIMIT_MS else ' '} {tool} {str(arguments)[:100]}")
    return used < LIMIT_MS


async def tenth_page(client: Client, tool: str, arguments: dict) -> dict:
    for _ in range(9):
        page = (await client.call_tool(tool, arguments)).structured_content
        if not page["nextCursor"]:
            break
        arguments = arguments | {"cursor": page["nextCursor"]}
    return arguments


async def measure(path: Path) -> bool:
    with closing(open_tenant(path)) as tenant:
        async with Client(build_server(tenant)) as client:
            calls = CALLS + [(tool, await tenth_page(client, tool, arguments)) for tool, arguments in PAGED]
            fast = [await is_fast(client, *call) for call in calls]
        async with Client(build_server(tenant, identity=lambda: IDENTITIES["appOwner"])) as client:
            fast += [await is_fast(client, *call) for call in OWNED]
        unused = tenant.execute("SELECT id FROM products WHERE id NOT IN (SELECT id FROM apps)").fetchone()
        async with Client(build_server(tenant)) as client:
            writes = {tool: arguments for tool, (arguments, _, _) in WRITES.items()}
            writes |= {"add_app": {"idApp": unused[0]}, "parse_contract": {"idFile": await uploaded(client)}}
            fast += [await is_fast(client, *call, repeats=1) for call in writes.items()]
    return all(fast)


async def uploaded(client: Client) -> int:
    result = await client.call_tool("upload_file", {"name": "deal.pdf", "content": "text"})
    return result.structured_content["file"]["id"]


def main() -> int:
    if len(sys.argv) > 1:
        return 0 if anyio.run(measure, Path(sys.argv[1])) else 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tenant.db")
        build_tenant(path, size="large").close()
        return 0 if anyio.run(measure, path) else 1


if __name__ == "__main__":
    sys.exit(main())
