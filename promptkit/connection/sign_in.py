"""How requests to a Torii server show who asks: by a sign-in (the SDK's OAuth client), or a token for CI."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.utils import should_use_client_metadata_url
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from pydantic import PrivateAttr

from promptkit.connection.address import address_of
from promptkit.connection.callback import OWN_CLIENT_ADDRESS
from promptkit.connection.scopes import ScopeChoice, challenged_scopes, choose_scopes, missing_scopes, shown
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.tokens import TOKEN_VARIABLE, KeptSignIn, SignInStore, TokenStore, new_identity
from promptkit.errors import PromptkitError, UsageError
from promptkit.known_secrets import remember_secret

# The SDK logs what it then raises, with the server's words in it; we show each error once, in ours.
logging.getLogger("mcp.client.auth").setLevel(logging.CRITICAL)

SignIn = Callable[[SignInOrigins], httpx2.Auth]
"""How the requests of a session show who asks, given what a sign-in may reach."""

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
        if _is_not_taken(response):
            message = f"{address_of(self._server)} does not take the token of {TOKEN_VARIABLE}"
            raise PromptkitError.of("token-refused", message, "set a valid one, or unset it and run promptkit connect")


def _is_not_taken(response: httpx2.Response) -> bool:
    """Whether the server wants another token, and not only more scopes."""
    is_scope = missing_scopes(response.status_code, _challenge_of(response)) is not None
    return response.status_code == httpx2.codes.UNAUTHORIZED and not is_scope


def _challenge_of(response: httpx2.Response) -> str:
    return str(response.headers.get("www-authenticate", ""))


class _Provider(OAuthClientProvider):
    """The SDK's OAuth client as we use it: what it learns of the issuer goes to the gate, its tokens to the store.

    It is its own token storage, since a sign-in is kept whole: with the issuer, its addresses and the expiry, all of
    which the SDK would otherwise have forgotten after a restart.
    """

    def __init__(
        self,
        server: str,
        store: SignInStore,
        origins: SignInOrigins,
        wanted: OAuthClientMetadata,
        redirect: Callable[[str], Awaitable[None]] | None = None,
        callback: Callable[[], Awaitable[AuthorizationCodeResult]] | None = None,
        client_metadata: str | None = None,
    ) -> None:
        super().__init__(server, wanted, self, redirect, callback, client_metadata)
        self._server = server
        self._store = store
        self._origins = origins
        self._identity = new_identity()
        self._asked: tuple[str, ...] = ()

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
            asked=self._asked,
            identity=self._identity,
        )
        self._store.save(kept)


class _ReadingClient(OAuthClientMetadata):
    """What a new sign-in registers and asks for.

    mcp 2.3 sets `scope` to all that the server offers, once the server and its issuer are known and before anything is
    asked of them. What `settle` gives takes its place.
    """

    _settle: Callable[[], str | None] | None = PrivateAttr(None)

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, self._settle() if name == "scope" and self._settle else value)

    def settle_by(self, settle: Callable[[], str | None]) -> None:
        """Have this decide the scope."""
        self._settle = settle


class NewSignIn(_Provider):
    """Signs in with a browser when the server asks for it, once, and for no more scopes than `scopes` has.

    Args:
        server: the server's URL.
        store: where the sign-in is kept.
        origins: what it may reach.
        redirect_uri: where the browser brings the answer.
        send: sends the person to an address, after they have read what will be asked for.
        answer: waits for what the browser brings back.
        client_id: the id of a public client that a company registered itself; by default promptkit registers.
        client_metadata: the URL of a client metadata document, in place of an id.
    """

    def __init__(
        self,
        server: str,
        store: SignInStore,
        origins: SignInOrigins,
        redirect_uri: str,
        send: Callable[[str, ScopeChoice], Awaitable[None]],
        answer: Callable[[], Awaitable[AuthorizationCodeResult]],
        *,
        client_id: str | None = None,
        client_metadata: str | None = None,
    ) -> None:
        async def redirect(address: str) -> None:
            await send(address, self.scopes)

        wanted = _ReadingClient.model_validate(_client(redirect_uri))
        wanted.settle_by(self._settle)
        super().__init__(server, store, origins, wanted, redirect, answer, client_metadata)
        self.scopes = ScopeChoice()
        self._own: OAuthClientInformationFull | None = None
        if client_id:
            self._own = OAuthClientInformationFull.model_validate(_client(redirect_uri) | {"client_id": client_id})
        self._challenge = ""

    @property
    def is_done(self) -> bool:
        """Whether there are tokens now."""
        return self.context.current_tokens is not None

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """The company's own client, if there is one; otherwise each sign-in registers anew."""
        return self._own

    def _settle(self) -> str | None:
        """The scopes to ask for, if there can be a client that asks."""
        context = self.context
        server, issuer = context.protected_resource_metadata, context.oauth_metadata
        if not context.client_info:
            self._require_client()
        self.scopes = choose_scopes(
            challenged_scopes(self._challenge),
            (server.scopes_supported if server else None) or (),
            (issuer.scopes_supported if issuer else None) or (),
        )
        self._asked = self.scopes.asked
        return " ".join(self._asked) or None

    def _require_client(self) -> None:
        issuer, document = self.context.oauth_metadata, self.context.client_metadata_url
        if document:
            if not should_use_client_metadata_url(issuer, document):
                message = f"the issuer of {address_of(self._server)} takes no client metadata documents"
                raise PromptkitError.of("no-client", message, _register_by_hand(self._server, "--client-id ID"))
        elif issuer and issuer.registration_endpoint is None:
            raise no_registration(self._server)

    async def _auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        # The SDK would open the browser again for another 401, and for a 403 that asks for more scopes.
        if self.is_done:
            self._add_auth_header(request)
            response = yield request
        else:
            async with aclosing(super()._auth_flow(request)) as flow:
                sent = await anext(flow)
                response = yield sent
                self._challenge = _challenge_of(response)
                if response.status_code != httpx2.codes.UNAUTHORIZED:
                    return
                with suppress(StopAsyncIteration):
                    while True:
                        sent = await flow.asend(response)
                        response = yield sent
        if _is_not_taken(response):
            message = f"{address_of(self._server)} does not take the sign-in that its issuer has just given"
            fix = f"ask the server's operator; the scopes asked for were: {shown(self._asked) or 'none'}"
            raise PromptkitError.of("sign-in-not-taken", message, fix)


