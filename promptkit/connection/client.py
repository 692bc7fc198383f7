"""Connects to a Torii MCP server through the gate.

The one place that constructs network clients for Torii and its sign-in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
from mcp import Client, MCPError
from mcp.client.auth import OAuthFlowError, OAuthRegistrationError
from mcp.client.auth.utils import build_protected_resource_metadata_discovery_urls
from mcp.client.streamable_http import streamable_http_client
from pydantic import ValidationError

from promptkit.connection.address import address_of, is_plain, more_than_plain
from promptkit.connection.answers import MAX_ANSWER_BYTES, Incoming
from promptkit.connection.gate import Gate
from promptkit.connection.named_server import NOT_REACHED, NamedServer
from promptkit.connection.redaction import redacted_answers
from promptkit.connection.scopes import insufficient_scope
from promptkit.connection.session import GatedSession, ToolListNotices, list_tools_of
from promptkit.connection.sign_in import SignIn, auth_for, no_registration
from promptkit.connection.sign_in_origins import LOOPBACK, SignInOrigins
from promptkit.connection.stdio import stdio_transport
from promptkit.connection.tokens import KeptSignIn, open_store
from promptkit.connection.transport import GateTransport
from promptkit.connection.wire import McpHttpClient
from promptkit.errors import PromptkitError, UsageError, nearest
from promptkit.policy.decision import Definition
from promptkit.text import sanitized
from promptkit.torii.names import LOCAL_SERVERS

# The SDK logs what it then answers as an error, with a piece of the server's text in it.
logging.getLogger("mcp.client.streamable_http").setLevel(logging.CRITICAL)
logging.getLogger("mcp.client.stdio").setLevel(logging.CRITICAL)

# In the SDK's words: what another attempt may mend, and how an issuer says that it registers no unknown program.
_CHANCE = re.compile(r"State parameter mismatch|No authorization code received|Token exchange failed .*invalid_grant")
_REFUSED_REGISTRATION = re.compile(r"Registration failed: 4(?!29)")
# What the systems say of a host whose name nobody knows.
_NO_SUCH_HOST = re.compile(r"Name or service not known|nodename nor servname|getaddrinfo failed|name resolution", re.I)

# The HTTP client puts the class of its error first.
_CLASS = re.compile(r"^[A-Z]\w+(?:Error|Timeout): ")

TORII_URL = "https://api.toriihq.com/mcp"


@asynccontextmanager
async def connect(
    server: str | Sequence[str] | NamedServer,
    gate: Gate,
    review: Callable[[Sequence[Definition]], None],
    sign_in: SignIn | None = None,
) -> AsyncIterator[GatedSession]:
    """Open a session in which the gate decides every message.

    Args:
        server: the URL of a server over streamable HTTP, or the command line of one over stdio; or a named server.
        gate: every message passes it.
        review: is given the whole list of tools before the first call, to set the gate's policy or to stop.
        sign_in: how requests show who asks; by default the token of the environment or the kept sign-in, if any.

    Raises:
        UsageError: the URL is not one that may be used.
        PromptkitError: the server cannot be reached, asks for a sign-in and none is stored, or its list of tools
            cannot be read whole.
    """
    named = server if isinstance(server, NamedServer) else NamedServer(server)
    try:
        notices = ToolListNotices()
        async with redacted_answers(_transport(named, gate, sign_in)) as (read, write):
            incoming = Incoming(read, write, gate)
            async with Client(_held(incoming, write), message_handler=notices) as client:
                tools = await list_tools_of(client)
                review(tools)
                yield GatedSession(client, gate, tools, notices, incoming)
    except BaseException as group:  # The SDK's task groups wrap whatever is raised inside them.
        cause: BaseException = group
        while isinstance(cause, BaseExceptionGroup):
            cause = cause.exceptions[0]
        if isinstance(cause, OAuthFlowError):
            raise _not_signed_in(cause, address_of(named.address)) from None
        if isinstance(cause, MCPError) and isinstance(cause.data, dict) and "missingScopes" in cause.data:
            raise insufficient_scope(str(cause.data["missingScopes"])) from None
        if not isinstance(cause, httpx2.TransportError | httpx2.InvalidURL | OSError | MCPError | ValidationError):
            raise cause from None
        if isinstance(cause, MCPError) and cause.message.startswith(NOT_REACHED):
            raise _behind_a_guard(cause, address_of(named.address)) from None
        message = f"no MCP server answers at {address_of(named.address)}: {_why(cause)}"
        raise PromptkitError.of("no-server", message, _what_to_check(named.address, cause)) from cause


def _behind_a_guard(error: MCPError, address: str) -> PromptkitError:
    """A guard answers, and says why it does not reach the server behind it."""
    why = error.message.removeprefix(NOT_REACHED)
    fix = "put it right where the guard runs, and try again"
    if "sign-in" in why:
        fix = "sign in to the server behind it, where the guard runs: promptkit connect, with that server's address"
    message = f"the guard at {address} does not reach the server behind it: {sanitized(why, 300)}"
    return PromptkitError.of("behind-guard", message, fix)


def _not_signed_in(error: OAuthFlowError, address: str) -> PromptkitError:
    text = str(error)
    if isinstance(error, OAuthRegistrationError) and _REFUSED_REGISTRATION.match(text):
        return no_registration(address)
    # The rest of the SDK's message quotes the server, or the state.
    message = f"signing in failed: {sanitized(text.partition(': ')[0], 200)}"
    fix = "run promptkit connect again" if _CHANCE.search(text) else "ask the server's operator"
    return PromptkitError.of("sign-in-failed", message, fix)


def _why(error: Exception) -> str:
    """Why there is no session, without the path of a program, and without what an answer held."""
    if isinstance(error, ValidationError):
        return "its answer is not one of MCP"
    return sanitized(_CLASS.sub("", str(getattr(error, "strerror", None) or error)), 200)


def _what_to_check(address: str | Sequence[str], cause: Exception) -> str:
    if not isinstance(address, str):
        if not isinstance(cause, FileNotFoundError):
            return "run its command by itself, and read what it says"
        return nearest(" ".join(address), LOCAL_SERVERS, "install it, or give its full path")
    if "HTTP 404" in str(cause) and not urlsplit(address).path.endswith("/mcp"):
        return "check the path: most servers have MCP at /mcp"
    if "HTTP 403" in str(cause):
        return "ask its admin: the server, or what stands before it, lets this sign-in or this network not in"
    if "HTTP " in str(cause):
        return "something else answers there: check the port and the path, and that it is an MCP server over HTTP"
    if _NO_SUCH_HOST.search(str(cause)):
        return "check how the host is spelt, and the network: it may need a VPN or a proxy"
    return "check the host and the port, and that the server runs"


@asynccontextmanager
async def _transport(server: NamedServer, gate: Gate, sign_in: SignIn | None) -> AsyncIterator[Any]:
    if not isinstance(server.address, str):
        async with stdio_transport(server.address, gate, server.environment) as streams:
            yield streams
        return
    url = checked_url(server.address, server.allowed_hosts, may_be_other=server.may_be_other)
    origins = SignInOrigins(url)
    auth = sign_in(origins) if sign_in else auth_for(url, open_store(), origins)
    http = _http_client(GateTransport(gate, url, origins), auth)
    # The HTTP client measures answers; the SDK's own limit of 1 MiB is less than a page of a thousand rows.
    async with http, streamable_http_client(url, http_client=http, max_sse_event_size=2 * MAX_ANSWER_BYTES) as streams:
        yield streams


@asynccontextmanager
async def _held(*streams: Any) -> AsyncIterator[Any]:  # noqa: ANN401
    """Streams in the shape that the SDK's client enters; who opened them closes them."""
    yield streams


