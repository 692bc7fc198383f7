"""The analyst: answers a view from read tools by its recipe, without a model.

Its script is a generator, so that the caller stays in charge of the calls: it yields one `ToolCall` at a time, is sent
the `Reply` to it, and finally returns what was `Answered`.
"""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

from promptkit.answering.contract import Figures, write_answer
from promptkit.answering.figures import figures
from promptkit.answering.query import (
    QueryError,
    Values,
    bind,
    load_rows,
    load_scoring,
    make_steps,
    remarks,
    rows_as_objects,
)
from promptkit.answering.rows import groups_of, rows_of, slice_of
from promptkit.arguments.organizational_view import chosen_view
from promptkit.connection.session import Outcome
from promptkit.library.recipe import Read, Recipe, call_arguments, parameters
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

    `calls` are the calls that were made for it, in order, each with its outcome.
    """

    text: str
    figures: Figures
    gaps: str = ""
    calls: Sequence[tuple[ToolCall, Outcome]] = ()


Script = Generator[ToolCall, Reply, Answered]
_Rows = Generator[ToolCall, Reply, list[dict[str, Any]]]


@dataclass
class ListCoverage:
    """How much of one list was read. `total` is the server's own count; None if it gives none."""

    tool: str
    rows: int = 0
    pages: int = 0
    total: int | None = 0
    gap: str | None = None

    def add(self, rows: int, total: int | None) -> None:
        """Add a list that was read to its end: its rows, and the server's own count of them."""
        self.rows += rows
        self.total = None if total is None or self.total is None else self.total + total
        if total is not None and total != rows:
            self.gap = self.gap or f"{self.tool} gave {rows} of {total} rows"


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
            coverage = []
            for table, read in self.recipe.reads.items():
                covered = ListCoverage(read.tool)
                rows = yield from self._read_each(connection, read, values, covered)
                _load(connection, table, rows, read, covered)
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
            return Answered(write_answer(answer, computed, evidence, self.stamp, sentences), computed, gaps)

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
            rows = [row | {"slice": slice_of(view, read.entity, row)} for row in rows]
        return rows

    def _read_all(self, arguments: dict[str, Any], covered: ListCoverage) -> _Rows:
        rows: list[dict[str, Any]] = []
        total, cursor = None, None
        for _ in range(MAX_PAGES):
            page = arguments | ({"cursor": cursor} if cursor else {})
            reply = yield ToolCall(name=covered.tool, arguments=page)
            if reply.data is None:
                covered.gap = f"{covered.tool} could not be read: {' '.join(reply.text.split())[:200]}"
                return rows
            covered.pages += 1
            total, cursor = _count(reply.data.get("total", total)), reply.data.get("nextCursor")
            if aggs := arguments.get("aggs"):
                groups = groups_of(reply.data, aggs)
                # If groups were cut off, the sum of their counts is smaller than the total.
                covered.add(sum(group["groupCount"] for group in groups), total)
                return groups
            rows += rows_of(reply.data)
            if not cursor:
                break
        else:
            covered.gap = f"{covered.tool} did not end within {MAX_PAGES} pages"
        covered.add(len(rows), total)
        return rows

    def _evidence(self, coverage: Sequence[ListCoverage], gaps: str) -> dict[str, str]:
        read = [
            f"{c.tool} {c.rows} of {'an unstated total' if c.total is None else c.total} "
            f"in {c.pages} {'page' if c.pages == 1 else 'pages'}"
            for c in coverage
        ]
        return {
            "Tools": ", ".join(dict.fromkeys(covered.tool for covered in coverage)),
            "Rows": "; ".join(read),
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
