"""The local Torii's OAuth 2.1 authorization server: what it issues, and which of it is still valid."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    RegistrationError,
    TokenError,
    construct_redirect_uri,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken

from promptkit.torii.api_error import forbidden
from promptkit.torii.roles import IDENTITIES, Identity, RoleKey

SCOPE = "torii"
"""The only scope by default. Torii's own are not public; what a person may do depends on their role."""

MAX_KEPT = 10_000

EXPIRED_AFTER = 10
"""The number of requests for which an access token is valid under the fault `token-expired`."""

_LOCAL = {("http", "127.0.0.1"), ("http", "localhost"), ("http", "::1")}
_HOST = re.compile(r"[a-z0-9.-]+")
_REQUEST_SECONDS = 600
_CODE_SECONDS = 60
V = TypeVar("V")


@dataclass(frozen=True)
class Lifetimes:
    """How long tokens live, in seconds. Torii's own figures are not public."""

    access: int = 3600
    refresh: int = 30 * 86400


@dataclass(frozen=True)
class SignInRequest:
    """A client that is waiting for a person's answer until `expires_at`, in seconds since the epoch."""

    client: OAuthClientInformationFull
    params: AuthorizationParams
    expires_at: float


@dataclass
class IssuedToken:
    """A token, and the code from which all tokens of its family came; `uses` counts the requests made with it."""

    family: str
    token: AccessToken | RefreshToken
    is_spent: bool = False
    uses: int = 0


