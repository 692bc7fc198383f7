"""Which reports are written, and where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class ReportFiles:
    """The file for each format; None writes none. A field has the name of the module in this folder that writes it."""

    junit: Path | None = None
    sarif: Path | None = None
    markdown: Path | None = None
    html: Path | None = None


NO_FILES = ReportFiles()
