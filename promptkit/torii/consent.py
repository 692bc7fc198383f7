"""The page on which a person signs in to the local Torii, and the HTTP application with this page."""

from __future__ import annotations

import base64
import hashlib
import sqlite3
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from mcp.server.auth.handlers.metadata import MetadataHandler
from mcp.server.auth.routes import build_metadata, cors_middleware, create_auth_routes
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.server.lowlevel import Server
from mcp.server.transport_security import RequestBodyLimitMiddleware
from pydantic import AnyHttpUrl
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route, request_response
from starlette.types import ASGIApp

from promptkit.torii.authorization import Authorization, SignInRequest
from promptkit.torii.roles import IDENTITIES, RoleKey

_JINJA = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_TEMPLATE = _JINJA.from_string(files("promptkit.torii").joinpath("consent.html.j2").read_text("utf-8"))
_STYLE = "body{font:1rem/1.5 sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}label{display:block}"
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_MAX_FORM_BYTES = 4096
_METADATA_PATH = "/.well-known/oauth-authorization-server"


@dataclass(frozen=True)
class Member:
    """A person who can sign in: their role, the role's name, and their own name."""

    role: RoleKey
    role_name: str
    name: str


def members(tenant: sqlite3.Connection) -> list[Member]:
    """One person in the tenant for each role."""
    query = (
        "SELECT r.name, u.firstName || ' ' || u.lastName FROM users u JOIN roles r ON r.id = u.idRole WHERE u.id = ?"
    )
    rows = ((role, *tenant.execute(query, [who.user_id]).fetchone()) for role, who in IDENTITIES.items())
    return [Member(*row) for row in rows]


class ConsentPage:
    """Asks the person who signs in, and sends the browser back with their answer.

    Args:
        authorization: has the requests to answer.
        people: the people who can sign in.
        chosen: the role that is selected at first; by default the one with the least rights.
    """

    def __init__(self, authorization: Authorization, people: list[Member], chosen: RoleKey | None = None) -> None:
        self._authorization = authorization
        self._people = people
        self._chosen: RoleKey = chosen or "readOnly"

    async def handle(self, request: Request) -> Response:
        """Show the page, or accept its answer: once, and only from the page itself."""
        form = await request.form() if request.method == "POST" else None
        request_id = request.query_params.get("request", "")
        asked = self._authorization.request(request_id)
        if asked is None:
            return self._page(None, 400)
        if form is None:
            return self._page(asked)
        if request.headers.get("origin", self._authorization.origin) != self._authorization.origin:
            return self._page(None, 403)
        role = next((one.role for one in self._people if one.role == form.get("role")), None)
        if form.get("answer") not in {"allow", "deny"} or (form["answer"] == "allow" and role is None):
            return self._page(asked, 400)
        sent_to = self._authorization.answer(request_id, role if form["answer"] == "allow" else None)
        return RedirectResponse(sent_to, 302, {"cache-control": "no-store"})

    def _page(self, asked: SignInRequest | None, status: int = 200) -> HTMLResponse:
        back = _origin(str(asked.params.redirect_uri)) if asked else ""
        html = _TEMPLATE.render(asked=asked, back=back, people=self._people, chosen=self._chosen, style=_STYLE)
        policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
        headers = {
            # Chromium applies form-action to the answer's redirect too.
            "content-security-policy": f"{policy}; form-action 'self' {back}".rstrip(),
            "cache-control": "no-store",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
        }
        return HTMLResponse(html, status, headers)


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def signed_app(server: Server[Any], authorization: Authorization, page: ConsentPage) -> ASGIApp:
    """The server over streamable HTTP for clients that have signed in, with everything they need to sign in."""
    origin = AnyHttpUrl(authorization.origin)
    settings = AuthSettings.model_validate(
        {
            "issuer_url": authorization.origin,
            "resource_server_url": authorization.resource,
            "required_scopes": authorization.scopes[:1],
            "validate_token_resource": True,
        }
    )
    registration = ClientRegistrationOptions(
        enabled=True, valid_scopes=authorization.scopes, default_scopes=authorization.scopes[:1]
    )
    revocation = RevocationOptions(enabled=True)
    consent = RequestBodyLimitMiddleware(request_response(page.handle), _MAX_FORM_BYTES)
    app = server.streamable_http_app(
        auth=settings,
        token_verifier=authorization,
        custom_starlette_routes=[
            _metadata_route(settings.issuer_url, registration, revocation),
            Route("/consent", consent, methods=["GET", "POST"]),
            *create_auth_routes(authorization, settings.issuer_url, None, registration, revocation),
        ],
    )
    return TrustedHostMiddleware(app, [str(origin.host), "localhost"], www_redirect=False)


def _metadata_route(
    issuer: AnyHttpUrl, registration: ClientRegistrationOptions, revocation: RevocationOptions
) -> Route:
    """The authorization server's metadata with two facts that the SDK leaves out; this route comes before the SDK's."""
    metadata = build_metadata(issuer, None, registration, revocation)
    methods = ["none", *(metadata.token_endpoint_auth_methods_supported or [])]
    added = {"authorization_response_iss_parameter_supported": True, "token_endpoint_auth_methods_supported": methods}
    handler = MetadataHandler(metadata.model_copy(update=added))
    return Route(_METADATA_PATH, cors_middleware(handler.handle, ["GET", "OPTIONS"]), methods=["GET", "OPTIONS"])