class Authorization(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Clients, requests, codes and tokens of one server, in memory: they end with the process.

    The SDK checks PKCE, redirect addresses and expiry, and asks this class for the rest; it is also the SDK's token
    verifier. `issued` holds the tokens that have not been revoked, by their text.

    Args:
        origin: the server's origin, such as http://127.0.0.1:8000; it is also the issuer.
        fixed_token: a bearer token that is always valid, for CI.
        fixed_role: the role that goes with the fixed token.
        scopes: the scopes it knows; every request needs the first.
        lifetimes: the lifetimes of the tokens it issues.
        max_uses: the number of requests for which an access token is valid; None is no limit.
        max_kept: the most clients, requests, codes and tokens, each; anybody may register, so the oldest go first.
    """

    def __init__(
        self,
        origin: str,
        *,
        fixed_token: str | None = None,
        fixed_role: RoleKey = "admin",
        scopes: Sequence[str] = (SCOPE,),
        lifetimes: Lifetimes | None = None,
        max_uses: int | None = None,
        max_kept: int = MAX_KEPT,
    ) -> None:
        self.origin = origin
        self.resource = f"{origin}/mcp"
        self.scopes = list(scopes)
        self._fixed_token = fixed_token
        self._fixed_role: RoleKey = fixed_role
        self._lifetimes = lifetimes or Lifetimes()
        self._max_uses = max_uses
        self._max_kept = max_kept
        self._clients: dict[str, OAuthClientInformationFull] = {}
        self._requests: dict[str, SignInRequest] = {}
        self._codes: dict[str, AuthorizationCode] = {}
        self.issued: dict[str, IssuedToken] = {}

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """The client with this id."""
        return self._clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Register a client, if all its redirect addresses are https or on this machine."""
        for address in client_info.redirect_uris or []:
            parts = urlsplit(str(address))
            is_local = (parts.scheme, parts.hostname) in _LOCAL
            # Only a plain host name: it is written into the page's policy, where a semicolon would end a directive.
            if not is_local and not (parts.scheme == "https" and _HOST.fullmatch(parts.hostname or "")):
                raise RegistrationError("invalid_redirect_uri", "redirect_uris must be https, or http on this machine")
        self._keep(self._clients, client_info.client_id, client_info)

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Where the browser goes next: the page on which a person decides."""
        if params.resource not in {None, self.resource}:
            raise AuthorizeError("invalid_target", f"this server issues tokens for {self.resource} only")
        request_id = secrets.token_urlsafe(24)
        self._keep(self._requests, request_id, SignInRequest(client, params, time.time() + _REQUEST_SECONDS))
        return construct_redirect_uri(f"{self.origin}/consent", request=request_id)

    def request(self, request_id: str) -> SignInRequest | None:
        """The open request with this id; None if there is none, or it has been answered or has expired."""
        request = self._requests.get(request_id)
        return request if request and request.expires_at > time.time() else None

    def answer(self, request_id: str, role: RoleKey | None) -> str:
        """Close an open request; where the browser goes with the answer.

        Args:
            request_id: the id of an open request.
            role: the role of the person who signs in; None if they refuse.
        """
        asked = self._requests.pop(request_id)
        address, state = str(asked.params.redirect_uri), asked.params.state
        if role is None:
            return construct_redirect_uri(address, error="access_denied", state=state, iss=self.origin)
        code = AuthorizationCode(
            code=secrets.token_urlsafe(32),
            client_id=asked.client.client_id,
            scopes=asked.params.scopes or self.scopes[:1],
            expires_at=time.time() + _CODE_SECONDS,
            code_challenge=asked.params.code_challenge,
            redirect_uri=asked.params.redirect_uri,
            redirect_uri_provided_explicitly=asked.params.redirect_uri_provided_explicitly,
            resource=self.resource,
            subject=role,
        )
        self._keep(self._codes, code.code, code)
        return construct_redirect_uri(address, code=code.code, state=state, iss=self.origin)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        """The code, if it has not been used; a second use revokes everything that the first one gave."""
        if authorization_code not in self._codes:
            self._revoke(authorization_code)
        return self._codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        """The first tokens of a family."""
        if self._codes.pop(authorization_code.code, None) is None:
            raise TokenError("invalid_grant", "the code has already been used")
        return self._issue(authorization_code, authorization_code.scopes, authorization_code.code)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> RefreshToken | None:
        """The refresh token, even if it has been used: its second use must be noticed."""
        issued = self.issued.get(refresh_token)
        return issued.token if issued and isinstance(issued.token, RefreshToken) else None

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        """New tokens for a refresh token, once: using one a second time revokes its whole family."""
        used = self.issued[refresh_token.token]
        if used.is_spent:
            self._revoke(used.family)
            raise TokenError("invalid_grant", "the refresh token has already been used")
        used.is_spent = True
        return self._issue(refresh_token, scopes, used.family)

    async def load_access_token(self, token: str) -> AccessToken | None:
        """The access token; the SDK checks whether it has expired."""
        issued = self.issued.get(token)
        return issued.token if issued and isinstance(issued.token, AccessToken) else None

    async def verify_token(self, token: str) -> AccessToken | None:
        """The access token of a request to the MCP server, if it is valid."""
        if self._fixed_token and secrets.compare_digest(token.encode(), self._fixed_token.encode()):
            return AccessToken(
                token=token, client_id="ci", scopes=self.scopes, resource=self.resource, subject=self._fixed_role
            )
        access_token = await self.load_access_token(token)
        if access_token and self._max_uses is not None:
            self.issued[token].uses += 1
            return access_token if self.issued[token].uses <= self._max_uses else None
        return access_token

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        """Revoke a token and its whole family."""
        if token.token in self.issued:
            self._revoke(self.issued[token.token].family)

    def _issue(self, source: AuthorizationCode | RefreshToken, scopes: list[str], family: str) -> OAuthToken:
        issued = []
        for kind, seconds in ((AccessToken, self._lifetimes.access), (RefreshToken, self._lifetimes.refresh)):
            token = kind(
                token=secrets.token_urlsafe(32),
                client_id=source.client_id,
                scopes=scopes,
                expires_at=int(time.time()) + seconds,
                resource=self.resource,
                subject=source.subject,
            )
            self._keep(self.issued, token.token, IssuedToken(family, token))
            issued.append(token.token)
        return OAuthToken(
            access_token=issued[0],
            refresh_token=issued[1],
            expires_in=self._lifetimes.access,
            scope=" ".join(scopes),
        )

    def _revoke(self, family: str) -> None:
        self.issued = {token: issued for token, issued in self.issued.items() if issued.family != family}

    def _keep(self, kept: dict[str, V], key: str, value: V) -> None:
        while len(kept) >= self._max_kept:
            kept.pop(next(iter(kept)))
        kept[key] = value


def signed_in() -> Identity:
    """The person who makes the call that is being answered.

    Raises:
        ToriiError: 403, nobody we know.
    """
    token = get_access_token()
    person = next((who for who in IDENTITIES.values() if token and who.role == token.subject), None)
    if person is None:
        raise forbidden("Nobody is signed in")
    return person
