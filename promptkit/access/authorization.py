"""Our OAuth 2.1 authorization server: what it asks of people, what it issues, and which of it still holds.

The SDK checks PKCE, redirect addresses, clients' secrets and expiry, and asks this for the rest. Tokens are random and
say nothing; each belongs to a family that began with one consent, and is good for nothing once that has ended.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    AuthorizeError,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    TokenError,
    construct_redirect_uri,
)
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from pydantic import BaseModel

from promptkit.access.clients import SCOPE, Clients
from promptkit.access.people import People
from promptkit.access.state import SharedState

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 30 * 86_400
FAMILY_SECONDS = 90 * 86_400
"""How long a consent holds; then the person is asked again."""
REQUEST_SECONDS = 600
MAX_REQUESTS = 10_000
_CODE_SECONDS = 60
_MAX_STATE_CHARS = 4_000
_CHALLENGE_CHARS = 43
_REQUEST, _FAMILY = "sign-in request", "family of tokens"
_CODE, _ACCESS, _REFRESH = "authorization code", "access token", "refresh token"
_USED_CODE = "used authorization code"


class ConsentRequest(BaseModel):
    """A client that waits for a person's answer."""

    client: OAuthClientInformationFull
    params: AuthorizationParams


class FamilyCode(AuthorizationCode):
    """A code, and the family of tokens that it begins."""

    family: str


class FamilyRefresh(RefreshToken):
    """A refresh token, and the family that it is of."""

    family: str


class FamilyAccess(AccessToken):
    """An access token, and the family that it is of."""

    family: str


