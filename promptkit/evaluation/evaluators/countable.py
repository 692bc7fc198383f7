"""What can be said, without an untruth, about how much of a tool's lists was read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from promptkit.answering.rows import rows_of
from promptkit.evaluation.evaluators.readings import ListReading, Reading
from promptkit.evaluation.evaluators.stated_rows import StatedRows


@dataclass
class Countable:
    """The counts that readings of one tool give: each page, each list, and each sum of lists that makes sense.

    Sums are of all lists, of those that were read to their end, of those that were not asked twice, and of those that
    were asked with the same argument.
    """

    lists: Sequence[ListReading]
    rows: set[int] = field(default_factory=set)
    totals: set[int] = field(default_factory=set)
    pairs: set[tuple[int, int]] = field(default_factory=set)
    pages: set[int] = field(default_factory=set)
    rows_in_pages: set[tuple[int, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for one in self.lists:
            self.pairs |= {(one.rows, total) for total in one.totals}
            for page in one.pages:
                self._add(_row_counts([page]), one.totals)
        if len(self.lists) > 1:
            self.pairs.add((len(self.lists), len(self.lists)))
        for group in _groups(self.lists):
            pages = [page for one in group for page in one.pages]
            rows = _row_counts(pages)
            self._add(rows, _totals(group), len(pages))
            if not any(one.totals or one.is_cut_short for one in group):
                self.pairs |= {(count, count) for count in rows}

    def _add(self, rows: set[int], totals: set[int] | frozenset[int], pages: int | None = None) -> None:
        self.rows |= rows
        self.totals |= totals
        self.pairs |= {(count, total) for count in rows for total in totals if count <= total}
        if pages is not None:
            self.pages.add(pages)
            self.rows_in_pages |= {(count, pages) for count in rows}

    def gives(self, stated: StatedRows) -> bool:
        """Whether what is stated can be said."""
        if self._gives(stated):
            return True
        # Finding the rows that were read twice takes long, and few answers count without them.
        for group in (self.lists, [one for one in self.lists if not one.is_cut_short]):
            self._add({_distinct(group)}, _totals(group), _distinct_pages(group))
        return self._gives(stated)

    def _gives(self, stated: StatedRows) -> bool:
        rows, total, pages, picked, beside = stated
        if pages is not None and not self._has_pages(pages, beside):
            return False
        if rows is None:
            return total is None or total in self.totals
        if picked and total is None:
            return True
        if total is None:
            left = any((of - rows, of) in self.pairs for of in self.totals)
            return rows in self.rows | (self.pages if len(self.lists) > 1 else set()) or left
        if picked and rows <= total:
            return total in self.totals | self.rows
        # "90 rows of 8 people": so many calls gave them.
        return (rows, total) in self.pairs or (rows > total and rows in self.rows and total in self.pages)

    def _has_pages(self, pages: int, beside: frozenset[int]) -> bool:
        return any((rows, pages) in self.rows_in_pages for rows in beside) if beside else pages in self.pages


def _groups(lists: Sequence[ListReading]) -> Iterator[Sequence[ListReading]]:
    yield from ([one] for one in lists)
    whole = [one for one in lists if not one.is_cut_short]
    yield from (lists, whole, _asked_once(lists), _asked_once(whole))
    alike: dict[object, list[ListReading]] = defaultdict(list)
    for one in lists:
        arguments = one.pages[0].arguments
        alike[frozenset(arguments)].append(one)
        for name, value in arguments.items():
            alike[name, json.dumps(value, sort_keys=True)].append(one)
    yield from alike.values()


def _asked_once(lists: Sequence[ListReading]) -> list[ListReading]:
    return list({one.asked: one for one in lists}.values())


def _totals(lists: Sequence[ListReading]) -> set[int]:
    totals = [max(one.totals, default=None) for one in lists]
    known = {total for one in lists for total in one.totals}
    return known | ({sum(total or 0 for total in totals)} if lists and None not in totals else set())


def _row_counts(pages: Sequence[Reading]) -> set[int]:
    return {sum(way) for way in zip(*map(_ways, pages), strict=True)} | ({0} if not pages else set())


def _ways(page: Reading) -> tuple[int, ...]:
    """The ways to count a page: its rows, a single thing as one; what Torii counted for its groups; its groups."""
    is_list = any(isinstance(value, list) for value in page.data.values())
    rows, groups = len(rows_of(page.data)) if is_list else 1, page.data.get("aggregations")
    counted = page.total if "aggs" in page.arguments and page.total is not None else rows
    return rows, counted, len(groups) if isinstance(groups, list) else rows


def _distinct(lists: Sequence[ListReading]) -> int:
    pages = [page for one in lists for page in one.pages]
    rows = {json.dumps(row, sort_keys=True) for page in pages for row in rows_of(page.data)}
    return len(rows)


def _distinct_pages(lists: Sequence[ListReading]) -> int:
    return len({(one.asked, str(page.arguments.get("cursor"))) for one in lists for page in one.pages})
