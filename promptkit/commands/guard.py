"""`guard`: an MCP proxy in front of a server that forwards nothing but reviewed reads."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from mcp.server.lowlevel import Server

from promptkit.commands.named import named_server
from promptkit.commands.public import PublicAddress, require_local, serve_each
from promptkit.connection.sign_in import SignIn
from promptkit.guard.log import AuditLog
from promptkit.guard.proxy import Guard
from promptkit.hosts.serving import run_server
from promptkit.library.store import Library
from promptkit.policy.review import load_tool_lock
from promptkit.text import sanitized


def run_guard(
    library: Library,
    upstream: str,
    variables: Sequence[str] = (),
    *,
    http: str | None,
    log: Path | None,
    show_all: bool,
    public: PublicAddress | None = None,
) -> int:
    """Guard a server until stopped.

    Args:
        library: its reviewed tools and its lock decide.
        upstream: the URL of the server, or its command line.
        variables: names of environment variables that its process gets.
        http: HOST:PORT, on this machine unless there is a public address; or None for stdio.
        log: the audit log; None is `guard.jsonl` in promptkit's settings folder.
        show_all: list refused tools as well.
        public: where everybody who signs in reaches it.

    Raises:
        UsageError: the upstream or the address may not be used.
        PromptkitError: the log cannot be written, or the review cannot be read.
    """
    server = named_server(upstream, variables, is_own=library.is_of_other_server)
    load_tool_lock(library)
    if public is None:
        require_local(http)
    path = log or Path(typer.get_app_dir("promptkit"), "guard.jsonl")
    _tell(f"the audit log is {path}")
    audit_log = AuditLog(path)
    if public:

        def guard_of(person: str, sign_in: SignIn) -> Server[Any]:
            def logged(line: Mapping[str, Any]) -> None:
                audit_log({**line, "person": person})

            return Guard(library, server, logged, show_all=show_all, tell=_unsaid, sign_in=sign_in).build()

        return serve_each(guard_of, server.address, http, public)
    guard = Guard(library, server, audit_log, show_all=show_all, tell=_tell)
    return run_server(guard.build(), http, log=audit_log)


def _unsaid(_: str) -> None:
    """What a person at the terminal should know of one connection is too much where there are hundreds."""


def _tell(text: str) -> None:
    print(f"promptkit guard: {sanitized(text, 400)}", file=sys.stderr, flush=True)
