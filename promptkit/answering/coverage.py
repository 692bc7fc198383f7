"""How much of one list was read, and how much of it was wanted."""

from __future__ import annotations

from dataclasses import dataclass

from promptkit.language import Says
from promptkit.library.recipe import Extent


@dataclass
class ListCoverage:
    """How much of one list was read, and how much of it was wanted.

    `total` is the server's own count; None if it gives none.
    """

    tool: str
    extent: Extent
    rows: int = 0
    pages: int = 0
    total: int | None = 0
    gap: str | None = None

    def add(self, rows: int, total: int | None, *, is_all: bool = True) -> None:
        """Add a list that was read as far as it was wanted: its rows, and the server's own count of them."""
        self.rows += rows
        self.total = None if total is None or self.total is None else self.total + total
        if is_all and total is not None and total != rows:
            self.gap = self.gap or f"{self.tool} gave {rows} of {total} rows"

    def include(self, other: ListCoverage) -> None:
        """Add what was read of another list of the same read."""
        self.add(other.rows, other.total, is_all=False)
        self.pages += other.pages
        self.gap = self.gap or other.gap

    @property
    def is_unread(self) -> bool:
        """Whether reading failed before anything came."""
        return bool(self.gap) and not self.pages

    def told(self, says: Says) -> str:
        """What was read, as a line of the evidence says it."""
        known = {"tool": self.tool, "rows": self.rows, "start": self.extent.start}
        if self.extent.first == 0:
            return says.total_alone.format(**known, total=self.rows if self.total is None else self.total)
        total = says.unstated if self.total is None else self.total
        pages = (says.one_page if self.pages == 1 else says.pages).format(count=self.pages)
        if self.extent.field and self.total != self.rows:
            return says.newest_to.format(**known, pages=pages)
        if self.extent.first is not None and self.total != self.rows:
            return says.first_of.format(**known, total=total)
        return says.of_total.format(**known, total=total, pages=pages)
