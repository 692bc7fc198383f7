"""The last check before a message leaves for Torii, at the transport: one SDK call can send several messages."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import anyio
import httpx2

from promptkit.errors import PromptkitError, problem, shown
from promptkit.model import ToolCall
from promptkit.policy import Decision, ToolPolicy, decide

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MAX_MESSAGE_BYTES = 256 * 1024
_METHODS = frozenset(
    {
        "server/discover",
        "initialize",
        "notifications/initialized",
        "notifications/cancelled",
        "ping",
        "tools/list",
        "tools/call",
        "subscriptions/listen",  # Says when the list of tools changes, and nothing else.
    }
)


class GateError(Exception):
    """A message was about to leave that may not. Nothing was sent, and nothing will be sent after it."""


def strict_json(text: str | bytes) -> Any:  # noqa: ANN401
    """Parse JSON that every reader reads alike: bytes are UTF-8 and nothing else, and no object names a key twice.

    Raises:
        ValueError: not such JSON; NaN and infinity are none.
        RecursionError: nested too deeply.
    """

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        built = dict(pairs)
        if len(built) != len(pairs):
            raise ValueError("an object names a key twice")
        return built

    # Given bytes, json.loads would guess the encoding.
    told = text.decode() if isinstance(text, bytes) else text
    return json.loads(told, object_pairs_hook=once, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


class Gate:
    """Lets a message through, or latches shut for good.

    Args:
        policy: what tool calls are decided by; refuses every call until it is set.
        log: is told of every message before it leaves, as {"method", "tool", "arguments", "allowed", "reason"}.
    """

    def __init__(self, log: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.policy = ToolPolicy({})
        self.is_shut = False
        self._log = log or (lambda _: None)

    def check(self, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Pass one outgoing message.

        Args:
            body: the message as it would go over the wire.
            headers: of the HTTP request, found by names in lower case; those that repeat the body must agree with it.

        Raises:
            GateError: it may not leave.
        """
        message: Any = None
        try:
            reason = "the gate is shut after an earlier refusal" if self.is_shut else None
            if reason is None:
                message, reason = self._inspect(body, headers or {})
        except Exception as error:  # Whatever goes wrong while checking, the answer is no.
            reason = f"the message could not be checked ({type(error).__name__})"
        self._record(message, reason)
        if reason:
            self.is_shut = True
            raise GateError(reason)

    def _inspect(self, body: bytes, headers: Mapping[str, str]) -> tuple[Any, str | None]:
        if len(body) > MAX_MESSAGE_BYTES:
            return None, f"the message is larger than {MAX_MESSAGE_BYTES} bytes"
        message = strict_json(body)
        if not isinstance(message, dict):
            return None, "the message is not a single object"
        method = message.get("method")
        if "method" not in message and "error" in message and "id" in message:
            return message, None  # Our "no" to a request of the server, such as sampling.
        if method not in _METHODS:
            return message, f"the method {shown(method)} is not one that reading needs"
        if method.startswith("notifications/") == ("id" in message):
            return message, f"{method} must be a {'notification' if 'id' in message else 'request'}"
        params = message.get("params")
        name = params.get("name") if isinstance(params, dict) else None
        if headers.get("mcp-method", method) != method or (name and headers.get("mcp-name", name) != name):
            return message, "a header and the body name different methods or tools"
        return message, self._inspect_call(params) if method == "tools/call" else None

    def _inspect_call(self, params: Any) -> str | None:  # noqa: ANN401
        if not isinstance(params, dict) or set(params) - {"name", "arguments", "_meta"}:
            return "the call carries more than a name and arguments"
        decision = self.decide(ToolCall(name=str(params.get("name")), arguments=params.get("arguments")))
        return None if decision.allowed else decision.reason

    def decide(self, call: ToolCall) -> Decision:
        """What the policy says of a call; asking sends nothing and does not shut the gate."""
        return decide(call, self.policy)

    def _record(self, message: Any, reason: str | None) -> None:  # noqa: ANN401
        params = message.get("params") if isinstance(message, dict) else None
        params = params if isinstance(params, dict) else {}
        self._log(
            {
                "method": message.get("method") if isinstance(message, dict) else None,
                "tool": params.get("name"),
                "arguments": params.get("arguments"),
                "allowed": reason is None,
                "reason": reason,
            }
        )


