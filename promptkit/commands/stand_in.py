"""Marks the local stand-in in what commands print, so that nobody takes its data for those of a company."""

from __future__ import annotations

import sys

STAND_IN_NOTICE = (
    "LOCAL STAND-IN: invented data of a company that does not exist. For your own Torii, give its address as --server."
)
STAND_IN_PROFILE = (
    "LOCAL STAND-IN: this profile holds groups of an invented company. For your own, run promptkit init --server URL."
)


def say_stand_in(server: str | None) -> None:
    """Say on stderr that a server is the local stand-in, if it is."""
    if server == "local":
        print(STAND_IN_NOTICE, file=sys.stderr)
