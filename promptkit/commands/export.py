"""`export`: ready folders."""

from __future__ import annotations

import sys
from pathlib import Path

from promptkit.hosts.export import export_folder, export_project, export_skill
from promptkit.library.store import Library
from promptkit.model import Profile


def export(library: Library, kind: str, folder: Path, *, profile: Profile) -> int:
    """Write one folder and say what to open first."""
    files = export_skill(library, profile) if kind == "skill" else export_project(library, profile, kind)
    export_folder(files, folder)
    print(folder / next(iter(files)))
    print(f"{len(files)} files written.", file=sys.stderr)
    return 0
