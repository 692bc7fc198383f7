"""`torii`: the local Torii, for evals and for anybody with an MCP client."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from promptkit.commands.serve import run_server
from promptkit.errors import shown, usage
from promptkit.torii.data_faults import FAULTS
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
    role: RoleKey = "admin",
) -> int:
    """Serve a tenant until stopped.

    Args:
        db: the tenant's file, made if missing; None keeps it in memory.
        http: HOST:PORT, or None for stdio.
        size: small, medium or large; None is small, or what the file has.
        mode: which of the known servers to look like.
        fault: names of `data_faults.FAULTS`.
        as_of: the tenant's day; None is the default, or what the file has.
        hostile: put texts that try to misuse an assistant into the tenant.
        role: whose eyes to see with.

    Raises:
        UsageError: a fault has no such name, or the file is there and is not the tenant asked for.
    """
    if unknown := sorted(set(fault) - FAULTS.keys()):
        raise usage("unknown-fault", f"there is no fault {shown(unknown[0])}", f"take one of {', '.join(FAULTS)}")
    with closing(_tenant(db, size, as_of, hostile)) as tenant:
        server = build_server(tenant, mode=mode, identity=lambda: IDENTITIES[role], faults=frozenset(fault))
        return run_server(server, http)


def _tenant(db: Path | None, size: Size | None, as_of: date | None, hostile: bool) -> sqlite3.Connection:
    if db is None or not db.exists():
        return build_tenant(db, size=size or "small", as_of=as_of or DEFAULT_AS_OF, hostile=hostile)
    connection = open_tenant(db)
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    is_it = size in {None, meta["size"]} and (as_of is None or meta["as_of"].startswith(as_of.isoformat()))
    if is_it and (not hostile or meta["hostile"] == "1"):
        return connection
    connection.close()
    raise usage(
        "other-tenant",
        f"{shown(db)} is {meta['size']}, of {meta['as_of'][:10]}, {'' if meta['hostile'] == '1' else 'not '}hostile",
        "leave the options away, or name a file that is not there yet",
    )
