"""Marks in what commands print a profile of the local stand-in, and a server whose host was allowed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

STAND_IN_PROFILE = (
    "LOCAL STAND-IN: this profile holds groups of an invented company. For your own, run promptkit init --server URL."
)


def say_allowed(server: str | None, allowed_hosts: Sequence[str]) -> None:
    """Say on stderr that a server is read only because its host was allowed, if so."""
    if server and (host := urlsplit(server).hostname) in allowed_hosts:
        print(f"ALLOWED HOST: {host} is not Torii's own server; it is read because you allowed it.", file=sys.stderr)
