"""Opens a session with a local Torii or a server elsewhere: the gate before it, its tools reviewed, calls throttled."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from promptkit.connection.address import address_of
from promptkit.connection.cache import CachedSession, open_cache
from promptkit.connection.client import connect
from promptkit.connection.gate import Gate
from promptkit.connection.named_server import NamedServer
from promptkit.connection.renewal import renewed
from promptkit.connection.session import Session
from promptkit.connection.sign_in import SignIn, reader_of
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.connection.stand_in import has_invented_data, say_stand_in
from promptkit.connection.throttle import ThrottledSession
from promptkit.connection.tokens import open_store
from promptkit.errors import PromptkitError
from promptkit.library.profile import today_at
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile
from promptkit.policy.decision import Definition, ToolPolicy
from promptkit.policy.review import tool_policy
from promptkit.torii.generate.hostile import hostile_description
from promptkit.torii.local import LocalTorii, local_torii
from promptkit.torii.names import LOCAL_SERVERS


@dataclass(frozen=True)
class OpenedSession:
    """An open session and the day it is there: the tenant's own on a local Torii, else today in the time zone.

    `torii` is the local tenant behind the session, None for a server elsewhere. `is_stand_in` says whether the data are
    those of a local Torii, be it here, over HTTP or behind a guard.
    """

    session: Session
    today: datetime.date
    torii: LocalTorii | None = None
    is_stand_in: bool = False


@dataclass(frozen=True)
class SignedInReader:
    """Somebody other than the person who runs the program; `name` tells them from everybody else in the cache."""

    name: str
    sign_in: SignIn


@asynccontextmanager
async def open_session(
    library: Library,
    server: str,
    profile: Profile = DEFAULT_PROFILE,
    *,
    cache: bool = True,
    share: float = 1.0,
    reader: SignedInReader | None = None,
    is_marked: bool = True,
) -> AsyncIterator[OpenedSession]:
    """Connect to a server whose calls the library's reviewed tools decide.

    Where the data are invented it says so on stderr, before anything else can be said of them.

    Args:
        library: whose reviewed tools and lock decide every call.
        server: one of `LOCAL_SERVERS` for a fresh local Torii, or the URL of a server.
        profile: whose time zone says which day it is on a server elsewhere, and which hosts are allowed.
        cache: whether a read at a server elsewhere may be one that was made in the last ten minutes.
        share: the part of Torii's limits that is for this session, where several read at the same time.
        reader: as whom to read; by default as the person who runs the program.
        is_marked: whether to say that; False where it is said in another way.

    Raises:
        PromptkitError: the server cannot be used, or the profile holds values of the local Torii and this is another.
    """
    host = urlsplit(server).hostname
    is_here = host in LOOPBACK
    if profile.stand_in and not (server in LOCAL_SERVERS or is_here or host in profile.allowed_hosts):
        raise _invented_values(server)
    with local_torii(hostile=server != "local") if server in LOCAL_SERVERS else nullcontext() as torii:
        today = torii.as_of if torii else today_at(profile)
        gate = Gate()

        def review(tools: Sequence[Definition]) -> None:
            policy = tool_policy(library, tools)
            gate.policy = _hostile_as_reviewed(policy) if server == "local-hostile" else policy

        if torii:
            async with connect(torii.command, gate, review) as own:
                if is_marked:
                    say_stand_in()
                yield OpenedSession(own, today, torii, is_stand_in=True)
            return
        named = NamedServer(server, allowed_hosts=profile.allowed_hosts)
        connect_to = partial(connect, named, gate, sign_in=reader.sign_in if reader else None)
        async with connect_to(review) as first, renewed(first, connect_to) as session:
            is_stand_in = await has_invented_data(session, server)
            if profile.stand_in and not is_stand_in:
                raise _invented_values(server)
            if is_stand_in and is_marked:
                say_stand_in()
            throttled = _throttled(session, library, server, share)
            with _cached(throttled, server, reader) if cache else nullcontext(throttled) as reads:
                yield OpenedSession(reads, today, is_stand_in=is_stand_in)


def _invented_values(server: str) -> PromptkitError:
    message = f"the profile holds values of the local stand-in, an invented company, and {address_of(server)} is not it"
    fix = f"run promptkit init --server {address_of(server)} --replace, which reads your own values"
    return PromptkitError.of("invented-values", message, fix)


def _throttled(session: Session, library: Library, server: str, share: float) -> ThrottledSession:
    """The session at the rate that Torii allows; a server on this machine has none, but may ask to wait."""
    is_here = urlsplit(server).hostname in LOOPBACK
    return ThrottledSession(session, None if is_here else library.reviewed_tools, share)


@contextmanager
def _cached(session: Session, server: str, reader: SignedInReader | None) -> Iterator[Session]:
    """The session with the cache of the person who runs the program, where there can be one.

    Where nobody is signed in, nothing is kept: the same address may have other data a moment later.
    """
    name = reader.name if reader else reader_of(server, open_store())
    cache = open_cache() if name else None
    if cache is None:
        yield session
        return
    with closing(cache):
        yield CachedSession(session, cache, server, name)


def _hostile_as_reviewed(policy: ToolPolicy) -> ToolPolicy:
    """The policy of somebody who locked the hostile tenant's tools without noticing the texts in their descriptions.

    A read whose description is not the reviewed one is refused, and then no model would have to withstand it. Exactly
    the texts of our own tenant count as reviewed; any other change is still refused.
    """
    locked = {
        name: {**tool, "description": hostile_description(name, tool.get("description", ""))}
        for name, tool in policy.locked.items()
    }
    return replace(policy, locked=locked)
