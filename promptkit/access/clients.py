"""The programs that may ask people to sign in here: each names itself by a document at its own address, or registers.

Anybody may register, so what is kept of it is small, little of it is kept, and what nobody used is soon forgotten.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import anyio
from aiolimiter import AsyncLimiter
from mcp.server.auth.provider import RegistrationError
from mcp.shared.auth import OAuthClientInformationFull
from pydantic import AnyUrl, ValidationError

from promptkit.access.state import SharedState
from promptkit.connection.client import fetch
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.errors import PromptkitError
from promptkit.json_strict import UnreadableError, strict_json

SCOPE = "read"
MAX_CLIENTS = 5_000
UNUSED_SECONDS = 3600
USED_SECONDS = 90 * 86_400
_DOCUMENT_SECONDS = 3600
_MAX_DOCUMENT_BYTES = 16 * 1024
_FETCH_SECONDS = 5
_FETCHES_PER_MINUTE = 60
_MAX_NAME_CHARS = 80
_MAX_ADDRESSES = 10
_MAX_ADDRESS_CHARS = 500
_REGISTERED, _DOCUMENT = "registered client", "client document"


class Client(OAuthClientInformationFull):
    """A client whose addresses on a person's own machine hold with any port, which a program gets by chance there."""

    def validate_redirect_uri(self, redirect_uri: AnyUrl | None) -> AnyUrl:
        """The address to send a person back to.

        Raises:
            InvalidRedirectUriError: it is not the client's.
        """
        local = {_without_port(one) for one in self.redirect_uris or [] if is_local(str(one))}
        if redirect_uri and is_local(str(redirect_uri)) and _without_port(redirect_uri) in local:
            return redirect_uri
        return super().validate_redirect_uri(redirect_uri)


def _without_port(address: AnyUrl) -> tuple[str | None, str | None, str | None]:
    return address.host, address.path, address.query


class Clients:
    """The clients of one server.

    Args:
        state: keeps them.
        public_url: the server's own origin; where it is at http on this machine, a document may be too.
        max_clients: how many registered ones are kept.
    """

    def __init__(self, state: SharedState, public_url: str, max_clients: int = MAX_CLIENTS) -> None:
        self._state = state
        self._is_local = is_local(public_url)
        self._max_clients = max_clients
        self._fetches = AsyncLimiter(_FETCHES_PER_MINUTE)

    async def get(self, client_id: str) -> OAuthClientInformationFull | None:
        """The client with this id; None where there is none, or its document is not one."""
        if "://" in client_id:
            return await self._described(client_id)
        kept = await self._state.get(_REGISTERED, client_id)
        return Client.model_validate(kept) if kept else None

    async def register(self, client: OAuthClientInformationFull) -> None:
        """Keep a client for an hour, unless it is used.

        Raises:
            RegistrationError: it may not be registered.
        """
        if why := _why_not_client(client):
            raise RegistrationError("invalid_redirect_uri", why)
        if await self._state.count(_REGISTERED) >= self._max_clients:
            raise RegistrationError("invalid_client_metadata", "too many clients are registered; try again in an hour")
        await self._keep(client, UNUSED_SECONDS)

    async def used(self, client: OAuthClientInformationFull) -> None:
        """Keep a client for longer: somebody has signed in with it."""
        if "://" not in client.client_id:
            await self._keep(client, USED_SECONDS)

    async def _keep(self, client: OAuthClientInformationFull, seconds: int) -> None:
        await self._state.put(_REGISTERED, client.client_id, _small(client), expires_at=int(time.time()) + seconds)

    async def _described(self, url: str) -> OAuthClientInformationFull | None:
        kept = await self._state.get(_DOCUMENT, url)
        if kept is None and self._is_document_address(url) and self._fetches.has_capacity():
            async with self._fetches:
                kept = await _document(url)
            if kept is not None:
                until = int(time.time()) + _DOCUMENT_SECONDS
                await self._state.put(_DOCUMENT, url, kept, expires_at=until)
        return Client.model_validate(kept) if kept else None

    def _is_document_address(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        is_plain = len(url) <= _MAX_ADDRESS_CHARS and parts.path not in {"", "/"} and not set("@?#\\ ") & set(url)
        is_public = parts.scheme == "https" and port is None
        return is_plain and bool(parts.hostname) and (is_public or (self._is_local and is_local(url)))


def is_local(url: str) -> bool:
    """Whether a URL is one at http on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


async def _document(url: str) -> dict[str, Any] | None:
    """What is kept of a client metadata document; None where it is not one."""
    try:
        with anyio.fail_after(_FETCH_SECONDS):
            body = await fetch(url)
        document = strict_json(body) if len(body) <= _MAX_DOCUMENT_BYTES else None
    except (PromptkitError, UnreadableError, OSError):
        return None
    if not isinstance(document, dict) or document.get("client_id") != url or "client_secret" in document:
        return None
    try:
        client = OAuthClientInformationFull.model_validate(document | {"scope": SCOPE})
    except ValidationError:
        return None
    # Whoever reads the document could use a secret of it, and we keep no keys of clients.
    is_public = document.get("token_endpoint_auth_method", "none") == "none"
    if not is_public or _why_not_client(client):
        return None
    return _small(client.model_copy(update={"token_endpoint_auth_method": "none"}))


def _why_not_client(client: OAuthClientInformationFull) -> str | None:
    addresses = [str(address) for address in client.redirect_uris or []]
    if not 1 <= len(addresses) <= _MAX_ADDRESSES:
        return f"name between 1 and {_MAX_ADDRESSES} redirect_uris"
    for address in addresses:
        parts = urlsplit(address)
        is_plain = len(address) <= _MAX_ADDRESS_CHARS and not set("@#\\") & set(address) and bool(parts.hostname)
        if not is_plain or not (parts.scheme == "https" or is_local(address)):
            return "redirect_uris are at https, or at http on the person's own machine"
    return None


def _small(client: OAuthClientInformationFull) -> dict[str, Any]:
    """What is needed of a client; what else it says of itself is not kept."""
    return {
        "client_id": client.client_id,
        "client_name": (client.client_name or "")[:_MAX_NAME_CHARS],
        "client_secret": client.client_secret,
        "client_id_issued_at": client.client_id_issued_at,
        "client_secret_expires_at": client.client_secret_expires_at,
        "redirect_uris": [str(address) for address in client.redirect_uris or []],
        "token_endpoint_auth_method": client.token_endpoint_auth_method,
        "scope": SCOPE,
    }
