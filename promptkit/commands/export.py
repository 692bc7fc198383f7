"""`export`: folders that are ready to use."""

from __future__ import annotations

import sys
from pathlib import Path

from promptkit.connection.client import checked_url
from promptkit.errors import UsageError
from promptkit.hosts.export import Files, export_folder, export_project
from promptkit.hosts.plugin import export_plugin
from promptkit.hosts.policies import export_policy, tool_rules
from promptkit.library.store import Library
from promptkit.model import Profile
from promptkit.text import sanitized


def write_plugin(library: Library, folder: Path, profile: Profile, url: str) -> int:
    """Write the repository of a plugin, and say what to open first.

    Args:
        library: whose prompts and instructions go in.
        folder: the folder to write, new or empty.
        profile: the tenant's profile.
        url: where the hosts reach Torii's MCP server, or the guard before it.

    Raises:
        UsageError: the address may not be used, or the folder is not empty.
        PromptkitError: the folder cannot be written.
    """
    return _write(export_plugin(library, profile, checked_url(url, may_be_other=True)), folder)


def write_project(library: Library, host: str, folder: Path, profile: Profile, url: str) -> int:
    """Write what a person pastes into a host, and say what to open first.

    Raises:
        UsageError: there is no such host, the address may not be used, or the folder is not empty.
    """
    return _write(export_project(library, profile, host, checked_url(url, may_be_other=True)), folder)


def write_policy(library: Library, folder: Path, server: str | None, url: str) -> int:
    """Write the reviewed list as rules of hosts and gateways, and say what to open first.

    Args:
        library: its reviewed tools and its lock decide.
        folder: the folder to write, new or empty.
        server: the name of the server in the hosts; `torii` for Torii's own list.
        url: the address at which the hosts reach it.

    Raises:
        UsageError: the name or the address may not be used, another server has no name, or the folder is not empty.
        PromptkitError: the review cannot be read or allows nothing.
    """
    if server is None and library.is_of_other_server:
        raise UsageError.of("server-name", "the hosts' rules need a name for this server", "add one, with --name")
    rules = tool_rules(library, server or "torii", checked_url(url, may_be_other=True))
    code = _write(export_policy(library, rules), folder)
    if rules.left_out:
        names = ", ".join(sanitized(name) for name in rules.left_out)
        print(f"Not allowed, because hosts would write their names in another way: {names}.", file=sys.stderr)
    return code


def _write(files: Files, folder: Path) -> int:
    export_folder(files, folder)
    print(folder / next(iter(files)))
    print(f"{len(files)} files written.", file=sys.stderr)
    return 0
