"""`serve`: the prompts and instructions over MCP."""

from __future__ import annotations

from promptkit.hosts.prompt_server import PromptServer
from promptkit.hosts.serving import run_server
from promptkit.library.store import Library
from promptkit.model import Profile


def serve(library: Library, *, http: str | None, profile: Profile) -> int:
    """Serve the prompts until stopped."""
    return run_server(PromptServer(library, profile).build(), http)