class AccessAuthorization(OAuthAuthorizationServerProvider[FamilyCode, FamilyRefresh, FamilyAccess]):
    """The authorization server of one public address; it is also the SDK's verifier of tokens.

    Args:
        public_url: its origin, which is also the issuer.
        state: keeps what it issues.
        clients: may ask people to sign in.
        people: have signed in at Torii.
        access_seconds: how long an access token holds.
    """

    def __init__(
        self,
        public_url: str,
        state: SharedState,
        clients: Clients,
        people: People,
        access_seconds: int = ACCESS_SECONDS,
    ) -> None:
        self.public_url = public_url
        self.resource = f"{public_url}/mcp"
        self._state = state
        self._clients = clients
        self._people = people
        self._access_seconds = access_seconds

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        """The client with this id."""
        return await self._clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        """Register a client."""
        await self._clients.register(client_info)

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        """Where the browser goes next: the page on which a person decides."""
        if params.resource not in {None, self.resource}:
            raise AuthorizeError("invalid_target", f"this server issues tokens for {self.resource} only")
        if len(params.code_challenge) != _CHALLENGE_CHARS or len(params.state or "") > _MAX_STATE_CHARS:
            raise AuthorizeError("invalid_request", "the code challenge is not one of S256, or the state is too long")
        if await self._state.count(_REQUEST) >= MAX_REQUESTS:
            raise AuthorizeError("temporarily_unavailable", "too many people are signing in; try again in ten minutes")
        request_id = secrets.token_urlsafe(24)
        request = ConsentRequest(client=client, params=params).model_dump(mode="json")
        await self._state.put(_REQUEST, request_id, request, expires_at=_in(REQUEST_SECONDS))
        return construct_redirect_uri(f"{self.public_url}/consent", request=request_id)

    async def request(self, request_id: str) -> ConsentRequest | None:
        """The open request with this id; None if it has been answered or has expired."""
        kept = await self._state.get(_REQUEST, request_id)
        return ConsentRequest.model_validate(kept) if kept else None

    async def take_request(self, request_id: str) -> ConsentRequest | None:
        """The open request with this id, which nobody else gets."""
        kept = await self._state.take(_REQUEST, request_id)
        return ConsentRequest.model_validate(kept) if kept else None

    def refuse(self, request: ConsentRequest, error: str = "access_denied") -> str:
        """Where the browser goes when there is no consent, or Torii has let nobody in."""
        return construct_redirect_uri(
            str(request.params.redirect_uri), error=error, state=request.params.state, iss=self.public_url
        )

    async def allow(self, request: ConsentRequest, person: str) -> str:
        """Where the browser goes when a person has consented and is signed in: back to the client, with a code."""
        params = request.params
        code = FamilyCode(
            code=secrets.token_urlsafe(32),
            client_id=request.client.client_id,
            scopes=[SCOPE],
            expires_at=_in(_CODE_SECONDS),
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=self.resource,
            subject=person,
            family=secrets.token_urlsafe(16),
        )
        await self._clients.used(request.client)
        about = {"client_id": code.client_id}
        await self._state.put(_FAMILY, code.family, about, owner=person, expires_at=_in(FAMILY_SECONDS))
        await self._keep(_CODE, code.code, code, _CODE_SECONDS)
        return construct_redirect_uri(str(params.redirect_uri), code=code.code, state=params.state, iss=self.public_url)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> FamilyCode | None:
        """The code if it has not been used; a second use ends everything that the first one gave."""
        kept = await self._state.get(_CODE, authorization_code)
        if kept is None and (used := await self._state.get(_USED_CODE, authorization_code)):
            await self._state.delete(_FAMILY, used["family"])
        return FamilyCode.model_validate(kept) if kept else None

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: FamilyCode
    ) -> OAuthToken:
        """The first tokens of a family."""
        await self._keep(_USED_CODE, authorization_code.code, authorization_code, REFRESH_SECONDS)
        await self._take_once(_CODE, authorization_code.code, authorization_code.family)
        return await self._issue(authorization_code)

    async def load_refresh_token(self, client: OAuthClientInformationFull, refresh_token: str) -> FamilyRefresh | None:
        """The refresh token, even if it has been used: its second use must be noticed."""
        kept = await self._state.get(_REFRESH, refresh_token)
        return FamilyRefresh.model_validate(kept) if kept else None

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: FamilyRefresh, scopes: list[str]
    ) -> OAuthToken:
        """New tokens for a refresh token, once: using one a second time ends its whole family."""
        await self._take_once(f"unused {_REFRESH}", refresh_token.token, refresh_token.family)
        if await self._state.get(_FAMILY, refresh_token.family) is None:
            raise TokenError("invalid_grant", "the sign-in has ended")
        await self._clients.used(client)
        return await self._issue(refresh_token)

    async def load_access_token(self, token: str) -> FamilyAccess | None:
        """The access token, if its family has not ended."""
        kept = await self._state.get(_ACCESS, token)
        if kept is None or await self._state.get(_FAMILY, kept["family"]) is None:
            return None
        return FamilyAccess.model_validate(kept | {"token": token})

    async def verify_token(self, token: str) -> FamilyAccess | None:
        """The access token of a request, if it is valid."""
        return await self.load_access_token(token)

    async def revoke_token(self, token: FamilyAccess | FamilyRefresh) -> None:
        """End a family; with a person's last one, their sign-in at Torii ends too, and nothing of them is kept."""
        await self._state.delete(_FAMILY, token.family)
        person = token.subject or ""
        if not await self._state.count(_FAMILY, person):
            await self._people.end(person)

    async def _take_once(self, kind: str, key: str, family: str) -> None:
        if await self._state.take(kind, key) is None:
            await self._state.delete(_FAMILY, family)
            raise TokenError("invalid_grant", "it has already been used, so the sign-in has ended")

    async def _issue(self, source: FamilyCode | FamilyRefresh) -> OAuthToken:
        about: dict[str, Any] = {
            "client_id": source.client_id,
            "scopes": [SCOPE],
            "resource": self.resource,
            "subject": source.subject,
            "family": source.family,
        }
        access = FamilyAccess(token=secrets.token_urlsafe(32), expires_at=_in(self._access_seconds), **about)
        refresh = FamilyRefresh(token=secrets.token_urlsafe(32), expires_at=_in(REFRESH_SECONDS), **about)
        await self._keep(_ACCESS, access.token, access, self._access_seconds)
        await self._keep(_REFRESH, refresh.token, refresh, REFRESH_SECONDS)
        await self._keep(f"unused {_REFRESH}", refresh.token, refresh, REFRESH_SECONDS)
        return OAuthToken(
            access_token=access.token,
            refresh_token=refresh.token,
            expires_in=self._access_seconds,
            scope=SCOPE,
        )

    async def _keep(self, kind: str, key: str, value: FamilyCode | FamilyRefresh | FamilyAccess, seconds: int) -> None:
        entry: dict[str, Any] = value.model_dump(mode="json", exclude_none=True)
        await self._state.put(kind, key, entry, owner=value.subject, expires_at=_in(seconds))


def _in(seconds: int) -> int:
    return int(time.time()) + seconds
