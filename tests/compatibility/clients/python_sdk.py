"""The client of the Python SDK. Each line of standard input is answered with the tools and the results of all calls.

Its arguments are a command line or a URL, the calls as JSON, and which revisions of MCP to speak: "auto" or "legacy".
"""

import asyncio
import json
import shlex
import sys

from mcp import Client, MCPError, StdioServerParameters


async def listed(client):
    tools, cursor = [], None
    while True:
        page = await client.list_tools(cursor=cursor, cache_mode="bypass")
        tools += [plain(tool) for tool in page.tools]
        if not (cursor := page.next_cursor):
            return tools


async def called(client, name, arguments):
    try:
        return plain(await client.call_tool(name, arguments))
    except MCPError as error:
        return {"error": {"code": error.code, "message": error.message}}


def plain(model):
    return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


async def main():
    target, calls = sys.argv[1], json.loads(sys.argv[2])
    if not target.startswith("http://"):
        command, *arguments = shlex.split(target)
        target = StdioServerParameters(command=command, args=arguments)
    async with Client(target, mode=sys.argv[3]) as client:
        while await asyncio.to_thread(sys.stdin.readline):
            tools = await listed(client)
            results = [await called(client, *call) for call in calls]
            seen = {"revision": client.protocol_version, "tools": tools, "results": results}
            print(json.dumps(seen), flush=True)


asyncio.run(main())
