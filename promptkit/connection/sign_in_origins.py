"""Where a sign-in may go: the server itself, and the one issuer that it names."""

from __future__ import annotations

import ipaddress

import anyio
import httpx2

from promptkit.connection.address import address_of
from promptkit.errors import PromptkitError
from promptkit.json_strict import UnreadableError, strict_json

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


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
        # A private host has no certificate for a public name, so checking the address first is enough.
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
    except UnreadableError:
        return False
    return isinstance(body, dict) and "redirect_uris" in body and "jsonrpc" not in body


def _parsed(address: str) -> httpx2.URL:
    try:
        return httpx2.URL(address)
    except httpx2.InvalidURL:
        message = f"signing in leads to {address_of(address)}, which is not a URL"
        raise PromptkitError.of("sign-in-address", message, "ask the server's operator") from None


def _is_https(url: httpx2.URL) -> bool:
    return url.scheme == "https" and bool(url.host) and not url.userinfo


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _not_reached(url: httpx2.URL, why: str) -> PromptkitError:
    message = f"signing in leads to {address_of(str(url))}, which is {why}"
    return PromptkitError.of("sign-in-address", message, "ask the server's operator")
