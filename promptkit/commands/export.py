"""`export`: folders that are ready to use."""

from __future__ import annotations

import sys
from pathlib import Path

from promptkit.hosts.export import Files, export_folder, export_project, export_skill
from promptkit.library.store import Library
from promptkit.model import Profile


def write_skill(library: Library, folder: Path, profile: Profile) -> int:
    """Write an Agent Skill and say what to open first."""
    return _write(export_skill(library, profile), folder)


def write_project(library: Library, host: str, folder: Path, profile: Profile) -> int:
    """Write what a person pastes into a host, and say what to open first.

    Raises:
        PromptkitError: there is no such host, or the folder is not empty.
    """
    return _write(export_project(library, profile, host), folder)


def _write(files: Files, folder: Path) -> int:
    export_folder(files, folder)
    print(folder / next(iter(files)))
    print(f"{len(files)} files written.", file=sys.stderr)
    return 0
