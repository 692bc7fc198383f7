"""How requests to a Torii server show who asks: by a sign-in (the SDK's OAuth client), or a token for CI."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)

from promptkit.connection.address import address_of
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.tokens import TOKEN_VARIABLE, KeptSignIn, TokenStore, new_identity
from promptkit.errors import PromptkitError, UsageError
from promptkit.private import remember_secret

# The SDK logs what it then raises, with the server's words in it; we show each error once, in ours.
logging.getLogger("mcp.client.auth").setLevel(logging.CRITICAL)

_KEPT_METADATA = {"issuer", "authorization_endpoint", "token_endpoint", "revocation_endpoint"}


def auth_for(server: str, store: TokenStore, origins: SignInOrigins) -> httpx2.Auth:
    """What a request to the server carries: the token of the environment, else the kept sign-in's, else nothing.

    Raises:
        UsageError: the token of the environment is not one.
    """
    token = os.environ.get(TOKEN_VARIABLE)
    return FixedToken(server, token) if token else KeptAuth(server, store, origins)


def reader_of(server: str, store: TokenStore) -> str:
    """What tells whoever `auth_for` lets read from every other reader; empty where nobody is signed in.

    It may hold the token itself, so it must not be kept as it is.
    """
    if token := os.environ.get(TOKEN_VARIABLE):
        return f"token {token}"
    kept = store.load(server)
    return f"sign-in {kept.identity}" if kept else ""


class FixedToken(httpx2.Auth):
    """The bearer token of the environment."""

    def __init__(self, server: str, token: str) -> None:
        if not (token.isascii() and token.isprintable() and " " not in token):
            raise UsageError.of(
                "token", f"{TOKEN_VARIABLE} is not a token", "set it to the token alone, without quotes"
            )
        remember_secret(token)
        self._server = server
        self._header = f"Bearer {token}"

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send the request with the token."""
        request.headers["Authorization"] = self._header
        response = yield request
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            message = f"{address_of(self._server)} does not take the token of {TOKEN_VARIABLE}"
            raise PromptkitError.of("token-refused", message, "set a valid one, or unset it and run promptkit connect")


class _Provider(OAuthClientProvider):
    """The SDK's OAuth client as we use it: what it learns of the issuer goes to the gate, its tokens to the store.

    It is its own token storage, since a sign-in is kept whole: with the issuer, its addresses and the expiry, all of
    which the SDK would otherwise have forgotten after a restart.
    """

    def __init__(
        self,
        server: str,
        store: TokenStore,
        origins: SignInOrigins,
        redirect_uri: str,
        redirect: Callable[[str], Awaitable[None]] | None = None,
        callback: Callable[[], Awaitable[AuthorizationCodeResult]] | None = None,
    ) -> None:
        wanted = OAuthClientMetadata.model_validate(
            {"client_name": "promptkit", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none"}
        )
        super().__init__(server, wanted, self, redirect, callback)
        self._server = server
        self._store = store
        self._origins = origins
        self._identity = new_identity()

    # A private hook of mcp 2.3: the one place where the issuer is known before anything is sent to it.
    def _select_authorization_server(self, advertised: list[str]) -> str:
        self._origins.admit(advertised[0])
        return advertised[0]

    async def get_tokens(self) -> OAuthToken | None:
        """None: a new sign-in starts with nothing."""
        return None

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """None: a new sign-in registers anew, with the port it listens at."""
        return None

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """Nothing yet: it is kept with the tokens."""

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """Keep the sign-in."""
        context = self.context
        metadata, resource = context.oauth_metadata, context.protected_resource_metadata
        assert context.client_info is not None  # noqa: S101  (no token without a client)
        kept = KeptSignIn(
            server=self._server,
            issuer=str(metadata.issuer) if metadata else context.get_authorization_base_url(self._server),
            resource=str(resource.resource) if resource else None,
            expires_at=context.token_expiry_time,
            client=context.client_info,
            tokens=tokens,
            metadata=metadata and metadata.model_validate(metadata.model_dump(include=_KEPT_METADATA)),
            identity=self._identity,
        )
        self._store.save(kept)


class NewSignIn(_Provider):
    """Signs in with a browser when the server asks for it; `is_done` tells whether it did."""

    @property
    def is_done(self) -> bool:
        """Whether there are tokens now."""
        return self.context.current_tokens is not None


class KeptAuth(_Provider):
    """Uses the kept sign-in, and renews it when it has run out. It never opens a browser."""

    def __init__(self, server: str, store: TokenStore, origins: SignInOrigins) -> None:
        super().__init__(server, store, origins, "http://127.0.0.1/callback")
        self._restore()

    def _restore(self) -> None:
        """Take over what is kept: another process of ours may have renewed it meanwhile."""
        kept, context = self._store.load(self._server), self.context
        self._initialized = True  # Private in mcp 2.3, which would otherwise load the tokens by itself, without expiry.
        if kept is None:
            context.clear_tokens()
            return
        self._origins.admit(kept.issuer)
        self._identity = kept.identity
        context.current_tokens = kept.tokens
        context.client_info = kept.client
        context.token_expiry_time = kept.expires_at
        context.oauth_metadata = kept.metadata
        if kept.resource:
            metadata = {"resource": kept.resource, "authorization_servers": [kept.issuer]}
            context.protected_resource_metadata = ProtectedResourceMetadata.model_validate(metadata)

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send the request as whoever signed in; once more, after a renewal, when the token has run out.

        Raises:
            PromptkitError: nobody is signed in, or the sign-in has ended, and the server asks for one.
        """
        # The SDK's own flow would open a browser where ours renews or gives up. Ours is made of private parts of mcp
        # 2.3: _add_auth_header, _refresh_token and _handle_refresh_response.
        context, used = self.context, self.context.current_tokens
        if used is None or context.is_token_valid():
            self._add_auth_header(request)
            response = yield request
            if response.status_code != httpx2.codes.UNAUTHORIZED:
                return
        if not context.can_refresh_token():
            raise self._signed_out()
        # What another program renewed may have run out again by now, and then it is for us to renew it.
        for _ in range(2):
            # One renewal at a time, in all programs; whoever waited for it takes its result.
            async with self._store.renewing(self._server):
                self._restore()
                is_ours = context.current_tokens == used or not context.is_token_valid()
                if is_ours:
                    await self._take((yield await self._refresh_token()))
            used = context.current_tokens
            self._add_auth_header(request)
            response = yield request
            if response.status_code != httpx2.codes.UNAUTHORIZED:
                return
            if is_ours:
                break
        raise self._signed_out()

    async def _take(self, renewal: httpx2.Response) -> None:
        if renewal.status_code == httpx2.codes.TOO_MANY_REQUESTS or renewal.is_server_error:
            message = f"the issuer cannot renew the sign-in now (HTTP {renewal.status_code})"
            raise PromptkitError.of("sign-in-later", message, "try again in a minute; the sign-in is kept")
        if not await self._handle_refresh_response(renewal):
            raise self._signed_out()

    def _signed_out(self) -> PromptkitError:
        fix = f"run promptkit connect {address_of(self._server)}, or set {TOKEN_VARIABLE}"
        return PromptkitError.of("not-signed-in", f"{address_of(self._server)} asks for a sign-in", fix)
