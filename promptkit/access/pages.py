"""The pages that a person sees when they sign in: one consent for each client, then Torii, once, and back.

A browser is known by a random cookie, which stands in the state with the person who signed in there. Nobody can make
a browser answer for its person: the form carries what only a page of ours could have made from the cookie.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from importlib.resources import files
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined
from mcp.server.transport_security import RequestBodyLimitMiddleware
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, request_response

from promptkit.access.authorization import REQUEST_SECONDS, AccessAuthorization, ConsentRequest
from promptkit.access.people import KEPT_SECONDS, People
from promptkit.access.state import SharedState
from promptkit.connection.web_sign_in import BegunSignIn
from promptkit.errors import PromptkitError

CALLBACK_PATH = "/callback"
_BROWSER, _BEGUN = "browser", "begun sign-in"
_JINJA = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_TEMPLATE = _JINJA.from_string(files("promptkit.access").joinpath("page.html.j2").read_text("utf-8"))
_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}"
    "dt{margin-top:.5rem}dd{margin:0;overflow-wrap:anywhere}strong{overflow-wrap:anywhere}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
_CLOSED = "It was answered already, is too old, or came from another page. Start again in the program that sent you."
_MAX_FORM_BYTES = 4096


class _Begun(BaseModel):
    """A person who has consented and is on their way to Torii, in the browser with this digest."""

    sign_in: BegunSignIn
    request: ConsentRequest
    browser: str


class SignInPages:
    """The pages of one server.

    Args:
        authorization: has the requests to answer.
        people: sign in at Torii.
        state: knows the browsers.
    """

    def __init__(self, authorization: AccessAuthorization, people: People, state: SharedState) -> None:
        self._authorization = authorization
        self._people = people
        self._state = state
        self._is_https = authorization.public_url.startswith("https:")
        # A name with this beginning cannot be set by another host of the same domain.
        self._cookie = "__Host-promptkit" if self._is_https else "promptkit"

    def routes(self) -> list[Route]:
        """Where they are."""
        consent = RequestBodyLimitMiddleware(request_response(self._consent), _MAX_FORM_BYTES)
        return [
            Route("/consent", consent, methods=["GET", "POST"]),
            Route(CALLBACK_PATH, self._came_back, methods=["GET"]),
        ]

    async def _consent(self, http: Request) -> Response:
        request_id = http.query_params.get("request", "")
        asked = await self._authorization.request(request_id)
        if asked is None:
            return _not_open(400)
        browser = http.cookies.get(self._cookie, "")
        if http.method != "POST":
            return await self._ask(asked, request_id, browser)
        form = await http.form()
        token = str(form.get("token", "")).encode()
        if not browser or not hmac.compare_digest(token, _form_token(browser, request_id).encode()):
            return _not_open(403)
        return await self._answered(str(form.get("answer", "")), request_id, browser)

    async def _ask(self, asked: ConsentRequest, request_id: str, browser: str) -> Response:
        browser = browser or secrets.token_urlsafe(32)
        html = _TEMPLATE.render(
            title="Allow a program to read Torii?",
            style=_STYLE,
            request=asked,
            address=None,
            back=urlsplit(str(asked.params.redirect_uri)).netloc,
            here=urlsplit(self._authorization.public_url).netloc,
            is_known=bool(await self._person(browser)),
            token=_form_token(browser, request_id),
        )
        return self._with_cookie(HTMLResponse(html, headers=_HEADERS), browser)

    async def _answered(self, answer: str, request_id: str, browser: str) -> Response:
        if answer not in {"allow", "anew", "deny"}:
            return _not_open(400)
        # Taken, so that of two answers one counts.
        asked = await self._authorization.take_request(request_id)
        if asked is None:
            return _not_open(400)
        if answer == "deny":
            return _sent_on(self._authorization.refuse(asked))
        person = await self._person(browser) if answer == "allow" else None
        if person:
            return _sent_on(await self._authorization.allow(asked, person))
        try:
            address, begun = await self._people.begin()
        except PromptkitError:
            return _sent_on(self._authorization.refuse(asked, "temporarily_unavailable"))
        kept = _Begun(sign_in=begun, request=asked, browser=_digest(browser)).model_dump(mode="json")
        until = int(time.time()) + REQUEST_SECONDS
        await self._state.put(_BEGUN, begun.state, kept, expires_at=until)
        return _sent_on(address)

    async def _came_back(self, http: Request) -> Response:
        """Whoever consented comes back from Torii, in the browser that they left with."""
        kept = await self._state.take(_BEGUN, http.query_params.get("state", ""))
        if kept is None:
            return _not_open(400)
        begun = _Begun.model_validate(kept)
        if not hmac.compare_digest(begun.browser, _digest(http.cookies.get(self._cookie, ""))):
            return _not_open(403)
        if "code" not in http.query_params:
            return _sent_on(self._authorization.refuse(begun.request))
        try:
            person = await self._people.finish(begun.sign_in, dict(http.query_params))
        except PromptkitError:
            return _sent_on(self._authorization.refuse(begun.request))
        # A new cookie, so that one that somebody planted is worth nothing once its person has signed in.
        browser = secrets.token_urlsafe(32)
        until = int(time.time()) + KEPT_SECONDS
        await self._state.put(_BROWSER, browser, {"person": person}, owner=person, expires_at=until)
        sent = _sent_on(await self._authorization.allow(begun.request, person))
        return self._with_cookie(sent, browser)

    async def _person(self, browser: str) -> str | None:
        """Whoever signed in in a browser, if their sign-in is still kept."""
        known = await self._state.get(_BROWSER, browser)
        if known is None or not await self._people.sign_in(known["person"]).read():
            return None
        return str(known["person"])

    def _with_cookie(self, response: Response, browser: str) -> Response:
        response.set_cookie(
            self._cookie,
            browser,
            max_age=KEPT_SECONDS,
            path="/",
            secure=self._is_https,
            httponly=True,
            samesite="lax",
        )
        return response


def _form_token(browser: str, request_id: str) -> str:
    return hmac.digest(browser.encode(), request_id.encode(), "sha256").hex()


def _digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _not_open(status: int) -> HTMLResponse:
    title = "This request is not open"
    html = _TEMPLATE.render(title=title, style=_STYLE, request=None, words=_CLOSED, address=None)
    return HTMLResponse(html, status, _HEADERS)


def _sent_on(address: str) -> HTMLResponse:
    """A page that leads on to an address.

    Not a redirect: Chromium lets a form lead only where its page allows, redirects included, and no page of Torii's
    knows our clients.
    """
    html = _TEMPLATE.render(title="You are being sent on", style=_STYLE, request=None, words="", address=address)
    return HTMLResponse(html, headers=_HEADERS)
