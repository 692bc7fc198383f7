"""What `guard` and `serve` share: who may reach them, and beyond this machine only with a sign-in for each person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mcp.server.lowlevel import Server

from promptkit.connection.address import is_plain
from promptkit.connection.sign_in import SignIn
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.connection.web_sign_in import sign_in_of
from promptkit.errors import UsageError, extra
from promptkit.hosts.serving import listen
from promptkit.text import sanitized

_LOCAL = LOOPBACK - {"::1"}
_URL_FIX = "write https://HOST, or http://127.0.0.1:PORT to try it on this machine, with nothing after it"


@dataclass(frozen=True)
class PublicAddress:
    """Where everybody who signs in reaches a server of ours.

    `url` is its origin as people see it. `state` is the URL of its database. It may be called by `hosts` too, and by
    pages at `origins`. `metrics` is HOST:PORT for its operators.
    """

    url: str
    state: str | None
    hosts: Sequence[str]
    origins: Sequence[str]
    metrics: str | None


def public_address(
    url: str | None, state: str | None, hosts: Sequence[str], origins: Sequence[str], metrics: str | None
) -> PublicAddress | None:
    """The public address that options name; None where they name none.

    Raises:
        UsageError: there is more to it than an address.
    """
    if url is not None:
        return PublicAddress(url, state, hosts, origins, metrics)
    if state or hosts or origins or metrics:
        message = "--state, --trusted-host, --trusted-origin and --metrics belong to a public address"
        raise UsageError.of("no-public-url", message, "add --public-url https://HOST, or leave them out")
    return None


def require_local(http: str | None) -> None:
    """Let only this machine reach a server that asks nobody who they are.

    Raises:
        UsageError: others could reach it.
    """
    if http is not None and http.rpartition(":")[0] not in _LOCAL:
        message = f"{sanitized(http)} is open to other machines, and nobody is asked who they are"
        fix = "add --public-url https://HOST, so that each person signs in; or write 127.0.0.1:PORT"
        raise UsageError.of("open-address", message, fix)


def serve_each(
    make: Callable[[str, SignIn], Server[Any]], server: str | Sequence[str], http: str | None, address: PublicAddress
) -> int:
    """Serve each person who signs in, as themselves, until stopped.

    Args:
        make: makes the server of one person, given what tells them from others, and their sign-in.
        server: the URL of Torii's server.
        http: HOST:PORT to listen at.
        address: where people reach it.

    Raises:
        UsageError: an address may not be used.
        PromptkitError: the state cannot be opened.
    """
    public_url = _checked(address.url)
    if not isinstance(server, str):
        message = "a server that is started by a command cannot tell people apart"
        raise UsageError.of("public-command", message, "name the URL of one at which people sign in")
    if http is None:
        raise UsageError.of("public-http", "a public address needs one to listen at", "add --http HOST:PORT")
    if urlsplit(public_url).scheme == "http":
        require_local(http)
    opening = extra("promptkit.access.opening", "access")
    code: int = opening.serve_people(
        lambda held: make(held.person, sign_in_of(server, held)),
        server,
        public_url=public_url,
        state=address.state,
        hosts=address.hosts,
        origins=address.origins,
        sockets=[listen(one) for one in (http, address.metrics) if one],
    )
    return code


def _checked(url: str) -> str:
    parts = urlsplit(url) if is_plain(url) else None
    is_origin = parts is not None and url == f"{parts.scheme}://{parts.netloc}".lower()
    is_safe = parts is not None and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL))
    if is_origin and is_safe:
        return url
    message = f"{sanitized(url)} is not the public address of a server"
    raise UsageError.of("public-url", message, _URL_FIX)
