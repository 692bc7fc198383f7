"""The HTTP transport with the gate before it: nothing reaches Torii, or the issuer of a sign-in, any other way."""

from __future__ import annotations

import httpx2

from promptkit.connection.address import address_of
from promptkit.connection.gate import MAX_MESSAGE_BYTES, Gate, GateError
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.errors import PromptkitError


class GateTransport(httpx2.AsyncBaseTransport):
    """The only HTTP transport of ours that can reach a Torii server: one URL, every request through the gate.

    It follows no redirect, reads no proxy variable and opens no other address, but for those of a sign-in.
    """

    def __init__(self, gate: Gate, url: str, origins: SignInOrigins) -> None:
        self._gate = gate
        self._url = httpx2.URL(url)
        self._origins = origins
        self._inner = httpx2.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request, or raise GateError or PromptkitError before anything is sent."""
        is_server = request.url == self._url
        body = await request.aread()
        if not is_server:
            await self._origins.check(request)
        elif request.method not in {"POST", "GET", "DELETE"}:
            raise GateError(f"{request.method} is not a method of MCP")
        elif request.method == "POST":
            self._gate.check(body, request.headers)
        response = await self._inner.handle_async_request(request)
        if response.is_redirect:
            await response.aclose()
            message = f"{address_of(str(request.url))} answers with a redirect, and none is followed"
            raise PromptkitError.of("redirect", message, "give the server's own address, or ask its operator")
        return response if is_server else await _whole(response)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


async def _whole(response: httpx2.Response) -> httpx2.Response:
    """An answer of a sign-in, read and unpacked, if it is as small as such answers are."""
    body = bytearray()
    try:
        async for part in response.aiter_bytes():
            body += part
            if len(body) > MAX_MESSAGE_BYTES:
                message = f"the sign-in's server sent more than {MAX_MESSAGE_BYTES} bytes"
                raise PromptkitError.of("sign-in-size", message, "ask the server's operator")
    finally:
        await response.aclose()
    kept = {name: value for name, value in response.headers.items() if name == "content-type"}
    return httpx2.Response(response.status_code, headers=kept, content=bytes(body))
