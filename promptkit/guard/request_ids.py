"""One request at a time under one id of a session: of two at once, one could get the other's answer.

The SDK (mcp 2.3) finds the way back of an answer by the text of its id alone, so that 5 and "5" are the same to it, and
the later of two takes the place of the earlier.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydantic_core
from mcp import MCPError
from mcp.server.lowlevel import Server
from mcp.types import INVALID_REQUEST
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REFUSAL = "a request with this id is not answered yet; give each request an id of its own"
_SESSION = "mcp-session-id"
# What the SDK takes of a body; a longer one it refuses, and it need not be read here.
_MAX_BODY_BYTES = 4 * 1024 * 1024

Key = tuple[object, str]


class RequestsInFlight:
    """The requests that clients wait for, and those still worked at, whoever waits: a client may have gone."""

    def __init__(self) -> None:
        self._posted: set[Key] = set()
        self._handled: set[Key] = set()

    @contextmanager
    def posted(self, key: Key) -> Iterator[bool]:
        """Hold a request that came over HTTP; False if one with its id is in flight."""
        if key in self._posted or key in self._handled:
            yield False
            return
        self._posted.add(key)
        try:
            yield True
        finally:
            self._posted.discard(key)

    async def handling(self, ctx: Any, call_next: Any) -> Any:  # noqa: ANN401
        """The SDK's middleware around every message; refuses a request that came under an id in flight."""
        if ctx.request_id is None:
            return await call_next(ctx)
        session = ctx.request.headers.get(_SESSION) if ctx.request is not None else None
        key = (session or id(ctx.session._connection), str(ctx.request_id))
        if key in self._handled:
            raise MCPError(INVALID_REQUEST, _REFUSAL)
        self._handled.add(key)
        try:
            return await call_next(ctx)
        finally:
            self._handled.discard(key)


class OneRequestPerId:
    """Refuses, before the SDK sees it, a request to a session in which one with its id is in flight.

    Since 2026 there are no sessions over HTTP, and each request is answered where it came.
    """

    def __init__(self, app: ASGIApp, requests: RequestsInFlight) -> None:
        self._app = app
        self._requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request of HTTP."""
        is_post = scope["type"] == "http" and scope["method"] == "POST"
        session = Headers(scope=scope).get(_SESSION) if is_post else None
        if session is None:
            await self._app(scope, receive, send)
            return
        parts = await parts_of(receive)
        id_ = id_of(b"".join(part.get("body", b"") for part in parts))
        again = replaying(parts, receive)
        if id_ is None:
            await self._app(scope, again, send)
            return
        with self._requests.posted((session, str(id_))) as is_alone:
            if is_alone:
                await self._app(scope, again, send)
            else:
                error = {"code": INVALID_REQUEST, "message": _REFUSAL}
                await JSONResponse({"jsonrpc": "2.0", "id": id_, "error": error}, 400)(scope, again, send)


class OrderlyServer(Server[Any]):
    """The SDK's server, with one request at a time under one id."""

    def __init__(self, *given: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*given, **options)
        self._requests = RequestsInFlight()
        self.middleware.append(self._requests.handling)

    def streamable_http_app(self, **options: Any) -> Starlette:  # noqa: ANN401
        """The HTTP application."""
        app = super().streamable_http_app(**options)
        app.add_middleware(OneRequestPerId, requests=self._requests)
        return app


async def parts_of(receive: Receive) -> list[Message]:
    """The messages that a body comes in, until it ends or is longer than any that is taken."""
    parts = [await receive()]
    size = len(parts[0].get("body", b""))
    while parts[-1].get("more_body", False) and size <= _MAX_BODY_BYTES:
        parts.append(await receive())
        size += len(parts[-1].get("body", b""))
    return parts


def replaying(parts: list[Message], receive: Receive) -> Receive:
    """What gives the messages of a body that was read once more, and then what follows."""
    waiting = iter(parts)

    async def replay() -> Message:
        return next(waiting, None) or await receive()

    return replay


def id_of(body: bytes) -> object:
    """The id of a request, as the SDK's own parser reads it; None for any other message."""
    try:
        message = pydantic_core.from_json(body)
    except ValueError:
        return None
    return message.get("id") if isinstance(message, dict) and "method" in message else None
