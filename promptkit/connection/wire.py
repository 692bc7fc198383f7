"""The HTTP client of an MCP session: what goes wrong with one message is that message's error alone.

The SDK's own transport ends the whole session, with every call in flight, when one connection breaks, and it forgets
the status and Retry-After of an HTTP error.
"""

from __future__ import annotations

import json
from typing import Any

import httpx2
from mcp.types import CONNECTION_CLOSED, INTERNAL_ERROR

MAX_ANSWER_BYTES = 32 * 1024 * 1024


class McpHttpClient(httpx2.AsyncClient):
    """An HTTP client whose answers to JSON-RPC messages are always answers of JSON-RPC.

    The `data` of an error that it makes has `httpStatus` and `retryAfter` (the header, or None), or `transport`, the
    name of what broke. An answer larger than `MAX_ANSWER_BYTES`, unpacked, is an error; of a stream, the SDK
    measures each event.
    """

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:  # noqa: ANN401
        """Send a request; the authorization is inside, and sees every answer as it came."""
        has_message = request.method == "POST" and b'"jsonrpc"' in request.content
        try:
            response = await super().send(request, **options)
            if not has_message or response.headers.get("content-type", "").startswith("text/event-stream"):
                return response
            body = await _bounded(response)
        except httpx2.TransportError as error:
            if not has_message:
                raise
            told = f"{type(error).__name__}: {error}"
            return _error(request, CONNECTION_CLOSED, told, transport=type(error).__name__)
        if response.status_code < httpx2.codes.BAD_REQUEST or b'"jsonrpc"' in body:
            kept = {name: value for name, value in response.headers.items() if name in {"content-type", _SESSION}}
            return httpx2.Response(response.status_code, headers=kept, content=body, request=request)
        status, wait = response.status_code, response.headers.get("retry-after")
        return _error(request, INTERNAL_ERROR, f"HTTP {status}", httpStatus=status, retryAfter=wait)


_SESSION = "mcp-session-id"


async def _bounded(response: httpx2.Response) -> bytes:
    body = bytearray()
    try:
        async for part in response.aiter_bytes():
            body += part
            if len(body) > MAX_ANSWER_BYTES:
                raise httpx2.ReadError(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
    finally:
        await response.aclose()
    return bytes(body)


def _error(request: httpx2.Request, code: int, told: str, **details: str | int | None) -> httpx2.Response:
    message = json.loads(request.content)
    if "id" not in message:  # A notification has no answer; nobody waits for one.
        return httpx2.Response(httpx2.codes.ACCEPTED, request=request)
    error = {"code": code, "message": told, "data": details}
    return httpx2.Response(200, request=request, json={"jsonrpc": "2.0", "id": message["id"], "error": error})
