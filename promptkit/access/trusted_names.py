"""By which names our server may be called: the host and origin of its public address, and those that are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from promptkit.errors import UsageError
from promptkit.text import sanitized

_HOST = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?"


def trusted_only(app: ASGIApp, public_url: str, hosts: Sequence[str] = (), origins: Sequence[str] = ()) -> ASGIApp:
    """The application for those who call it by a trusted name; whoever uses another gets 400, or 403 for an origin.

    A page elsewhere thus reaches nothing here, whatever its name resolves to. A program sends no origin, and passes.

    Args:
        app: the application.
        public_url: its address as clients see it.
        hosts: other names of it, such as the one that a proxy uses.
        origins: pages elsewhere that may call it, as https://HOST.

    Raises:
        UsageError: a host or an origin is not a plain one; there are no patterns.
    """
    public = urlsplit(public_url)
    for host in hosts:
        if not re.fullmatch(_HOST, host):
            fix = "write a name such as mcp.example.com, without a port or an asterisk"
            raise UsageError.of("trusted-host", f"{sanitized(host)} is not the name of a host", fix)
    for origin in origins:
        if not re.fullmatch(rf"https?://{_HOST}(?::\d+)?", origin):
            fix = "write one such as https://app.example.com, with nothing after it"
            raise UsageError.of("trusted-origin", f"{sanitized(origin)} is not an origin", fix)
    known = {f"{public.scheme}://{public.netloc}".lower(), *origins}
    return TrustedHostMiddleware(_TrustedOrigins(app, known), [public.hostname or "", *hosts], www_redirect=False)


class _TrustedOrigins:
    def __init__(self, app: ASGIApp, known: set[str]) -> None:
        self._app = app
        self._known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_trusted = scope["type"] != "http" or set(Headers(scope=scope).getlist("origin")) <= self._known
        app = self._app if is_trusted else PlainTextResponse("Invalid origin", 403)
        await app(scope, receive, send)
