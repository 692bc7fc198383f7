"""`serve`: the prompts and instructions over MCP, and with a server of Torii's also its views."""

from __future__ import annotations

from typing import Any

from mcp.server.lowlevel import Server

from promptkit.commands.public import PublicAddress, require_local, serve_each
from promptkit.connection.client import checked_url
from promptkit.connection.open_session import SignedInReader
from promptkit.connection.sign_in import SignIn
from promptkit.connection.stand_in import say_stand_in
from promptkit.dashboard.build import build_dashboard
from promptkit.errors import UsageError
from promptkit.hosts.prompt_server import PromptServer
from promptkit.hosts.serving import run_server
from promptkit.hosts.view_server import ViewServer
from promptkit.library.store import Library
from promptkit.model import Profile
from promptkit.reports.words import spoken
from promptkit.torii.names import LOCAL_SERVERS
from promptkit.views.service import ViewService

SHARE = 0.25
"""The part of Torii's limits that one of many people may use."""


def serve(
    library: Library,
    *,
    server: str | None,
    http: str | None,
    profile: Profile,
    cache: bool,
    public: PublicAddress | None = None,
) -> int:
    """Serve the prompts until stopped; where a server is named, also the views of it.

    Raises:
        UsageError: the server or the address may not be used.
    """
    if server is None or (public and server in LOCAL_SERVERS):
        if public:
            message = "a public address is for views, each read as the person who asks"
            raise UsageError.of("public-views", message, "name the URL of Torii's server with --server")
        return run_server(PromptServer(library, profile).build(), http)
    if server not in LOCAL_SERVERS:
        checked_url(server, profile.allowed_hosts)
    if public is None:
        require_local(http)
    if server in LOCAL_SERVERS:
        say_stand_in()
    dashboard = _dashboard(library, profile)
    if public:

        def views_of(person: str, sign_in: SignIn) -> Server[Any]:
            reader = SignedInReader(f"person {person}", sign_in)
            own = ViewService(library, server, profile, cache=cache, share=SHARE, reader=reader)
            return ViewServer(library, profile, own, dashboard).build()

        return serve_each(views_of, server, http, public)
    service = ViewService(library, server, profile, cache=cache)
    return run_server(ViewServer(library, profile, service, dashboard).build(), http)


def _dashboard(library: Library, profile: Profile) -> str:
    """The dashboard that hosts show: an English view's is in the profile's language, any other's in its own."""
    prompts = library.load_prompts()
    texts = [text for one in prompts for text in (one.title, one.chart) if isinstance(text, str)]
    others = [spoken(library.languages, code) for code in sorted({one.language for one in prompts})]
    return build_dashboard(None, spoken(library.languages, profile.language), others=others, texts=texts)
