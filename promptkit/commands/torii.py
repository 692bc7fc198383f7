"""`torii`: the local Torii, for evals and for any MCP client."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from mcp.server.lowlevel import Server
from starlette.types import ASGIApp

from promptkit.connection.tokens import TOKEN_VARIABLE
from promptkit.errors import UsageError
from promptkit.hosts.serving import run_server
from promptkit.text import sanitized
from promptkit.torii.authorization import EXPIRED_AFTER, Authorization, signed_in
from promptkit.torii.consent import ConsentPage, members, signed_app
from promptkit.torii.fault_names import FAULTS, WIRE_FAULTS
from promptkit.torii.faults import FaultyStdout, WireFaults
from promptkit.torii.generate.size import Size
from promptkit.torii.roles import IDENTITIES, RoleKey
from promptkit.torii.server import build_server
from promptkit.torii.surface import Mode
from promptkit.torii.tenant import DEFAULT_AS_OF, build_tenant, open_tenant


def run_torii(
    *,
    db: Path | None,
    http: str | None,
    size: Size | None = None,
    mode: Mode = "hosted-guess",
    fault: Sequence[str] = (),
    as_of: date | None = None,
    hostile: bool = False,
    role: RoleKey | None = None,
    sign_in: bool = False,
) -> int:
    """Serve a tenant until stopped.

    Args:
        db: the tenant's file, created if missing; None keeps it in memory.
        http: HOST:PORT, or None for stdio.
        size: small, medium or large; None is small, or the size of the file.
        mode: which of the known servers to look like.
        fault: names from `fault_names.FAULTS`.
        as_of: the tenant's day; None is the default, or the day of the file.
        hostile: put texts that try to misuse an assistant into the tenant.
        role: the role whose view of Torii to give, by default an admin's; with `sign_in`, that of the fixed token, and
            the one that the page has chosen at first: by default the one with the least rights.
        sign_in: answer only clients that signed in by OAuth or send the token in the environment variable.

    Raises:
        UsageError: a fault is unknown, something that needs HTTP is asked for on stdio, or the file holds a tenant
            other than the one asked for.
    """
    faults = frozenset(fault)
    _require_possible(faults, http, sign_in)
    on_wire = bool(faults & WIRE_FAULTS.keys())
    with closing(_tenant(db, size, as_of, hostile)) as tenant:
        identity = signed_in if sign_in else lambda: IDENTITIES[role or "admin"]
        server = build_server(tenant, mode=mode, identity=identity, faults=faults)

        def app(origin: str) -> ASGIApp:
            plain = _signed_app(server, tenant, role, faults, origin) if sign_in else server.streamable_http_app()
            return WireFaults(plain, faults) if on_wire else plain

        return run_server(server, http, app, FaultyStdout(faults) if on_wire else None)


def _require_possible(faults: frozenset[str], http: str | None, sign_in: bool) -> None:
    if unknown := sorted(faults - FAULTS.keys()):
        known = "".join(f"\n    {name}: {effect}" for name, effect in FAULTS.items())
        raise UsageError.of("unknown-fault", f"there is no fault {sanitized(unknown[0])}", f"choose one of:{known}")
    if "rate-limited" in faults and http is None:
        raise UsageError.of("fault-http", "stdio has no 429", "add --http 127.0.0.1:0, or leave out rate-limited")
    if sign_in and (http is None or http.rpartition(":")[0] not in {"127.0.0.1", "localhost"}):
        raise UsageError.of(
            "sign-in-http", "signing in works only over HTTP on this machine", "write --http 127.0.0.1:0"
        )
    if "token-expired" in faults and not sign_in:
        raise UsageError.of("sign-in-fault", "without signing in, there is no token to expire", "add --sign-in")


def _signed_app(
    server: Server[Any], tenant: sqlite3.Connection, role: RoleKey | None, faults: frozenset[str], origin: str
) -> ASGIApp:
    authorization = Authorization(
        origin,
        fixed_token=os.environ.get(TOKEN_VARIABLE),
        fixed_role=role or "admin",
        max_uses=EXPIRED_AFTER if "token-expired" in faults else None,
    )
    return signed_app(server, authorization, ConsentPage(authorization, members(tenant), role))


def _tenant(db: Path | None, size: Size | None, as_of: date | None, hostile: bool) -> sqlite3.Connection:
    if db is None or not db.exists():
        # So that a build that is stopped deletes its unfinished file; run_server decides how a server is stopped.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        return build_tenant(db, size=size or "small", as_of=as_of or DEFAULT_AS_OF, hostile=hostile)
    connection = open_tenant(db)
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    is_it = size in {None, meta["size"]} and (as_of is None or meta["as_of"].startswith(as_of.isoformat()))
    if is_it and (not hostile or meta["hostile"] == "1"):
        return connection
    connection.close()
    raise UsageError.of(
        "other-tenant",
        f"{sanitized(db)} is {meta['size']}, of {meta['as_of'][:10]}, "
        f"{'' if meta['hostile'] == '1' else 'not '}hostile",
        "leave out these options, or name a new file",
    )
