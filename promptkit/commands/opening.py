"""What commands work on: the library and the tenant's profile, opened as their options name them.

Each imports its code when it is called, as commands do: `--help` needs none of it.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from promptkit.commands.marks import STAND_IN_PROFILE, say_allowed
from promptkit.errors import UsageError

if TYPE_CHECKING:
    from promptkit.library.store import Library
    from promptkit.model import Profile

# As in library/store.py, which is slow to import; tests/commands/test_library_option.py compares them.
OWN_LIBRARY = "PROMPTKIT_LIBRARY"


def library(own: Path | None = None) -> Library:
    """The library that a command works on: ours, or a company's own over it.

    A folder that is named counts for the whole process, and for those that it starts.

    Raises:
        PromptkitError: there is no such folder.
    """
    from promptkit.library.store import open_library

    if own is not None:
        os.environ[OWN_LIBRARY] = str(own.absolute())
    return open_library()


def library_with(tools: Path | None, lock: Path | None, own: Path | None = None) -> Library:
    """The library with the review of another server in place of Torii's, where one is named.

    Raises:
        UsageError: only one of its two files is named.
    """
    if (tools is None) != (lock is None):
        message = "a review is two files, the tools with their classes and the lock, and only one of them is named"
        raise UsageError.of("half-a-review", message, "name both, with --tools and --lock")
    return replace(library(own), own_tools=tools, own_lock=lock)


def profile_at(path: Path | None, library: Library, server: str | None = None) -> Profile:
    """The tenant's profile; the default one without `--profile`. Says what it marks, and whether it allows the server.

    Raises:
        PromptkitError: everything that is wrong with the file.
    """
    from promptkit.library.profile import load_profile
    from promptkit.model import DEFAULT_PROFILE

    if path is None:
        return DEFAULT_PROFILE

    profile = load_profile(path, library)
    if profile.stand_in:
        print(STAND_IN_PROFILE, file=sys.stderr)
    say_allowed(server, profile.allowed_hosts)
    return profile


def hosts_of(path: Path | None, library: Library, server: str) -> tuple[str, ...]:
    """The hosts that a profile allows besides Torii's own, for a command that takes nothing else from it.

    Raises:
        PromptkitError: everything that is wrong with the file.
    """
    if path is None:
        return ()
    from promptkit.library.profile import load_profile

    hosts = load_profile(path, library).allowed_hosts
    say_allowed(server, hosts)
    return hosts
