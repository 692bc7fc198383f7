"""Reads as whoever is signed in, and the sign-in that is kept."""

import anyio

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.tokens import open_store
from promptkit.model import ToolCall
from promptkit.policy.review import tool_policy


async def read_often(library, url, times):
    gate = Gate()
    async with connect(url, gate, lambda tools: setattr(gate, "policy", tool_policy(library, tools))) as session:
        call = ToolCall(name="list_apps", arguments={"size": 1})
        return [(await session.call(call)).state for _ in range(times)]


def reads(library, url, times=1):
    """What becomes of some reads in one session."""
    return anyio.run(read_often, library, url, times)


def kept(url):
    return open_store().load(url)
