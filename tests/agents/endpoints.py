"""Model endpoints on this machine that follow a script, in each provider's wire format, over real HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Said:
    """One turn as a provider would send it. `arguments` of a call is an object, or text as it is on the wire."""

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    finish: str = "stop"
    """`stop`, `length` (cut off) or `refusal`."""


@dataclass
class Failed:
    """An error in place of a turn. Status 0 cuts the connection after half an answer."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error": {"message": "no", "type": "some_error", "code": "some_code"}}'


@dataclass
class Endpoint:
    """A running endpoint: its address, what it will say (the last over and over), and the requests it got.

    A turn may also be a function of the request. `heard` is told the number of each request before it is answered.
    """

    url: str
    script: list[Said | Failed | Callable[[dict[str, Any]], Said]]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    heard: Callable[[int], object] = lambda number: None


def chat(said: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
    if said.finish == "refusal":
        message |= {"content": None, "refusal": said.text}
    if said.calls:
        message["tool_calls"] = [
            {"id": f"call_{i}", "type": "function", "function": {"name": name, "arguments": as_text(given)}}
            for i, (name, given) in enumerate(said.calls)
        ]
    finish = {"length": "length", "refusal": "stop"}.get(said.finish, "tool_calls" if said.calls else "stop")
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


def responses(said: Said) -> dict[str, Any]:
    content = {"type": "output_text", "text": said.text, "annotations": []}
    if said.finish == "refusal":
        content = {"type": "refusal", "refusal": said.text}
    output: list[dict[str, Any]] = [
        {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [content]}
    ]
    output += [
        {"type": "function_call", "id": f"fc_{i}", "call_id": f"call_{i}", "name": name, "arguments": as_text(given)}
        for i, (name, given) in enumerate(said.calls)
    ]
    cut = said.finish == "length"
    return {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "model": "scripted",
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": output if said.text else output[1:],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": 11,
            "output_tokens": 7,
            "total_tokens": 18,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
    }


def messages(said: Said) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": said.text}] if said.text else []
    blocks += [
        {"type": "tool_use", "id": f"toolu_{i}", "name": name, "input": given}
        for i, (name, given) in enumerate(said.calls)
    ]
    stop = {"length": "max_tokens", "refusal": "refusal"}.get(said.finish, "tool_use" if said.calls else "end_turn")
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "scripted",
        "content": blocks,
        "stop_reason": stop,
        "usage": {"input_tokens": 11, "output_tokens": 7},
    }


def generate_content(said: Said) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"text": said.text}] if said.text else []
    parts += [{"functionCall": {"name": name, "args": given}} for name, given in said.calls]
    finish = {"length": "MAX_TOKENS", "refusal": "SAFETY"}.get(said.finish, "STOP")
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish}],
        "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 7, "totalTokenCount": 18},
        "modelVersion": "scripted",
    }


def as_text(given: Any) -> str:
    return given if isinstance(given, str) else json.dumps(given)


WIRES = {"openai": responses, "anthropic": messages, "google": generate_content, "openai-compatible": chat}
"""By provider: how its endpoint writes a turn."""
PATHS = {"openai": "/v1", "openai-compatible": "/v1", "anthropic": "", "google": ""}


@contextmanager
def endpoint(provider: str, *script: Said | Failed | Callable[[dict[str, Any]], Said]) -> Iterator[Endpoint]:
    """An endpoint of a provider that follows a script, until the block ends."""
    running = Endpoint("", list(script))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            running.requests.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            running.headers.append({name.lower(): value for name, value in self.headers.items()})
            running.heard(len(running.requests))
            turn = running.script.pop(0) if len(running.script) > 1 else running.script[0]
            turn = turn(running.requests[-1]) if callable(turn) else turn
            if isinstance(turn, Failed):
                self.fail(turn)
            else:
                self.answer(200, {}, json.dumps(WIRES[provider](turn)).encode())

        def fail(self, failure: Failed) -> None:
            if failure.status:
                self.answer(failure.status, failure.headers, failure.body)
            else:
                self.answer(200, {"content-length": "1000"}, b'{"half": ')
                self.close_connection = True

        def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {
                "content-type": "application/json",
                "content-length": str(len(body)),
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        running.url = f"http://127.0.0.1:{server.server_address[1]}{PATHS[provider]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        server.shutdown()
        thread.join()
