"""What looks at text from a server or a client takes time in proportion to it: of four times the text, four times."""

import gc
import json
import time

import anyio
import httpx2
import pytest

from promptkit.connection.answers import BrokenAnswerError, parsed_answer
from promptkit.connection.gate import MAX_MESSAGE_BYTES, Gate, GateError
from promptkit.connection.scopes import challenged_scopes, is_read, missing_scopes
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.stdio import lines_of
from promptkit.connection.wire import CheckedEvents, Exchange
from promptkit.errors import PromptkitError
from promptkit.guard.request_ids import id_of
from promptkit.json_strict import strict_json
from promptkit.model import ToolCall
from promptkit.policy.decision import ToolPolicy, argument_problem, decide, definition_digest, repeated_names
from promptkit.policy.review import tool_changes
from promptkit.policy.suggest import suggest
from promptkit.torii.filters import contains_text

TRIES = 5
# Quadratic is 16, linear is 4; the rest is for a machine that does other things as well.
MAX_RATIO = 9


def quietly(look):
    def run(given):
        try:
            return look(given)
        except (ValueError, RecursionError, BrokenAnswerError, GateError, PromptkitError):
            return None

    return run


class Chunks:
    """A stream of bytes in chunks of a size."""

    def __init__(self, text, size):
        self.parts = iter([text[at : at + size] for at in range(0, len(text), size)])

    def __aiter__(self):
        return self

    async def __anext__(self):
        for part in self.parts:
            return part
        raise StopAsyncIteration


def lines(text):
    async def run():
        return [len(line) async for line in lines_of(Chunks(text, 512))]

    return anyio.run(run)


def events(text):
    class Body(httpx2.AsyncByteStream):
        async def __aiter__(self):
            async for part in Chunks(text, 512):
                yield part

    async def run():
        response = httpx2.Response(
            200,
            headers={"content-type": "text/event-stream"},
            stream=Body(),
            request=httpx2.Request("POST", "http://127.0.0.1"),
        )
        return [len(part) async for part in CheckedEvents(response, Exchange(response.request, 1))]

    return anyio.run(run)


def gated(body):
    return quietly(Gate().check)(body)


def tools(count):
    return [{"name": f"tool {number}", "inputSchema": {}} for number in range(count)]


def described(text):
    return suggest({"name": "list_x", "description": text, "inputSchema": {"properties": {text: {"enum": [text]}}}})


def called(n):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x" * n}}).encode()


def nested(n, key):
    """Filters within filters, each with several."""
    return {"filters": [{"or": [{"and": [{"key": key, "op": "equals", "value": 1}] * 5}] * 5}] * n}


# The look, what it is given at a size, and the size.
LOOKS = {
    "answers": (quietly(parsed_answer), lambda n: b'{"a":"' + b'\\"\\\\' * n + b'"}', 400_000),
    "answers of lists": (quietly(parsed_answer), lambda n: b"[" + b"[1]," * n + b"1]", 100_000),
    "answers that are cut": (quietly(parsed_answer), lambda n: b'{"a":"' + b"\xe9" * n, 2_000_000),
    "strict JSON": (quietly(strict_json), lambda n: '{"a":"' + "\\ud83d\\ude00" * n + '"}', 50_000),
    "strict JSON of keys": (quietly(strict_json), lambda n: json.dumps({str(k): k for k in range(n)}), 20_000),
    "strict JSON of digits": (quietly(strict_json), lambda n: "[" + "1e5," * n + "1]", 50_000),
    "lines": (lines, lambda n: b"x" * n, 2_000_000),
    "short lines": (lines, lambda n: b"x\n" * n, 100_000),
    "events": (events, lambda n: b'data: {"jsonrpc":"2.0","id":1,"result":{"a":"' + b"x" * n + b'"}}\n\n', 1_000_000),
    "short events": (events, lambda n: b'data: {"jsonrpc":"2.0","method":"x"}\n\n' * n, 3_000),
    "data in lines": (events, lambda n: b"data: \n" * n + b"\n", 20_000),
    "comments": (events, lambda n: b": x\r" * n, 50_000),
    "the gate": (gated, called, MAX_MESSAGE_BYTES // 5),
    "ids": (id_of, lambda n: b'{"id":1,"method":"x","params":[' + b"[1]," * n + b"1]}", 20_000),
    "names": (lambda name: decide(ToolCall.model_construct(name=name), ToolPolicy({})), lambda n: "a." * n, 400_000),
    "names at the end of a line": (
        lambda name: decide(ToolCall.model_construct(name=name), ToolPolicy({})),
        lambda n: "a" * n + "\n",
        400_000,
    ),
    "lists of tools": (repeated_names, tools, 10_000),
    "drift": (lambda offered: list(tool_changes({}, offered)), tools, 10_000),
    "definitions": (definition_digest, lambda n: {"description": "\ud83d" * n}, 200_000),
    "descriptions": (described, lambda n: "create" * n, 20_000),
    "descriptions of spaces": (described, lambda n: "start  run (" * n, 10_000),
    "descriptions of dashes": (described, lambda n: "aA-_" * n, 20_000),
    "challenges": (challenged_scopes, lambda n: 'Bearer scope="' * n, 50_000),
    "insufficient scopes": (lambda text: missing_scopes(403, text), lambda n: 'error="insufficient_' * n, 50_000),
    "scopes": (is_read, lambda n: "aA.read" * n, 50_000),
    "patterns": (lambda text: contains_text("name", text), lambda n: "%_!" * n, 100_000),
    "URLs": (quietly(SignInOrigins("https://api.toriihq.com/mcp").admit), lambda n: "https://" + "a." * n, 20_000),
}


def seconds(look, given):
    # How long the collector takes depends on what else this process holds.
    gc.disable()
    began = time.process_time()
    look(given)
    taken = time.process_time() - began
    gc.enable()
    return taken


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_at_text_from_outside_takes_time_in_proportion_to_it(name):
    look, make, size = LOOKS[name]
    small, large = make(size), make(4 * size)
    ratios = []
    for _ in range(TRIES):
        ratios.append(seconds(look, large) / max(seconds(look, small), 1e-4))
        if ratios[-1] < MAX_RATIO:
            return
    assert min(ratios) < MAX_RATIO


@pytest.mark.parametrize("argument", ["filters", "text"])
def test_the_shapes_of_arguments_are_checked_in_proportion_to_them(library, argument):
    rule = library.reviewed_tools["list_apps"]

    def check(count, key):
        given = nested(count, key)
        if argument == "text":
            given = {"filters": json.dumps(given["filters"])}
        began = time.process_time()
        argument_problem(rule, given)
        return time.process_time() - began

    check(1, "compiled")
    # Each try under a key of its own, since what was checked is remembered.
    ratios = [check(8, f"large {number}") / check(2, f"small {number}") for number in range(TRIES)]
    assert min(ratios) < MAX_RATIO
