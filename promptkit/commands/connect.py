"""`connect` and `disconnect`: sign in to a server in the browser, and sign out again."""

from __future__ import annotations

import os
import re
import sys
import webbrowser
from contextlib import suppress
from functools import partial

import anyio
from mcp.shared.auth import AuthorizationCodeResult

from promptkit.connection.address import address_of, is_plain
from promptkit.connection.cache import forget_reads
from promptkit.connection.callback import OWN_CLIENT_PORT, Callback
from promptkit.connection.client import checked_url, connect, is_torii, revoke
from promptkit.connection.gate import Gate
from promptkit.connection.named_server import NamedServer
from promptkit.connection.scopes import ScopeChoice, announced, shown
from promptkit.connection.sign_in import NewSignIn
from promptkit.connection.sign_in_origins import SignInOrigins
from promptkit.connection.stand_in import has_invented_data, say_stand_in
from promptkit.connection.tokens import TOKEN_VARIABLE, KeptSignIn, open_store
from promptkit.errors import PromptkitError, UsageError, extra
from promptkit.known_secrets import remember_secret
from promptkit.text import sanitized

_FIXES = {
    "access_denied": "run it again, and allow it",
    "server_error": "try again in a minute",
    "temporarily_unavailable": "try again in a minute",
}
_DOCUMENT = re.compile(r"https://[^/]+/.")


def connect_server(server: str, *, client_id: str | None = None, client_metadata: str | None = None) -> int:
    """Sign in with the browser and keep the sign-in; 1 if more was granted than asked for. An earlier one is ended.

    Args:
        server: the server's URL.
        client_id: a public client that a company registered itself, where the issuer does not register programs.
        client_metadata: the https URL of a client metadata document, for the same.

    Raises:
        UsageError: the URL may not be used, or the client is none.
        PromptkitError: the person refused or did not answer, or the server does not sign people in as it should.
    """
    _require_client(client_id, client_metadata)
    checked_url(server, may_be_other=True)
    if not is_torii(server):
        told = (
            f"{address_of(server)} is not Torii's own address: guard and tools use this sign-in with --tools and "
            "--lock, and the other commands where allowed_hosts in dashboard.yaml names the host."
        )
        print(told, file=sys.stderr)
    return anyio.run(_connect, server, client_id, client_metadata)


def _require_client(client_id: str | None, client_metadata: str | None) -> None:
    if client_id is not None and client_metadata is not None:
        raise UsageError.of("client", "--client-id and --client-metadata both name a client", "leave one out")
    if client_id is not None and not re.fullmatch(r"[!-~]+", client_id):
        raise UsageError.of("client", "--client-id is not the id of a client", "give the id that the issuer shows")
    if client_metadata is not None and not (is_plain(client_metadata) and _DOCUMENT.match(client_metadata)):
        fix = "give its address, such as https://example.com/promptkit.json"
        raise UsageError.of("client", "--client-metadata is not the https URL of a document", fix)


async def _connect(server: str, client_id: str | None, client_metadata: str | None) -> int:
    store = open_store()
    callback = Callback(port=OWN_CLIENT_PORT if client_id or client_metadata else 0)
    earlier = store.load(server)
    named = NamedServer(server, may_be_other=True)
    made: list[NewSignIn] = []

    def sign_in(origins: SignInOrigins) -> NewSignIn:
        person = _Person(origins, callback)
        client = {"client_id": client_id, "client_metadata": client_metadata}
        made.append(NewSignIn(server, store, origins, callback.uri, person.send, person.answer, **client))
        return made[0]

    try:
        async with connect(named, Gate(), lambda _: None, sign_in) as session:
            count = len(session.tools)
            if await has_invented_data(session, server):
                say_stand_in()
    finally:
        callback.close()
        is_wider = _is_wider(store.load(server) if made and made[0].is_done else None)
    if not made[0].is_done:
        print(f"{address_of(server)} does not ask for a sign-in.", file=sys.stderr)
        return 0
    if earlier:
        await revoke(earlier)
    print(f"Signed in to {address_of(server)}: it offers {count} tools.")
    if os.environ.get(TOKEN_VARIABLE):
        print(f"{TOKEN_VARIABLE} is set and takes precedence: unset it to use this sign-in.", file=sys.stderr)
    return int(is_wider)


def _is_wider(kept: KeptSignIn | None) -> bool:
    """Say which scopes were granted that nobody asked for, and whether there are some."""
    if kept is None or not kept.wider_scopes:
        return False
    print(
        f"WARNING: more was granted than was asked for: {shown(kept.wider_scopes)}\n"
        "promptkit keeps this sign-in and still makes only reviewed reads, but whoever has its token can do more.\n"
        f"To end it, run promptkit disconnect {address_of(kept.server)}; ask the server's admin about these scopes.",
        file=sys.stderr,
    )
    return True


class _Person:
    """The person at the browser: given an address, they come back with an answer."""

    def __init__(self, origins: SignInOrigins, callback: Callback) -> None:
        self._origins = origins
        self._callback = callback
        self._address = ""

    async def send(self, address: str, scopes: ScopeChoice) -> None:
        """Print what will be asked for, and the address that they must open."""
        await self._origins.check_address(address)
        self._address = address
        lines = [
            "Sign in as a person who can only read: at Torii, with the Read-only role. Others could change data.",
            *announced(scopes),
            "If no browser opens, open this address:",
            sanitized(address, 4000),
        ]
        print("\n".join(lines), file=sys.stderr, flush=True)

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
            fix = _FIXES.get(error, "ask the server's admin; another attempt would be refused as well")
            raise PromptkitError.of("sign-in-refused", f"the sign-in was refused: {sanitized(error)}", fix)
        remember_secret(reply.get("code"))
        return AuthorizationCodeResult(code=reply.get("code", ""), state=reply.get("state"), iss=reply.get("iss"))

    def _browse(self) -> None:
        with suppress(webbrowser.Error):
            webbrowser.open(self._address)


def disconnect_everybody(server: str, state: str | None) -> int:
    """End the sign-ins of all who came through a server for many people; 1 if Torii did not confirm each of them.

    Raises:
        UsageError: the URL of the state is not one.
        PromptkitError: the state cannot be opened.
    """
    ended, unconfirmed = extra("promptkit.access.opening", "access").end_everybody(server, state)
    print(f"{ended + unconfirmed} signed out." if ended + unconfirmed else "Nobody was signed in.")
    if unconfirmed:
        print(f"Torii did not confirm {unconfirmed}: end the access in Torii's settings as well.", file=sys.stderr)
    return int(bool(unconfirmed))


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
        print("The issuer did not confirm: end the access in the server's own settings as well.", file=sys.stderr)
    return 0 if is_revoked else 1
