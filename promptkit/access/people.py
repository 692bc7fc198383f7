"""The people who signed in at Torii through our server: each one's sign-in, kept apart and encrypted."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio
from mcp.shared.auth import OAuthClientInformationFull

from promptkit.access.state import SharedState
from promptkit.connection.client import revoke
from promptkit.connection.tokens import RENEWAL_SECONDS, HeldSignIn, KeptSignIn
from promptkit.connection.web_sign_in import BegunSignIn, begin_sign_in, finish_sign_in
from promptkit.errors import PromptkitError

KEPT_SECONDS = 30 * 86_400
"""How long a sign-in at Torii is kept after its tokens were last renewed."""
_CLIENT_SECONDS = 86_400
_POLL_SECONDS = 0.05
_SIGN_IN, _TURN, _CLIENT = "sign-in at Torii", "turn to renew", "client at Torii"


class PersonalSignIn(HeldSignIn):
    """One person's sign-in at Torii, which several processes may renew, one at a time.

    Args:
        state: keeps it.
        person: whose it is.
    """

    def __init__(self, state: SharedState, person: str) -> None:
        super().__init__()
        self.person = person
        self._state = state

    async def read(self) -> bool:
        """Hold what is kept now; whether there is anything."""
        kept = await self._state.get(_SIGN_IN, self.person)
        self.kept = KeptSignIn.model_validate(kept) if kept else None
        return self.kept is not None

    async def write(self) -> None:
        """Keep what is held."""
        if self.kept is not None:
            until = int(time.time()) + KEPT_SECONDS
            value = self.kept.model_dump(mode="json", exclude_none=True)
            await self._state.put(_SIGN_IN, self.person, value, owner=self.person, expires_at=until)

    @asynccontextmanager
    async def renewing(self, _: str) -> AsyncIterator[None]:
        """Hold the sign-in alone, as it is kept, and keep it as it is afterwards."""
        await self._take_turn()
        try:
            await self.read()
            before = self.kept
            yield
            if self.kept is not before:
                await self.write()
        finally:
            with anyio.CancelScope(shield=True):
                if await self._state.get(_SIGN_IN, self.person) is not None:
                    await self.give_turn()

    async def give_turn(self) -> None:
        """Let the next one renew it."""
        until = int(time.time()) + KEPT_SECONDS
        await self._state.put(_TURN, self.person, {}, owner=self.person, expires_at=until)

    async def _take_turn(self) -> None:
        # A process that died with the turn gives it back to nobody, so the wait for it ends.
        with anyio.move_on_after(RENEWAL_SECONDS):
            while await self._state.take(_TURN, self.person) is None:
                if await self._state.get(_SIGN_IN, self.person) is None:
                    return
                await anyio.sleep(_POLL_SECONDS)


class People:
    """Whoever has signed in.

    Args:
        state: keeps their sign-ins.
        server: the URL of Torii's server.
        redirect_uri: where Torii sends people back to.
    """

    def __init__(self, state: SharedState, server: str, redirect_uri: str) -> None:
        self._state = state
        self.server = server
        self._redirect_uri = redirect_uri

    def sign_in(self, person: str) -> PersonalSignIn:
        """A person's sign-in, to be read first."""
        return PersonalSignIn(self._state, person)

    async def begin(self) -> tuple[str, BegunSignIn]:
        """Where to send a person to sign in at Torii, and what `finish` needs.

        Raises:
            PromptkitError: Torii cannot be reached, or does not let us ask.
        """
        kept = await self._state.get(_CLIENT, self.server)
        address, begun = await begin_sign_in(
            self.server, self._redirect_uri, OAuthClientInformationFull.model_validate(kept) if kept else None
        )
        if kept is None:
            value = begun.client.model_dump(mode="json", exclude_none=True)
            await self._state.put(_CLIENT, self.server, value, expires_at=int(time.time()) + _CLIENT_SECONDS)
        return address, begun

    async def finish(self, begun: BegunSignIn, came: Mapping[str, str]) -> str:
        """Keep the sign-in of whoever came back from Torii; a new name for them, which says nothing of who they are.

        Raises:
            PromptkitError: Torii gives no sign-in.
        """
        sign_in = self.sign_in(secrets.token_urlsafe(16))
        try:
            sign_in.kept = await finish_sign_in(begun, came)
        except PromptkitError:
            # Torii may have forgotten our registration; the next person begins with a new one.
            await self._state.delete(_CLIENT, self.server)
            raise
        await sign_in.write()
        await sign_in.give_turn()
        return sign_in.person

    async def end(self, person: str) -> None:
        """End a person's sign-in at Torii, and forget everything of them."""
        sign_in = self.sign_in(person)
        try:
            async with sign_in.renewing(self.server):
                if sign_in.kept is not None:
                    await revoke(sign_in.kept)
                await self.forget(person)
        except PromptkitError:
            await self.forget(person)
            raise

    async def end_everybody(self) -> tuple[int, int]:
        """End everybody's sign-in at Torii, and forget everything; of how many Torii confirms it, and of how many not.

        What is kept is forgotten first, so that nothing is renewed in the meantime.
        """
        kept = [KeptSignIn.model_validate(one) for one in await self._state.values(_SIGN_IN)]
        await self._state.clear()
        ended = [await revoke(one) for one in kept]
        return sum(ended), len(ended) - sum(ended)

    async def forget(self, person: str) -> None:
        """Delete everything of a person, who has to sign in again."""
        await self._state.delete_owner(person)
