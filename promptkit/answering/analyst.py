"""The analyst: answers a view from read tools by its recipe, without a model.

Its script is a generator, so that the caller stays in charge of the calls: it yields one `ToolCall` at a time, is sent
the `Reply` to it, and finally returns what was `Answered`.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from promptkit.answering.contract import Figures, write_answer
from promptkit.answering.figures import figures
from promptkit.answering.query import (
    QueryError,
    Values,
    bind,
    keep_total,
    load_rows,
    load_scoring,
    make_steps,
    make_totals,
    remarks,
    rows_as_objects,
)
from promptkit.answering.rows import count_of, groups_of, rows_of, slices_of
from promptkit.arguments.organizational_view import chosen_view
from promptkit.connection.session import Outcome
from promptkit.library.recipe import Extent, Read, Recipe, call_arguments, extent, parameters
from promptkit.model import (
    DEFAULT_PROFILE,
    OrganizationalView,
    Profile,
    Prompt,
    Scalar,
    Scoring,
    ToolCall,
)

MAX_PAGES = 2000


class Reply(NamedTuple):
    """The result of one call: its text, and its structured data, which is None if the call failed."""

    text: str
    data: Mapping[str, Any] | None


@dataclass(frozen=True)
class Answered:
    """An answer as text in the contract's form and as figures; `gaps` says what could not be read, empty if nothing.

    `remarks` are the sentences before the tables, `evidence` the lines after them by label, and `stamp` the last line.
    `calls` are the calls that were made for it, in order, each with its outcome.
    """

    text: str
    figures: Figures
    gaps: str = ""
    remarks: Sequence[str] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    stamp: str = ""
    calls: Sequence[tuple[ToolCall, Outcome]] = ()


Script = Generator[ToolCall, Reply, Answered]
_Rows = Generator[ToolCall, Reply, list[dict[str, Any]]]


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

    def __str__(self) -> str:
        if self.extent.first == 0:
            return f"{self.tool} total {self.rows if self.total is None else self.total}"
        total = "an unstated total" if self.total is None else self.total
        pages = f"in {self.pages} {'page' if self.pages == 1 else 'pages'}"
        if self.extent.field and self.total != self.rows:
            return f"{self.tool} {self.rows} {pages}, newest first to {self.extent.start}"
        if self.extent.first is not None and self.total != self.rows:
            return f"{self.tool} first {self.rows}, total {total}"
        return f"{self.tool} {self.rows} of {total} {pages}"


@dataclass(frozen=True)
class Analyst:
    """Reads everything that a recipe asks for, computes with SQL, and writes the answer contract.

    `stamp` is the last line of the answer; `today` is the tenant's day.
    """

    prompt: Prompt
    recipe: Recipe
    values: Mapping[str, Scalar]
    today: datetime.date
    stamp: str
    profile: Profile = DEFAULT_PROFILE
    scoring: Scoring | None = None

    def script(self) -> Script:
        """Yield one call after the other, then return the answer."""
        with closing(sqlite3.connect(":memory:")) as connection:
            if self.scoring:
                load_scoring(connection, self.scoring)
            given = parameters(self.prompt.arguments, self.values, self.today, self._view())
            values = bind(connection, self.recipe.bind, given)
            make_totals(connection)
            coverage = []
            for table, read in self.recipe.reads.items():
                covered = ListCoverage(read.tool, extent(read, values))
                rows = yield from self._read_each(connection, read, values, covered)
                _load(connection, table, rows, read, covered)
                keep_total(connection, table, covered.rows if covered.total is None else covered.total)
                if covered.pages or covered.gap:
                    coverage.append(covered)
            make_steps(connection, self.recipe.steps, values)
            answer = self.prompt.answer
            computed = figures(connection, answer, self.recipe.tables, self.recipe.totals, values)
            sentences = remarks(connection, self.recipe.remarks, values)
            gaps = "; ".join(covered.gap for covered in coverage if covered.gap)
            if gaps:
                # A total or a remark over incomplete rows would be wrong.
                computed, sentences = Figures(computed.tables, {}), []
            evidence = self._evidence(coverage, gaps)
            text = write_answer(answer, computed, evidence, self.stamp, sentences)
            return Answered(text, computed, gaps, sentences, evidence, self.stamp)

    def _view(self) -> OrganizationalView | None:
        return chosen_view(self.prompt.arguments, self.values, self.profile)

    def _read_each(self, connection: sqlite3.Connection, read: Read, values: Values, covered: ListCoverage) -> _Rows:
        view = self._view()
        arguments = call_arguments(read, values, view)
        rows: list[dict[str, Any]] = []
        for key in rows_as_objects(connection, read.each, values) if read.each else [{}]:
            rows += [row | key for row in (yield from self._read_all(arguments | key, covered))]
            if covered.gap:
                break
        if read.entity:
            slices = slices_of(view, read.entity, rows)
            rows = [row | {"slice": name} for row, name in zip(rows, slices, strict=True)]
        return rows

    def _read_all(self, arguments: dict[str, Any], covered: ListCoverage) -> _Rows:
        rows: list[dict[str, Any]] = []
        total, cursor = None, None
        wanted = covered.extent
        for _ in range(MAX_PAGES):
            page = arguments | ({"cursor": cursor} if cursor else wanted.first_page(arguments))
            reply = yield ToolCall(name=covered.tool, arguments=page)
            if reply.data is None:
                covered.gap = f"{covered.tool} could not be read: {' '.join(reply.text.split())[:200]}"
                return rows
            covered.pages += 1
            total, cursor = _count(reply.data.get("total", total)), reply.data.get("nextCursor")
            if aggs := arguments.get("aggs"):
                groups = groups_of(reply.data, aggs)
                count = count_of(groups)
                # If groups were cut off, the sum of their counts is smaller than the total.
                covered.add(total or 0 if count is None else count, total)
                return groups
            rows += rows_of(reply.data)
            # Without Torii's own count, the rows must be counted.
            is_enough = total is not None and wanted.first is not None and len(rows) >= wanted.first
            if is_enough or wanted.is_covered_by(rows):
                covered.add(len(rows[: wanted.first]), total, is_all=False)
                return rows[: wanted.first]
            if not cursor:
                break
        else:
            covered.gap = f"{covered.tool} did not end within {MAX_PAGES} pages"
        covered.add(len(rows), total)
        return rows[: wanted.first]

    def _evidence(self, coverage: Sequence[ListCoverage], gaps: str) -> dict[str, str]:
        return {
            "Tools": ", ".join(dict.fromkeys(covered.tool for covered in coverage)),
            "Rows": "; ".join(map(str, coverage)),
            "As of": f"{self.today.isoformat()} ({self.profile.time_zone})",
            "Filters": "; ".join(f"{name} = {value}" for name, value in self.values.items()) or "none",
            "Method": self.recipe.method,
            "Gaps": gaps or "none",
        }


def _load(
    connection: sqlite3.Connection, table: str, rows: list[dict[str, Any]], read: Read, covered: ListCoverage
) -> None:
    try:
        load_rows(connection, table, rows, read.certain_columns)
    except QueryError as error:
        # A server may give rows that no table can hold. Then nothing was read.
        covered.gap = f"{read.tool} gave rows that cannot be kept: {error.problems[0].message}"
        connection.execute(f'DROP TABLE IF EXISTS "{table}"')
        load_rows(connection, table, (), read.certain_columns)


def _count(total: Any) -> int | None:  # noqa: ANN401
    """A server's count of its rows; None where it gives none that can be one."""
    return total if isinstance(total, int) and not isinstance(total, bool) else None
