"""A guard for many people before a local Torii, and what a person and a client do there."""

import base64
import hashlib
import html
import re
import secrets
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlencode

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from promptkit.access.application import access_application
from promptkit.access.metrics import Metrics
from promptkit.access.opening import OpenedServer
from promptkit.access.state import SharedState
from promptkit.access.trusted_names import trusted_only
from promptkit.connection.web_sign_in import sign_in_of
from promptkit.guard.proxy import Guard
from promptkit.library.store import Library, default_root
from tests.servers import CALLBACK, answer_page, query, running

# So that nothing stays open that a test would have to close.
NO_KEEPING = httpx2.Limits(max_keepalive_connections=0)
KEY = base64.urlsafe_b64encode(b"k" * 32)


def guard_for(server, held):
    def ignore(_):
        pass

    library = Library(default_root())
    return Guard(library, server, ignore, show_all=False, tell=ignore, sign_in=sign_in_of(server, held)).build()


@contextmanager
def opened(server, database, *, make=guard_for, address="127.0.0.1:0", **options):
    """The origin of a server for many people, whose state is in a file or in the database of a URL."""
    url = database if isinstance(database, str) else f"sqlite:///{database}"

    def app(origin):
        open_state = partial(SharedState.open, url, [KEY])
        inner = OpenedServer(
            open_state,
            lambda state: access_application(origin, server, state, partial(make, server), **options),
            Metrics(),
        )
        return trusted_only(inner.app, origin)

    with running(app, address) as origin:
        yield origin


class Program:
    """A client of ours, which registers itself; `verifier` goes with the last request."""

    def __init__(self, origin, name="A test", redirect=CALLBACK, client_id=None):
        self.origin, self.redirect = origin, redirect
        self.http = httpx2.Client(base_url=origin, trust_env=False, limits=NO_KEEPING)
        self.client_id = client_id or self.register(name).json()["client_id"]

    def register(self, name, **more):
        body = {"client_name": name, "redirect_uris": [self.redirect], "token_endpoint_auth_method": "none"}
        return self.http.post("/register", json=body | more)

    def address(self, **more):
        """Where a person is sent to sign in."""
        self.verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "state": "what the client remembers",
            "resource": f"{self.origin}/mcp",
        }
        return f"{self.origin}/authorize?{urlencode(asked | more)}"

    def token(self, **form):
        return self.http.post("/token", data={"client_id": self.client_id, **form})

    def exchange(self, code, **more):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.redirect}
        return self.token(**form | {"code_verifier": self.verifier} | more)

    def refresh(self, refresh_token):
        return self.token(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token):
        return self.http.post("/revoke", data={"client_id": self.client_id, "token": token})

    def sign_in(self, browser, **answer):
        """The tokens for a person."""
        return self.exchange(query(browser.sign_in(self, **answer))["code"]).json()


class Browser:
    """One person's, with its cookies; `seen` are the pages of consent that were shown."""

    def __init__(self, role="readOnly"):
        self.http, self.role, self.seen = httpx2.Client(trust_env=False, limits=NO_KEEPING), role, []

    def page(self, address):
        """The page of consent."""
        page = self.http.get(address, follow_redirects=True)
        self.seen.append(page.text)
        return page

    def answer(self, page, answer="allow", **form):
        found = re.search(r'name="token" value="(\w+)"', page.text)
        return self.http.post(page.url, data={"token": found[1], "answer": answer} | form)

    def sent_by(self, response):
        """Where a page of ours sends the person."""
        (address,) = re.findall(r'<a href="([^"]+)">', response.text)
        return html.unescape(address)

    def sign_in(self, program, answer="allow", **more):
        """Where the person is sent in the end; Torii is asked where it has to be."""
        sent = self.sent_by(self.answer(self.page(program.address(**more)), answer))
        return self.back_from(sent) if "/authorize" in sent else sent

    def back_from(self, torii):
        """Signs in at Torii; where we send the person then."""
        return self.sent_by(self.http.get(answer_page(torii, self.role)))


async def calling(origin, token, call):
    """What a call of the SDK's own client gives."""
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http,
        Client(streamable_http_client(f"{origin}/mcp", http_client=http)) as client,
    ):
        return await call(client)


def asked(origin, token=None, **headers):
    """The answer to a bare request."""
    if token:
        headers["authorization"] = f"Bearer {token}"
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accepted = {"accept": "application/json, text/event-stream"}
    return httpx2.post(f"{origin}/mcp", json=body, headers=accepted | headers, trust_env=False)
