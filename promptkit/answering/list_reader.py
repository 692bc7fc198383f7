"""Reads one list, page by page, as far as it is wanted."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from promptkit.answering.coverage import ListCoverage
from promptkit.answering.offer import Offer
from promptkit.answering.rows import Row, count_of, groups_of, rows_of
from promptkit.library.recipe import Extent
from promptkit.model import ToolCall

MAX_PAGES = 2000


class Reply(NamedTuple):
    """The result of one call: its text, and its structured data, which is None if the call failed.

    `age_seconds` is how old the result is, 0 for one that the server gave now.
    """

    text: str
    data: Mapping[str, Any] | None
    age_seconds: float = 0.0


@dataclass
class _Descent:
    """How far back rows go that come newest first. In any other order they never go beyond the start."""

    field: str
    start: str
    last: str = ""
    is_descending: bool = True

    def is_beyond(self, rows: Sequence[Row]) -> bool:
        """Whether the rows so far go back beyond the start, with these as the next ones."""
        if not self.field or not rows:
            return False
        times = [str(row.get(self.field) or "") for row in rows]
        goes_on = self.last or times[0]
        self.is_descending &= times == sorted(times, reverse=True) and times[0] <= goes_on
        self.last = times[-1]
        return self.is_descending and self.last < self.start


class ListReader:
    """One list: `call` asks for its next page, until there is none; `take_rows` gives the rows that came since.

    Args:
        tool: the tool that gives the list.
        arguments: of every call.
        columns: what every row is given beside its own.
        extent: how far to read.
        offer: what the server offers; without it, pages are as large as the arguments say.
    """

    def __init__(
        self, tool: str, arguments: dict[str, Any], columns: Row, extent: Extent, offer: Offer | None = None
    ) -> None:
        self.covered = ListCoverage(tool, extent)
        self._columns = columns
        self._arguments = _in_large_pages(tool, arguments, offer)
        self._takes_cursor = offer is None or offer.takes(tool, "cursor")
        self._rows: list[dict[str, Any]] = []
        self._pages = self._read()
        self.call: ToolCall | None = next(self._pages)

    def take_reply(self, reply: Reply) -> None:
        """Take the answer to `call`."""
        try:
            self.call = self._pages.send(reply)
        except StopIteration:
            self.call = None

    def take_rows(self) -> list[dict[str, Any]]:
        """The rows that came since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def _read(self) -> Generator[ToolCall, Reply, None]:
        covered, wanted = self.covered, self.covered.extent
        descent = _Descent(wanted.field, wanted.start)
        rows, total, cursor = 0, None, None
        for _ in range(MAX_PAGES):
            reply = yield self._page(cursor)
            if reply.data is None:
                covered.gap = f"{covered.tool} could not be read: {' '.join(reply.text.split())[:200]}"
                return
            covered.pages += 1
            total, cursor = _count(reply.data.get("total", total)), reply.data.get("nextCursor")
            if aggs := self._arguments.get("aggs"):
                self._keep_groups(groups_of(reply.data, aggs), total)
                return
            page = rows_of(reply.data)
            self._keep(page if wanted.first is None else page[: max(wanted.first - rows, 0)])
            rows += len(page)
            # Without Torii's own count, the rows must be counted.
            is_enough = total is not None and wanted.first is not None and rows >= wanted.first
            if is_enough or descent.is_beyond(page):
                covered.add(rows if wanted.first is None else min(rows, wanted.first), total, is_all=False)
                return
            if not cursor:
                self._note_cut(reply.data, len(page), total)
                break
            if not self._takes_cursor:
                covered.gap = f"{covered.tool} gave {rows} rows and more pages, and takes no cursor to read them"
                return
        else:
            covered.gap = f"{covered.tool} did not end within {MAX_PAGES} pages"
        covered.add(rows, total)

    def _note_cut(self, data: Mapping[str, Any], rows: int, total: int | None) -> None:
        """Note that a list may go on: the last page is full, and the server says neither a total nor that it ends."""
        if total is None and "nextCursor" not in data and rows == self._arguments.get("size"):
            self.covered.gap = (
                f"{self.covered.tool} gave a full page of {rows} rows and does not say whether there are more"
            )

    def _page(self, cursor: object) -> ToolCall:
        more = {"cursor": cursor} if cursor else self.covered.extent.first_page(self._arguments)
        return ToolCall(name=self.covered.tool, arguments=self._arguments | more)

    def _keep(self, rows: Sequence[Row]) -> None:
        self._rows += [{**row, **self._columns} for row in rows]

    def _keep_groups(self, groups: Sequence[Row], total: int | None) -> None:
        self._keep(groups)
        count = count_of(groups)
        if count is not None and total is None:
            # Groups beyond the largest are cut off, and only the total shows it.
            self.covered.gap = f"{self.covered.tool} gave groups without a total, so some may be missing"
        # If groups were cut off, the sum of their counts is smaller than the total.
        self.covered.add(total or 0 if count is None else count, total)


def _in_large_pages(tool: str, arguments: dict[str, Any], offer: Offer | None) -> dict[str, Any]:
    """The arguments with the largest page that the tool gives. Recipes have pages that an assistant can hold."""
    size = offer.page_size(tool) if offer and "aggs" not in arguments else None
    return arguments | {"size": size} if size else arguments


def _count(total: object) -> int | None:
    """A server's count of its rows; None where it gives none that can be one."""
    return total if isinstance(total, int) and not isinstance(total, bool) else None
