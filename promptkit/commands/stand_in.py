"""Marks in what commands print a server that is not Torii's own: the local stand-in, or a host that was allowed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from promptkit.torii.names import LOCAL_SERVERS

STAND_IN_NOTICE = (
    "LOCAL STAND-IN: invented data of a company that does not exist. For your own Torii, give its address as --server."
)
STAND_IN_PROFILE = (
    "LOCAL STAND-IN: this profile holds groups of an invented company. For your own, run promptkit init --server URL."
)


def say_stand_in(server: str | None) -> None:
    """Say on stderr that a server is the local stand-in, if it is."""
    if server in LOCAL_SERVERS:
        print(STAND_IN_NOTICE, file=sys.stderr)


def say_opened(server: str, *, is_stand_in: bool) -> None:
    """Say the same of a server elsewhere, which shows itself only once it is open."""
    if is_stand_in and server not in LOCAL_SERVERS:
        print(STAND_IN_NOTICE, file=sys.stderr)


def say_allowed(server: str | None, allowed_hosts: Sequence[str]) -> None:
    """Say on stderr that a server is read only because its host was allowed, if so."""
    if server and (host := urlsplit(server).hostname) in allowed_hosts:
        print(f"ALLOWED HOST: {host} is not Torii's own server; it is read because you allowed it.", file=sys.stderr)
