"""`serve`: the prompts and instructions over MCP, and with a server of Torii's also its views."""

from __future__ import annotations

from promptkit.connection.client import checked_url
from promptkit.connection.open_session import LOCAL_SERVERS
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.dashboard.build import build_dashboard
from promptkit.errors import UsageError
from promptkit.hosts.prompt_server import PromptServer
from promptkit.hosts.serving import run_server
from promptkit.hosts.view_server import ViewServer
from promptkit.library.store import Library
from promptkit.model import Profile
from promptkit.text import sanitized
from promptkit.views.service import ViewService


def serve(library: Library, *, server: str | None, http: str | None, profile: Profile, cache: bool) -> int:
    """Serve the prompts until stopped; where a server is named, also the views of it.

    Raises:
        UsageError: the server or the address may not be used.
    """
    if server is None:
        return run_server(PromptServer(library, profile).build(), http)
    if server not in LOCAL_SERVERS:
        checked_url(server, profile.allowed_hosts)
    if http is not None and http.rpartition(":")[0] not in LOOPBACK - {"::1"}:
        message = f"{sanitized(http)} is open to other machines, and views are given to whoever asks"
        fix = "write 127.0.0.1:PORT, and put a reverse proxy that asks who they are in front"
        raise UsageError.of("serve-address", message, fix)
    service = ViewService(library, server, profile, cache=cache)
    return run_server(ViewServer(library, profile, service, build_dashboard(None)).build(), http)
