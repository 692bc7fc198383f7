"""`torii`: the local Torii, for evals and for anybody with an MCP client."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from promptkit.commands.serve import run_server
from promptkit.torii.server import build_server
from promptkit.torii.tenant import build_tenant, open_tenant


def run_torii(*, db: Path | None, http: str | None) -> int:
    """Serve a tenant until stopped."""
    with closing(open_tenant(db) if db and db.exists() else build_tenant(db)) as tenant:
        return run_server(build_server(tenant), http)
