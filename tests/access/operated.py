"""A server for many people whose call lasts until a second after a line on its standard input. It prints its ports."""

import json
import sys

import anyio
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.routing import Route

from promptkit.access.operations import Operations
from promptkit.access.readiness import Readiness
from promptkit.access.serving import serve_until_told
from promptkit.hosts.serving import listen


async def call(_):
    async def events():
        yield "begun"
        await anyio.to_thread.run_sync(sys.stdin.readline)
        # Longer than sse-starlette takes to see that the process ends.
        await anyio.sleep(1)
        yield "finished"

    return EventSourceResponse(events())


async def listened_to(_):
    async def events():
        yield "open"
        await anyio.sleep_forever()

    return EventSourceResponse(events())


async def always():
    return True


def main():
    routes = [Route("/mcp", call, methods=["POST"]), Route("/mcp", listened_to, methods=["GET"])]
    operations = Operations(Readiness({"state": always}))
    sockets = [listen("127.0.0.1:0"), listen("127.0.0.1:0")]
    ports = [one.getsockname()[1] for one in sockets]
    print(json.dumps(ports), flush=True)
    app = operations.operated(Starlette(routes=routes), frozenset({"/mcp"}), ports[1])
    return serve_until_told(app, operations, sockets)


if __name__ == "__main__":
    sys.exit(main())
