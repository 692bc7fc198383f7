"""The HTTP application of a server for many people: its OAuth endpoints, its pages, and each person's own server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from aiolimiter import AsyncLimiter
from mcp.server.auth.handlers.metadata import MetadataHandler
from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.middleware.client_auth import AuthenticationError, ClientAuthenticator
from mcp.server.auth.routes import (
    REGISTRATION_PATH,
    REVOCATION_PATH,
    build_metadata,
    build_resource_metadata_url,
    cors_middleware,
    create_auth_routes,
    create_protected_resource_routes,
)
from mcp.server.auth.settings import ClientRegistrationOptions, RevocationOptions
from mcp.server.lowlevel import Server
from mcp.server.transport_security import RequestBodyLimitMiddleware
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from promptkit.access.authorization import ACCESS_SECONDS, AccessAuthorization
from promptkit.access.clients import SCOPE, Clients
from promptkit.access.pages import CALLBACK_PATH, SignInPages
from promptkit.access.people import People, PersonalSignIn
from promptkit.access.personal_servers import PersonalServers
from promptkit.access.state import SharedState

MCP_PATH = "/mcp"
_METADATA_PATH = "/.well-known/oauth-authorization-server"
_REGISTRATIONS_PER_MINUTE = 60
_SIGN_INS_PER_MINUTE = 600
_MAX_BODY_BYTES = 16 * 1024
_REGISTRATION = ClientRegistrationOptions(enabled=True, valid_scopes=[SCOPE], default_scopes=[SCOPE])
_REVOCATION = RevocationOptions(enabled=True)

ROUTES = frozenset({MCP_PATH, "/authorize", "/token", REGISTRATION_PATH, REVOCATION_PATH, "/consent", CALLBACK_PATH})
"""The paths that requests are counted by."""


def access_application(
    public_url: str,
    server: str,
    state: SharedState,
    make: Callable[[PersonalSignIn], Server[Any]],
    access_seconds: int = ACCESS_SECONDS,
) -> Starlette:
    """The application, which runs the servers of people for as long as its lifespan lasts.

    Args:
        public_url: the origin at which people reach it, which is also the issuer of its tokens.
        server: the URL of Torii's server, at which each person signs in.
        state: keeps what must outlast the process.
        make: makes the server of one person, given their sign-in.
        access_seconds: how long an access token holds.
    """
    people = People(state, server, f"{public_url}{CALLBACK_PATH}")
    authorization = AccessAuthorization(public_url, state, Clients(state, public_url), people, access_seconds)
    servers = PersonalServers(make, people)
    issuer, resource = AnyHttpUrl(public_url), AnyHttpUrl(authorization.resource)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with servers.running():
            yield

    return Starlette(
        routes=[
            _metadata_route(public_url),
            Route(REVOCATION_PATH, _Revocation(authorization, servers).handle, methods=["POST"]),
            *map(_bounded, create_auth_routes(authorization, issuer, None, _REGISTRATION)),
            # As text: a URL of the SDK ends with a slash, and clients compare it with the issuer letter by letter.
            *create_protected_resource_routes(resource, cast("list[AnyHttpUrl]", [public_url]), [SCOPE]),
            *SignInPages(authorization, people, state).routes(),
            Route(MCP_PATH, RequireAuthMiddleware(servers, [SCOPE], build_resource_metadata_url(resource))),
        ],
        middleware=[
            Middleware(
                AuthenticationMiddleware, backend=BearerAuthBackend(authorization, resource_server_url=resource)
            ),
            Middleware(AuthContextMiddleware),
        ],
        lifespan=lifespan,
    )


def _metadata_route(public_url: str) -> Route:
    """The authorization server's metadata with what the SDK leaves out; this route comes before the SDK's."""
    metadata = build_metadata(AnyHttpUrl(public_url), None, _REGISTRATION, _REVOCATION)
    methods = ["none", *(metadata.token_endpoint_auth_methods_supported or [])]
    added = {
        "issuer": public_url,
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
    }
    handler = MetadataHandler(metadata.model_validate(metadata.model_dump(mode="json", exclude_none=True) | added))
    return Route(_METADATA_PATH, cors_middleware(handler.handle, ["GET", "OPTIONS"]), methods=["GET", "OPTIONS"])


class _Revocation:
    """Ends what a client holds. The SDK's own (mcp 2.3) turns away clients without a secret."""

    def __init__(self, authorization: AccessAuthorization, servers: PersonalServers) -> None:
        self._authorization = authorization
        self._servers = servers
        self._clients = ClientAuthenticator(authorization)

    async def handle(self, request: Request) -> Response:
        """Answer 200 whether there is such a token or not, as RFC 7009 has it."""
        try:
            client = await self._clients.authenticate_request(request)
        except AuthenticationError as error:
            return JSONResponse({"error": "invalid_client", "error_description": error.message}, 401)
        text = str((await request.form()).get("token", ""))
        token = await self._authorization.load_access_token(text)
        found = token or await self._authorization.load_refresh_token(client, text)
        if found and found.client_id == client.client_id:
            await self._authorization.revoke_token(found)
            self._servers.close(found.subject or "")
        return Response(headers={"cache-control": "no-store"})


def _bounded(route: Route) -> Route:
    """A route of the SDK's that takes small bodies, and of the requests that leave something with us only so many."""
    per_minute = {REGISTRATION_PATH: _REGISTRATIONS_PER_MINUTE, "/authorize": _SIGN_INS_PER_MINUTE}.get(route.path)
    app: ASGIApp = RequestBodyLimitMiddleware(route.app, _MAX_BODY_BYTES)
    if per_minute:
        app = _Limited(app, AsyncLimiter(per_minute))
    return Route(route.path, app, methods=list(route.methods or ()))


class _Limited:
    """An application that answers so many requests in a minute. Whose they are is not known behind a proxy."""

    def __init__(self, app: ASGIApp, limiter: AsyncLimiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._limiter.has_capacity():
            busy = JSONResponse({"error": "temporarily_unavailable"}, 429, {"retry-after": "60"})
            await busy(scope, receive, send)
            return
        async with self._limiter:
            await self._app(scope, receive, send)