class SignInOrigins:
    """The origins that a sign-in may reach: the server's own, and the one issuer that its metadata name.

    They are at https and a public address, or at http on this machine when the server is on this machine too.
    """

    def __init__(self, server: str) -> None:
        self._server = httpx2.URL(server)
        self._issuer: httpx2.URL | None = None

    def admit(self, issuer: str) -> None:
        """Let the issuer be reached as well, in place of an earlier one.

        Raises:
            PromptkitError: it is not at an address that a sign-in may use.
        """
        url = _parsed(issuer)
        if not (_is_https(url) or self._is_local(url)):
            raise _not_reached(url, "neither https nor on this machine")
        self._issuer = url

    async def check(self, request: httpx2.Request) -> None:
        """Pass one request of a sign-in.

        Raises:
            PromptkitError: it may not leave.
        """
        url, credentials = request.url, request.headers.get("authorization", "").lower()
        if request.method not in {"GET", "POST"} or credentials.startswith("bearer"):
            raise _not_reached(url, "not the server, and only the server is given the token")
        if _origin(url) not in {_origin(known) for known in (self._server, self._issuer) if known}:
            raise _not_reached(url, "neither the server's own address nor its issuer's")
        if request.method == "POST" and not _is_of_sign_in(request):
            raise _not_reached(url, "asked for more than a sign-in needs")
        await self.check_address(str(url))

    async def check_address(self, address: str) -> None:
        """Pass an address that a sign-in wants to open, here or in the browser.

        Raises:
            PromptkitError: it is not at https and a public address, nor on this machine as the server is.
        """
        url = _parsed(address)
        if self._is_local(url):
            return
        if not _is_https(url):
            raise _not_reached(url, "neither https nor on this machine")
        # Who answers at a public name from a private address has no certificate for it: a look before is enough.
        found = await anyio.getaddrinfo(url.host, None)
        if not all(ipaddress.ip_address(str(address[4][0])).is_global for address in found):
            raise _not_reached(url, "at a private address")

    def _is_local(self, url: httpx2.URL) -> bool:
        return all(one.scheme == "http" and one.host in LOOPBACK and not one.userinfo for one in (self._server, url))


def _is_of_sign_in(request: httpx2.Request) -> bool:
    """Whether a body is a form or the registration of a client, and so no message of MCP."""
    if request.headers.get("content-type") == "application/x-www-form-urlencoded":
        return True
    try:
        body = strict_json(request.content)
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and "redirect_uris" in body and "jsonrpc" not in body


def _parsed(address: str) -> httpx2.URL:
    try:
        return httpx2.URL(address)
    except httpx2.InvalidURL:
        message = f"signing in leads to {shown(address, 200)}, which is no address"
        raise problem("sign-in-address", message, "ask the server's operator") from None


def _is_https(url: httpx2.URL) -> bool:
    return url.scheme == "https" and bool(url.host) and not url.userinfo


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _not_reached(url: httpx2.URL, why: str) -> PromptkitError:
    shown_url = shown(url.copy_with(userinfo=None, query=None, fragment=None), 200)
    return problem("sign-in-address", f"signing in leads to {shown_url}, which is {why}", "ask the server's operator")


class GateTransport(httpx2.AsyncBaseTransport):
    """The only HTTP transport of ours that can reach a Torii server: one URL, every request through the gate.

    It follows no redirect, reads no proxy variable and opens no other address, but for those of a sign-in.
    """

    def __init__(self, gate: Gate, url: str, origins: SignInOrigins) -> None:
        self._gate, self._url, self._origins = gate, httpx2.URL(url), origins
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
            where = shown(request.url.copy_with(query=None), 200)
            message = f"{where} answers with a redirect, and none is followed"
            raise problem("redirect", message, "give the server's own address, or ask its operator")
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
                raise problem("sign-in-size", message, "ask the server's operator")
    finally:
        await response.aclose()
    kept = {name: value for name, value in response.headers.items() if name == "content-type"}
    return httpx2.Response(response.status_code, headers=kept, content=bytes(body))
