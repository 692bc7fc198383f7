"""A sign-in whose person comes back with a later request, perhaps to another process of ours: begun, then finished."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
from mcp.client.auth import AuthorizationCodeResult, OAuthFlowError
from mcp.client.auth.oauth2 import PKCEParameters
from mcp.client.auth.utils import validate_authorization_response_iss
from mcp.shared.auth import (
    OAuthClientInformationFull,
    OAuthMetadata,
    ProtectedResourceMetadata,
)
from pydantic import BaseModel, ConfigDict, Field

from promptkit.connection.address import address_of
from promptkit.connection.client import sign_in_client
from promptkit.connection.scopes import ScopeChoice
from promptkit.connection.sign_in import KeptAuth, NewSignIn, SignIn
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.tokens import HeldSignIn, KeptSignIn
from promptkit.errors import PromptkitError
from promptkit.text import sanitized

_INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "promptkit", "version": "1"},
    },
}
_ACCEPTED = {"accept": "application/json, text/event-stream"}


class BegunSignIn(BaseModel):
    """What is needed to finish a sign-in; `state` finds it again. Only whoever began it may know any of this."""

    model_config = ConfigDict(hide_input_in_errors=True)
    server: str
    redirect_uri: str
    issuer: str
    state: str = Field(repr=False)
    verifier: str = Field(repr=False)
    client: OAuthClientInformationFull = Field(repr=False)
    metadata: OAuthMetadata | None = None
    resource: ProtectedResourceMetadata | None = None
    asked: tuple[str, ...] = ()


class _Sent(Exception):  # noqa: N818  (no error: the person is on their way)
    """Ends the SDK's own flow where it would wait for the person."""


class _FirstHalf(NewSignIn):
    """Finds the issuer, registers if need be, and stops where the person is sent to the issuer."""

    def __init__(self, server: str, redirect_uri: str, client: OAuthClientInformationFull | None) -> None:
        self.address = ""
        self._registered = client
        self._known_origins = SignInOrigins(server)
        super().__init__(server, HeldSignIn(), self._known_origins, redirect_uri, self._stop, _never)
        self._redirect_uri = redirect_uri

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        """The client that an earlier sign-in registered."""
        return self._registered

    async def _stop(self, address: str, _: ScopeChoice) -> None:
        await self._known_origins.check_address(address)
        self.address = address
        raise _Sent

    @property
    def origins(self) -> SignInOrigins:
        """What it may reach."""
        return self._known_origins

    def begun(self) -> tuple[str, BegunSignIn]:
        """Where the person goes, and what is needed afterwards: with a code challenge whose verifier we have."""
        context, parts, pkce = self.context, urlsplit(self.address), PKCEParameters.generate()
        asked = dict(parse_qsl(parts.query)) | {"code_challenge": pkce.code_challenge}
        assert context.client_info is not None  # noqa: S101  (nobody is sent anywhere without a client)
        begun = BegunSignIn(
            server=self._server,
            redirect_uri=self._redirect_uri,
            issuer=str(context.oauth_metadata.issuer)
            if context.oauth_metadata
            else context.get_authorization_base_url(self._server),
            state=asked["state"],
            verifier=pkce.code_verifier,
            client=context.client_info,
            metadata=context.oauth_metadata,
            resource=context.protected_resource_metadata,
            asked=self._asked,
        )
        return parts._replace(query=urlencode(asked)).geturl(), begun


class _SecondHalf(NewSignIn):
    """Exchanges the code that the person brings."""

    def __init__(self, begun: BegunSignIn, held: HeldSignIn, origins: SignInOrigins) -> None:
        super().__init__(begun.server, held, origins, begun.redirect_uri, _nowhere, _never)
        origins.admit(begun.issuer)
        self._asked = begun.asked
        context = self.context
        context.client_info = begun.client
        context.oauth_metadata = begun.metadata
        context.protected_resource_metadata = begun.resource

    async def exchange(self, code: str, verifier: str, http: httpx2.AsyncClient) -> None:
        """Have the code exchanged for tokens, which are then held."""
        # Private parts of mcp 2.3, whose own flow does all of a sign-in at once.
        response = await http.send(await self._exchange_token_authorization_code(code, verifier))
        await self._handle_token_response(response)


async def _never() -> AuthorizationCodeResult:
    raise AssertionError


async def _nowhere(address: str, choice: ScopeChoice) -> None:
    raise AssertionError


async def begin_sign_in(
    server: str, redirect_uri: str, client: OAuthClientInformationFull | None = None
) -> tuple[str, BegunSignIn]:
    """Where to send a person who signs in at a server, and what `finish_sign_in` needs when they come back.

    Args:
        server: its URL.
        redirect_uri: where the person comes back to.
        client: what an earlier sign-in registered; without it, or at another issuer, there is a new registration.

    Raises:
        PromptkitError: the server or its issuer cannot be used, or it asks for no sign-in.
    """
    half = _FirstHalf(server, redirect_uri, client)
    async with _explained(server), sign_in_client(server, half.origins, half) as http:
        try:
            response = await http.post(server, json=_INITIALIZE, headers=_ACCEPTED)
        except _Sent:
            return half.begun()
    message = f"{address_of(server)} asks for no sign-in (HTTP {response.status_code})"
    raise PromptkitError.of("no-sign-in", message, "name a server that tells people apart")


async def finish_sign_in(begun: BegunSignIn, came: Mapping[str, str]) -> KeptSignIn:
    """The sign-in of a person who came back with these parameters.

    Raises:
        PromptkitError: there is none.
    """
    held, origins = HeldSignIn(), SignInOrigins(begun.server)
    half = _SecondHalf(begun, held, origins)
    async with _explained(begun.server), sign_in_client(begun.server, origins) as http:
        validate_authorization_response_iss(came.get("iss"), begun.metadata)
        await half.exchange(came.get("code", ""), begun.verifier, http)
    assert held.kept is not None  # noqa: S101  (the SDK raises otherwise)
    return held.kept


@asynccontextmanager
async def _explained(server: str) -> AsyncIterator[None]:
    try:
        yield
    except OAuthFlowError as error:
        # The rest of the SDK's message quotes the server, or the code.
        message = f"signing in at {address_of(server)} failed: {sanitized(str(error).partition(': ')[0], 200)}"
        raise PromptkitError.of("sign-in-failed", message, "sign in again") from None
    except (httpx2.TransportError, httpx2.InvalidURL, OSError) as error:
        message = f"no MCP server answers at {address_of(server)}: {type(error).__name__}"
        raise PromptkitError.of("no-server", message, "check the address, and that the server runs") from error


def sign_in_of(server: str, held: HeldSignIn) -> SignIn:
    """How requests to a server show that they come from whoever's sign-in is held."""
    return lambda origins: _PersonalAuth(server, held, origins)


class _PersonalAuth(KeptAuth):
    """The sign-in of one of many people, who is to sign in again when it has ended."""

    def __init__(self, server: str, held: HeldSignIn, origins: SignInOrigins) -> None:
        super().__init__(server, held, origins)
        self._held = held

    def _signed_out(self) -> PromptkitError:
        self._held.is_over = True
        message = f"the sign-in at {address_of(self._server)} has ended"
        return PromptkitError.of("signed-out", message, "ask again, and sign in when asked")
