"""What answers of any size, packing and kind become for a session of MCP."""

import gzip

import anyio
import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from promptkit.connection.wire import MAX_ANSWER_BYTES, McpHttpClient
from tests.servers import running

CALL = {"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "list_apps"}}
SMALL = b'{"jsonrpc":"2.0","id":7,"result":{}}'
LARGE = b'{"jsonrpc":"2.0","id":7,"result":{"a":"' + b"x" * MAX_ANSWER_BYTES + b'"}}'


def packed(body, kind="application/json"):
    return Response(gzip.compress(body, 1), headers={"content-encoding": "gzip", "content-type": kind})


ANSWERS = {
    "/plain": lambda: Response(LARGE, media_type="application/json"),
    "/packed": lambda: packed(LARGE),
    "/error": lambda: Response(LARGE, 500, media_type="application/json"),
    "/small": lambda: packed(SMALL),
    "/cut": lambda: Response(b"{}", headers={"content-length": "9"}, media_type="application/json"),
    "/busy": lambda: Response("later", 429, headers={"retry-after": "3"}),
    "/stream": lambda: packed(b"data: " + LARGE, "text/event-stream"),
}


@pytest.fixture(scope="module")
def origin():
    def route(path, make):
        async def answer(request):
            return make()

        return Route(path, answer, methods=["POST"])

    with running(lambda _: Starlette(routes=[route(*one) for one in ANSWERS.items()])) as at:
        yield at


def answers(origin, *paths, message=CALL):
    """What one client makes of the answers at some paths, one after another."""

    async def run():
        async with McpHttpClient(trust_env=False) as http:
            return [await http.post(f"{origin}{path}", json=message) for path in paths]

    return anyio.run(run)


@pytest.mark.parametrize("path", ["/plain", "/packed", "/error"])
def test_an_answer_larger_than_the_limit_is_an_error_of_that_call_alone(origin, path):
    large, small = answers(origin, path, "/small")
    error = large.json()["error"]
    assert (large.json()["id"], error["message"]) == (7, "ReadError: the answer is larger than 33554432 bytes")
    assert error["data"] == {"transport": "ReadError"}
    assert small.content == SMALL


def test_a_connection_that_breaks_is_an_error_of_that_call_alone(origin):
    cut, small = answers(origin, "/cut", "/small")
    assert cut.json()["error"]["data"].keys() == {"transport"}
    assert small.content == SMALL


def test_the_status_and_the_wait_of_a_busy_server_are_told(origin):
    (busy,) = answers(origin, "/busy")
    assert busy.json()["error"]["data"] == {"httpStatus": 429, "retryAfter": "3"}


def test_a_notification_waits_for_no_answer(origin):
    (busy,) = answers(origin, "/busy", message={"jsonrpc": "2.0", "method": "notifications/cancelled"})
    assert (busy.status_code, busy.content) == (202, b"")


def test_a_stream_is_handed_on_as_it_comes(origin):
    (stream,) = answers(origin, "/stream")
    assert len(stream.content) > MAX_ANSWER_BYTES


def test_what_is_no_message_of_mcp_fails_as_any_request_does(origin):
    with pytest.raises(httpx2.TransportError):
        answers("http://127.0.0.1:9", "/token", message={"code": "c"})
