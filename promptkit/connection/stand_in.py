"""Whether a server's data are those of a local Torii, and the words that say so."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from promptkit.connection.client import TORII_URL
from promptkit.connection.named_server import GUARD
from promptkit.connection.session import Session
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.model import ToolCall
from promptkit.torii.names import INVENTED_DOMAIN, STAND_IN_SERVER

STAND_IN_NOTICE = (
    "LOCAL STAND-IN: invented data of a company that does not exist. For your own Torii, give its address as --server."
)


def say_stand_in() -> None:
    """Say on stderr that what follows is invented."""
    print(STAND_IN_NOTICE, file=sys.stderr, flush=True)


async def has_invented_data(session: Session, address: str | Sequence[str]) -> bool:
    """Whether the server at an address, or of a command line, gives a local Torii's data.

    Of one on this machine its name is enough. A guard's name does not say what is behind it, and elsewhere anybody may
    have the stand-in's name: there the company is asked for, which costs no other server a read.
    """
    is_here = not isinstance(address, str) or urlsplit(address).hostname in LOOPBACK
    is_named_so = session.server == STAND_IN_SERVER
    if is_named_so and is_here:
        return True
    if address == TORII_URL or not (is_named_so or session.server.startswith(f"{GUARD} ")):
        return False
    outcome = await session.call(ToolCall(name="get_organization", arguments={}))
    company = (outcome.data or {}).get("org")
    return isinstance(company, dict) and str(company.get("domain")).endswith(INVENTED_DOMAIN)
