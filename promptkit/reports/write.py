"""Writes reports to files, each in its format."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast

from promptkit.files import write_text
from promptkit.reports.files import ReportFiles
from promptkit.reports.rows import Report


class Writer(Protocol):
    """A module in this folder that writes a format."""

    def write(self, report: Report) -> str:
        """The report in this format, with all its text escaped, ready to be written as UTF-8."""


def writer(name: str) -> Writer:
    """The writer of a format. It is imported only now, because some formats need libraries that are slow to import."""
    return cast("Writer", import_module(f"promptkit.reports.{name}"))


def write_reports(report: Report, files: ReportFiles) -> None:
    """Write every file that was asked for.

    Raises:
        PromptkitError: one cannot be written.
    """
    for name, path in vars(files).items():
        if path:
            write_text(path, writer(name).write(report))
