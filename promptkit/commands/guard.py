"""`guard`: an MCP proxy in front of a server that forwards nothing but reviewed reads."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from promptkit.commands.named import named_server
from promptkit.connection.sign_in_origins import LOOPBACK
from promptkit.errors import UsageError
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.hosts.serving import run_server
from promptkit.library.store import Library
from promptkit.policy.review import load_tool_lock
from promptkit.text import sanitized


def run_guard(
    library: Library, upstream: str, variables: Sequence[str], *, http: str | None, log: Path | None, show_all: bool
) -> int:
    """Guard a server until stopped.

    Args:
        library: its reviewed tools and its lock decide.
        upstream: the URL of the server, or its command line.
        variables: names of environment variables that its process gets.
        http: HOST:PORT on this machine, or None for stdio.
        log: the audit log; None is `guard.jsonl` in promptkit's settings folder.
        show_all: list refused tools as well.

    Raises:
        UsageError: the upstream or the address may not be used.
        PromptkitError: the log cannot be written, or the review cannot be read.
    """
    server = named_server(upstream, variables, is_own=library.is_of_other_server)
    load_tool_lock(library)
    if http is not None and http.rpartition(":")[0] not in LOOPBACK - {"::1"}:
        message = f"{sanitized(http)} is open to other machines, and the guard asks nobody who they are"
        raise UsageError.of(
            "guard-address", message, "write 127.0.0.1:PORT, and put a reverse proxy that asks them in front"
        )
    path = log or Path(typer.get_app_dir("promptkit"), "guard.jsonl")
    _tell(f"the audit log is {path}")
    guard = Guard(library, server, AuditLog(path), show_all=show_all, tell=_tell)
    return run_server(guard.build(), http)


def _tell(text: str) -> None:
    print(f"promptkit guard: {sanitized(text, 400)}", file=sys.stderr, flush=True)