def _http_client(transport: GateTransport, auth: httpx2.Auth | None = None) -> McpHttpClient:
    timeout = httpx2.Timeout(30, read=300)
    return McpHttpClient(transport=transport, auth=auth, timeout=timeout, follow_redirects=False)


async def publishes_metadata(server: str) -> bool:
    """Whether a server is reached, and says where its people sign in."""
    try:
        async with _http_client(GateTransport(Gate(), server, SignInOrigins(server))) as http:
            addresses = build_protected_resource_metadata_discovery_urls(None, server)
            return any([(await http.get(address)).status_code == 200 for address in addresses])
    except (httpx2.HTTPError, OSError, PromptkitError):
        return False


def sign_in_client(server: str, origins: SignInOrigins, auth: httpx2.Auth | None = None) -> McpHttpClient:
    """A client for a sign-in at a server, without a session."""
    return _http_client(GateTransport(Gate(), server, origins), auth)


async def fetch(url: str) -> bytes:
    """What is at a URL, as far as a sign-in may go there; no redirect is followed.

    Raises:
        PromptkitError: it is not at https and a public address, or http on this machine; or there is nothing.
    """
    try:
        async with _http_client(GateTransport(Gate(), "", SignInOrigins(url))) as http:
            response = await http.get(url, headers={"accept": "application/json"})
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        message = f"nothing can be read at {address_of(url)}: {_why(error)}"
        raise PromptkitError.of("unreadable-address", message, "check the address") from error
    if response.status_code != httpx2.codes.OK:
        message = f"{address_of(url)} answers with HTTP {response.status_code}"
        raise PromptkitError.of("unreadable-address", message, "check the address")
    return response.content


