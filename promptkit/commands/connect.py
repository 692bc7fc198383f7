"""`connect` and `disconnect`: sign in to a Torii server in the browser, and sign out again."""

from __future__ import annotations

import os
import sys
import webbrowser
from contextlib import suppress
from functools import partial

import anyio
from mcp.shared.auth import AuthorizationCodeResult

from promptkit.connection.address import address_of
from promptkit.connection.cache import forget_reads
from promptkit.connection.callback import Callback
from promptkit.connection.client import checked_url, connect, revoke
from promptkit.connection.gate import Gate
from promptkit.connection.sign_in import NewSignIn
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.tokens import TOKEN_VARIABLE, open_store
from promptkit.errors import PromptkitError, UsageError
from promptkit.private import remember_secret
from promptkit.text import sanitized


def connect_server(server: str) -> int:
    """Sign in with the browser and keep the sign-in. An earlier one at the same server is ended.

    Raises:
        UsageError: the URL may not be used.
        PromptkitError: the person refused or did not answer, or the server does not sign people in as it should.
    """
    return anyio.run(_connect, checked_url(server))


async def _connect(server: str) -> int:
    store, callback = open_store(), Callback()
    earlier = store.load(server)
    made: list[NewSignIn] = []

    def sign_in(origins: SignInOrigins) -> NewSignIn:
        person = _Person(origins, callback)
        made.append(NewSignIn(server, store, origins, callback.uri, person.send, person.answer))
        return made[0]

    try:
        async with connect(server, Gate(), lambda _: None, sign_in) as session:
            count = len(session.tools)
    finally:
        callback.close()
    if not made[0].is_done:
        print(f"{address_of(server)} does not ask for a sign-in.", file=sys.stderr)
        return 0
    if earlier:
        await revoke(earlier)
    print(f"Signed in to {address_of(server)}: it offers {count} tools.")
    if os.environ.get(TOKEN_VARIABLE):
        print(f"{TOKEN_VARIABLE} is set and takes precedence: unset it to use this sign-in.", file=sys.stderr)
    return 0


class _Person:
    """The person at the browser: given an address, they come back with an answer."""

    def __init__(self, origins: SignInOrigins, callback: Callback) -> None:
        self._origins = origins
        self._callback = callback
        self._address = ""

    async def send(self, address: str) -> None:
        """Print the address that they must open."""
        await self._origins.check_address(address)
        self._address = address
        advice = (
            "Sign in as a person with Torii's Read-only role. Anyone with more rights could change data by mistake."
        )
        print(
            f"{advice}\nIf no browser opens, open this address:\n{sanitized(address, 4000)}",
            file=sys.stderr,
            flush=True,
        )

    async def answer(self) -> AuthorizationCodeResult:
        """Open the browser, which may be slow to return, and wait for the person's answer.

        Raises:
            PromptkitError: they refused, or did not come back.
        """
        async with anyio.create_task_group() as group:
            group.start_soon(partial(anyio.to_thread.run_sync, self._browse, abandon_on_cancel=True))
            reply = await anyio.to_thread.run_sync(self._callback.wait, abandon_on_cancel=True)
            group.cancel_scope.cancel()
        if error := reply.get("error"):
            raise PromptkitError.of(
                "sign-in-refused", f"the sign-in was refused: {sanitized(error)}", "run it again, and allow it"
            )
        remember_secret(reply.get("code"))
        return AuthorizationCodeResult(code=reply.get("code", ""), state=reply.get("state"), iss=reply.get("iss"))

    def _browse(self) -> None:
        with suppress(webbrowser.Error):
            webbrowser.open(self._address)


def disconnect_server(server: str) -> int:
    """End the sign-in at the issuer and delete it here, with what it read; 1 if the issuer did not confirm.

    Raises:
        UsageError: nobody is signed in there.
    """
    forget_reads(server)
    store = open_store()
    kept = store.load(server)
    store.delete(server)
    if kept is None:
        raise UsageError.of(
            "no-sign-in",
            f"there is no sign-in for {address_of(server)} here",
            "give the address that you gave to connect",
        )
    is_revoked = anyio.run(revoke, kept)
    print("Signed out." if is_revoked else "Deleted here.")
    if not is_revoked:
        print("The issuer did not confirm: end the access in Torii's settings as well.", file=sys.stderr)
    return 0 if is_revoked else 1