def _client(redirect_uri: str) -> dict[str, object]:
    """A public client: it has no secret, and PKCE protects its codes."""
    return {"client_name": "promptkit", "redirect_uris": [redirect_uri], "token_endpoint_auth_method": "none"}


def no_registration(server: str) -> PromptkitError:
    """The error of an issuer with which promptkit cannot register itself."""
    message = f"the issuer of {address_of(server)} does not register promptkit as a client"
    return PromptkitError.of(
        "no-client", message, _register_by_hand(server, "--client-id ID, or with --client-metadata URL")
    )


def _register_by_hand(server: str, options: str) -> str:
    return (
        f"ask its admin for a public client with PKCE whose redirect address is {OWN_CLIENT_ADDRESS}, and run "
        f"promptkit connect {address_of(server)} with {options}"
    )


class KeptAuth(_Provider):
    """Uses the kept sign-in, and renews it when it has run out. It never opens a browser."""

    def __init__(self, server: str, store: SignInStore, origins: SignInOrigins) -> None:
        super().__init__(server, store, origins, OAuthClientMetadata.model_validate(_client(OWN_CLIENT_ADDRESS)))
        self._restore()

    def _restore(self) -> None:
        """Take over what is kept: another process of ours may have renewed it meanwhile."""
        kept, context = self._store.load(self._server), self.context
        self._initialized = True  # Private in mcp 2.3, which would otherwise load the tokens by itself, without expiry.
        if kept is None:
            context.clear_tokens()
            return
        self._origins.admit(kept.issuer)
        self._identity, self._asked = kept.identity, kept.asked
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
            if not _is_not_taken(response):
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
            if not _is_not_taken(response):
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