async def revoke(kept: KeptSignIn) -> bool:
    """Ask the issuer to end a sign-in; whether it says that it did."""
    endpoint = kept.metadata.revocation_endpoint if kept.metadata else None
    if endpoint is None:
        return False
    origins = SignInOrigins(kept.server)
    origins.admit(kept.issuer)
    # Public clients have no secret; some servers want the field all the same.
    who = {"client_id": kept.client.client_id, "client_secret": kept.client.client_secret or ""}
    tokens = {"refresh_token": kept.tokens.refresh_token, "access_token": kept.tokens.access_token}
    try:
        async with sign_in_client(kept.server, origins) as http:
            for hint, token in tokens.items():
                if token:
                    form = who | {"token": token, "token_type_hint": hint}
                    (await http.post(str(endpoint), data=form)).raise_for_status()
    except (httpx2.HTTPError, OSError, PromptkitError):
        return False
    return True


def is_torii(url: str) -> bool:
    """Whether a URL is Torii's own, or that of a server on this machine."""
    is_local = is_plain(url) and urlsplit(url).scheme == "http" and urlsplit(url).hostname in LOOPBACK
    return url == TORII_URL or is_local


def checked_url(url: str, allowed_hosts: Sequence[str] = (), *, may_be_other: bool = False) -> str:
    """The URL if it is Torii's own or a server on this machine; or any at https, of an allowed host or `may_be_other`.

    Raises:
        UsageError: it is neither, since a prompt that reads a tenant must not be pointed elsewhere by a slip; or it
            holds a user, password, query or fragment: an address is shown and recorded, so no secret may be in it.
    """
    is_https = is_plain(url) and urlsplit(url).scheme == "https"
    if is_torii(url) or (is_https and (may_be_other or urlsplit(url).hostname in allowed_hosts)):
        return url
    if address_of(url) != url and (more := more_than_plain(url)):
        fix = "leave it out, since addresses are shown and recorded; to sign in, run promptkit connect"
        raise UsageError.of("server-url", f"{address_of(url)} is given with {more}", fix)
    if "://" not in url:
        fix = f"write it whole, such as {TORII_URL}; local, where it is allowed, is the stand-in on this machine"
        raise UsageError.of("server-url", "the address given does not begin with https:// or http://", fix)
    if may_be_other:
        fix = "write https://HOST/PATH, or http://127.0.0.1:PORT/PATH for a server on this machine, and nothing else"
        raise UsageError.of("server-url", f"{address_of(url)} is not the plain address of a server", fix)
    fix = f"use {TORII_URL}, or http://127.0.0.1:PORT/mcp for a server on this machine, and nothing before or after it"
    if is_https:
        host = urlsplit(url).hostname
        fix = f"use {TORII_URL}; if {host} is your company's, allow it once, with "
        fix += f"promptkit init --server {address_of(url)} --allow-host {host}, and name its file with --profile"
    fix += "; guard and tools reach other servers, with --tools and --lock"
    raise UsageError.of("server-url", f"{address_of(url)} is not the address of a Torii server", fix)
