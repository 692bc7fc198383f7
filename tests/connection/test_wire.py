"""What answers of any size, packing and kind become for a session of MCP."""

import gzip
import json

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
EVENTS = (
    b': a comment\r\ndata: {"jsonrpc":"2.0","method":"notifications/x","params":{"a":"caf\xc3\xa9"}}\r\n\r\n'
    b"event: other\nid: 5\nretry: 9\ndata: caf\xc3\xa9\n\n"
    b'data: {"jsonrpc":"2.0",\ndata: "id":7,"result":{}}\n\n'
)


def packed(body, kind="application/json"):
    return Response(gzip.compress(body, 1), headers={"content-encoding": "gzip", "content-type": kind})


ANSWERS = {
    "/plain": lambda: Response(LARGE, media_type="application/json"),
    "/packed": lambda: packed(LARGE),
    "/error": lambda: Response(LARGE, 500, media_type="application/json"),
    "/small": lambda: packed(SMALL),
    "/cut": lambda: Response(b"{}", headers={"content-length": "9"}, media_type="application/json"),
    "/busy": lambda: Response("later", 429, headers={"retry-after": "3"}),
    "/stream": lambda: packed(b"data: " + LARGE + b"\n\n", "text/event-stream"),
    "/events": lambda: Response(EVENTS, media_type="text/event-stream"),
}


def answering(makers):
    """A running server with an answer for each path."""

    def route(path, make):
        async def answer(request):
            return make()

        return Route(path, answer, methods=["POST"])

    return running(lambda _: Starlette(routes=[route(*one) for one in makers.items()]))


@pytest.fixture(scope="module")
def origin():
    with answering(ANSWERS) as at:
        yield at


def answers(origin, *paths, message=CALL, headers=None):
    """What one client makes of the answers at some paths, one after another."""

    async def run():
        async with McpHttpClient(trust_env=False) as http:
            return [await http.post(f"{origin}{path}", json=message, headers=headers) for path in paths]

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


def events(stream):
    """The data of each event of a stream."""
    return [json.loads(line.removeprefix("data: ")) for line in stream.text.splitlines() if line.startswith("data: ")]


def test_the_events_of_a_stream_come_as_they_were(origin):
    (stream,) = answers(origin, "/events")
    assert stream.text.split("\n\n") == [
        'event: message\nid: \ndata: {"jsonrpc":"2.0","method":"notifications/x","params":{"a":"caf\u00e9"}}',
        "event: other\nid: 5\nretry: 9\ndata: caf\u00e9",
        'event: message\nid: 5\ndata: {"jsonrpc":"2.0",\ndata: "id":7,"result":{}}',
        "",
    ]


def test_an_event_larger_than_the_limit_is_an_error_of_that_call_alone(origin):
    large, small = answers(origin, "/stream", "/small")
    (error,) = events(large)
    assert (error["id"], error["error"]["message"]) == (7, "the answer is larger than 33554432 bytes")
    assert small.content == SMALL


NO_ANSWER = {
    b'{"jsonrpc":"2.0","id":7,"result":{"a":"caf\xe9"}}': "the answer is not valid JSON in UTF-8",
    b'{"jsonrpc":"2.0","id":7,"result":{"a":"\\ud83d"}}': "the answer is not valid JSON in UTF-8",
    b'{"jsonrpc":"2.0","id":7,"result":{"a":NaN}}': "the answer is not valid JSON in UTF-8",
    b'{"jsonrpc":"2.0","id":7,"result":{"a":1e400}}': "the answer is not valid JSON in UTF-8",
    b'{"jsonrpc":"2.0","id":7,"result":': "the answer is not valid JSON in UTF-8",
    b'{"jsonrpc":"2.0","id":8,"result":{}}': "the answer is to another request",
    b'{"jsonrpc":"2.0","result":{}}': "the server could not read the request",
    b'{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no JSON"}}': "no JSON",
    b"[]": "the answer is to another request",
}


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("body", NO_ANSWER, ids=lambda body: repr(body)[20:70])
def test_what_is_no_answer_to_the_call_fails_it_at_once(body, kind):
    is_stream = kind == "text/event-stream"
    sent = Response(b"data: " + body + b"\n\n" if is_stream else body, media_type=kind)
    with answering({"/": lambda: sent}) as at:
        (answer,) = answers(at, "/")
    error = events(answer)[0] if is_stream else answer.json()
    assert (error["id"], error["error"]["message"]) == (7, NO_ANSWER[body])


@pytest.mark.parametrize(
    "body", [b"", b"gone", b'{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"who?"}}']
)
@pytest.mark.parametrize(
    ("status", "session", "is_forgotten"),
    [
        (404, True, True),
        (404, False, True),
        (400, True, True),
        (410, True, True),
        (503, True, True),
        (503, False, False),
        (500, True, False),
        (429, True, False),
    ],
)
def test_an_answer_of_a_server_that_forgot_the_session_says_so(body, status, session, is_forgotten):
    headers = {"mcp-session-id": "s"} if session else {}
    with answering({"/": lambda: Response(body, status, media_type="application/json")}) as at:
        (answer,) = answers(at, "/", headers=headers)
    error = answer.json()["error"]
    assert error["message"] == ("who?" if b"who" in body else f"HTTP {status}")
    told = {"isForgotten": True} if is_forgotten else {}
    assert error["data"] == {"httpStatus": status, "retryAfter": None} | told


@pytest.mark.parametrize(("status", "is_its"), [(400, True), (404, False)])
def test_an_error_of_the_call_itself_stays_as_it_came_unless_the_session_is_gone(status, is_its):
    body = b'{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no such tool"}}'
    with answering({"/": lambda: Response(body, status, media_type="application/json")}) as at:
        (answer,) = answers(at, "/", headers={"mcp-session-id": "s"})
    assert (answer.content == body) is is_its
    assert answer.json()["error"]["message"] == "no such tool"


def test_our_own_answer_to_the_server_gets_none(origin):
    (busy,) = answers(origin, "/busy", message={"jsonrpc": "2.0", "id": 7, "result": {}})
    assert (busy.status_code, busy.content) == (202, b"")


def test_what_is_no_message_of_mcp_fails_as_any_request_does(origin):
    with pytest.raises(httpx2.TransportError):
        answers("http://127.0.0.1:9", "/token", message={"code": "c"})
