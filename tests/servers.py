"""Servers that tests talk to, each in a thread or process of its own; a client that signs in; a scripted browser."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx2
import uvicorn
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse

from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.session import GatedSession
from promptkit.hosts.serving import listen
from promptkit.policy.review import tool_policy
from promptkit.torii.authorization import Authorization, signed_in
from promptkit.torii.consent import ConsentPage, members, signed_app
from promptkit.torii.faults import WireFaults, replayed_body
from promptkit.torii.server import build_server
from promptkit.torii.tenant import open_tenant

CALLBACK = "http://127.0.0.1:9/callback"


class QuickServer(uvicorn.Server):
    """Stops as soon as it is told to; uvicorn looks ten times a second, which each test would wait for."""

    async def main_loop(self):
        while not await self.on_tick(0):
            await asyncio.sleep(0.01)


@contextmanager
def running(make_app, address="127.0.0.1:0"):
    """The origin of an application that is made for it."""
    listening = listen(address)
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(make_app(origin), log_level="error", lifespan="on", timeout_graceful_shutdown=1)
    server = QuickServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    try:
        yield origin
    finally:
        server.should_exit = True
        thread.join(10)


@asynccontextmanager
async def guarded(library, torii, policy=None) -> AsyncIterator[GatedSession]:
    """A guarded session with a server process over stdio."""
    gate = Gate()

    def review(tools):
        gate.policy = policy(tools) if policy else tool_policy(library, tools)

    async with connect(torii.command, gate, review) as session:
        yield session


@contextmanager
def served(torii, *faults, address="127.0.0.1:0", **options) -> Iterator[str]:
    """The URL of a server over HTTP with that tenant, in a thread of its own."""
    found = frozenset(faults)
    with closing(open_tenant(torii.path)) as tenant:

        def make(origin):
            return WireFaults(build_server(tenant, faults=found, **options).streamable_http_app(), found)

        with running(make, address) as origin:
            yield f"{origin}/mcp"


@contextmanager
def signed_torii(tenant, *, wrap=lambda app: app, **options):
    """The origin and the authorization of a local Torii; `wrap` puts a failing in front of it."""
    made = []

    def make(origin):
        made.append(Authorization(origin, **options))
        page = ConsentPage(made[0], members(tenant))
        return wrap(signed_app(build_server(tenant, identity=signed_in), made[0], page))

    with running(make) as origin:
        yield origin, made[0]


def answer_page(url, role="readOnly", answer="allow"):
    """What a person does: opens the address and answers; where the browser is then sent."""
    with httpx2.Client(follow_redirects=True, trust_env=False) as browser:
        page = browser.get(url)
        assert page.status_code == 200, page.text
        sent = browser.post(page.url, data={"role": role, "answer": answer}, follow_redirects=False)
    return sent.headers["location"]


def query(url) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class Memory:
    """The SDK's token storage, in memory."""

    def __init__(self):
        self.tokens = self.client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


def sdk_auth(url, memory, **answer):
    """The SDK's own OAuth client, with a script for a browser."""
    seen = {}

    async def open_browser(address):
        seen.update(query(answer_page(address, **answer)))

    async def callback():
        return AuthorizationCodeResult(code=seen["code"], state=seen["state"], iss=seen["iss"])

    wanted = OAuthClientMetadata(client_name="A test", redirect_uris=[CALLBACK], token_endpoint_auth_method="none")
    return OAuthClientProvider(url, wanted, memory, open_browser, callback)


class Rewritten:
    """An application whose answers at `path` are changed: JSON by `change`, or by a redirect to `to`."""

    def __init__(self, app, path, change=None, *, to=None, status=200):
        self._app, self._path, self._change, self._to, self._status = app, path, change, to, status

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
        elif self._to:
            await RedirectResponse(self._to, 307)(scope, receive, send)
        else:
            parts = []

            async def collect(message):
                parts.append(message.get("body", b""))

            await self._app(scope, receive, collect)
            body = json.loads(b"".join(parts))
            await JSONResponse(self._change(body) if self._change else body, self._status)(scope, receive, send)


class Challenging:
    """An application that wants these scopes: its 401 names them, or what holds `held` gets this status with them."""

    def __init__(self, app, scopes, held=None, *, status=403, error="insufficient_scope"):
        self._app, self._held, self._status = app, held, status
        self._challenge = f'Bearer error="{error}", scope="{scopes}"'

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or scope["path"] != "/mcp" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        replay = replayed_body(body, receive)
        is_signed_in = any(name == b"authorization" for name, _ in scope["headers"])
        if self._held is not None and self._held in body and is_signed_in:
            headers = {"www-authenticate": self._challenge}
            await JSONResponse({}, self._status, headers)(scope, replay, send)
            return

        async def challenged(message):
            if self._held is None and message["type"] == "http.response.start" and message["status"] == 401:
                kept = [one for one in message["headers"] if one[0] != b"www-authenticate"]
                message = message | {"headers": [*kept, (b"www-authenticate", self._challenge.encode())]}
            await send(message)

        await self._app(scope, replay, challenged)
