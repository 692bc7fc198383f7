"""What a server sends, before the SDK sees it: broken answers, and requests of its own."""

import anyio
import pytest
from mcp.shared.message import SessionMessage
from mcp.types import JSONRPCNotification, JSONRPCRequest

from promptkit.connection.answers import MAX_ANSWER_BYTES, BrokenAnswerError, Incoming, is_answer, parsed_answer
from promptkit.connection.gate import Gate

BROKEN = [
    b'{"a":"caf\xe9"}',
    b'{"a":"\xed\xa0\x80"}',
    b'{"a":"\\ud83d"}',
    b'{"\\ude00":1}',
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":1e400}',
    b'{"a":1',
    b"[" * 100_000,
    b"",
]


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: repr(text)[:20])
def test_an_answer_that_readers_read_differently_is_broken_and_not_quoted(text):
    with pytest.raises(BrokenAnswerError) as raised:
        parsed_answer(text)
    assert str(raised.value) == "the answer is not valid JSON in UTF-8"


def test_an_answer_larger_than_the_limit_is_broken():
    with pytest.raises(BrokenAnswerError, match="larger than 33554432 bytes"):
        parsed_answer(b'"' + b"x" * MAX_ANSWER_BYTES + b'"')


def test_an_answer_that_an_interpreter_could_read_and_we_not_look_into_is_broken():
    with pytest.raises(BrokenAnswerError, match="more than 200 lists and objects deep"):
        parsed_answer(b"[" * 600 + b"]" * 600)


def test_plain_json_is_read():
    assert parsed_answer(b'{"a":[1,1.5,"caf\xc3\xa9","\\ud83d\\ude00",123456789012345678901]}') == {
        "a": [1, 1.5, "caf\u00e9", "\U0001f600", 123456789012345678901]
    }


@pytest.mark.parametrize(
    ("message", "is_its"),
    [
        ({"id": 7, "result": {}}, True),
        ({"id": "7", "error": {}}, True),
        ({"id": 8, "result": {}}, False),
        ({"id": None, "error": {}}, False),
        ({"id": 7, "method": "ping"}, False),
        ({"id": 7}, False),
        ([], False),
    ],
)
def test_an_answer_has_the_id_of_its_request(message, is_its):
    assert is_answer(message, 7) is is_its


def passed_on(*messages):
    """What gets through of some messages of a server, what is sent back, and the log of the gate."""
    log, sent = [], []
    gate = Gate(log.append)

    class Outgoing:
        async def send(self, item):
            body = item.message.model_dump_json(by_alias=True, exclude_unset=True)
            gate.check(body.encode())
            sent.append(body)

    async def run():
        send, receive = anyio.create_memory_object_stream(len(messages))
        for message in messages:
            send.send_nowait(SessionMessage(message))
        send.close()
        async with Incoming(receive, Outgoing(), gate) as incoming:
            through = [item.message async for item in incoming]
            return through, incoming.is_over

    through, is_over = anyio.run(run)
    assert is_over
    return through, sent, log


def request(method, id_=7):
    return JSONRPCRequest(jsonrpc="2.0", id=id_, method=method)


@pytest.mark.parametrize("id_", [0, 7, "7", "p1"])
def test_a_ping_gets_its_empty_result_under_the_servers_id(id_):
    through, sent, log = passed_on(request("ping", id_))
    shown = f'"{id_}"' if isinstance(id_, str) else id_
    assert (through, sent) == ([], [f'{{"jsonrpc":"2.0","id":{shown},"result":{{}}}}'])
    assert log == [
        {"method": "answer to ping", "tool": None, "arguments": None, "allowed": True, "reason": None},
    ]


@pytest.mark.parametrize(
    "method", ["sampling/createMessage", "elicitation/create", "roots/list", "tools/call", "tools/list", "x", ""]
)
def test_every_other_request_of_a_server_gets_an_error(method):
    through, (sent,), (line,) = passed_on(request(method))
    assert (through, '"code":-32601' in sent, '"result"' in sent) == ([], True, False)
    assert (line["method"], line["allowed"]) == (f"answer to {method}", True)


def test_requests_under_one_id_are_each_answered():
    _, sent, _ = passed_on(request("ping"), request("ping"), request("roots/list"), request("ping"))
    assert ["result" in one for one in sent] == [True, True, False, True]


def test_what_is_not_a_request_goes_through():
    told = JSONRPCNotification(jsonrpc="2.0", method="notifications/tools/list_changed")
    through, sent, _ = passed_on(request("ping"), told)
    assert (through, len(sent)) == ([told], 1)
