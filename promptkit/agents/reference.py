"""The reference analyst: a deterministic model that answers a prompt from read tools, by its recipe."""

from __future__ import annotations

import datetime
import itertools
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from promptkit.agents.turns import Message, ModelCall, Turn
from promptkit.answering.contract import Figures, write_answer
from promptkit.answering.figures import figures
from promptkit.answering.query import Values, bind, load_rows, load_scoring, make_steps, remarks, rows_as_objects
from promptkit.library.recipe import Read, Recipe, call_arguments, chosen_view, parameters
from promptkit.model import DEFAULT_PROFILE, Entity, OrganizationalView, Profile, Prompt, Scalar, Scoring
from promptkit.policy.decision import Definition

MAX_PAGES = 2000
Script = Generator[tuple[ModelCall, ...], list[Message], str]
Reading = Generator[tuple[ModelCall, ...], list[Message], list[dict[str, Any]]]


@dataclass
class ListCoverage:
    """How much of one list was read. `total` is the server's own count, None where it gives none."""

    tool: str
    rows: int = 0
    pages: int = 0
    total: int | None = 0
    gap: str | None = None

    def add(self, rows: int, total: int | None) -> None:
        """Count one list that was read to its end: its rows, and the server's own count of them."""
        self.rows += rows
        self.total = None if total is None or self.total is None else self.total + total
        if total is not None and total != rows:
            self.gap = self.gap or f"{self.tool} gave {rows} of {total} rows"


@dataclass
class ReferenceModel:
    """Takes its turns from a script: read everything, then compute, then write the answer contract."""

    prompt: Prompt
    recipe: Recipe
    values: Mapping[str, Scalar]
    today: datetime.date
    stamp: str
    profile: Profile = DEFAULT_PROFILE
    scoring: Scoring | None = None
    _script: Script | None = None
    _ids: itertools.count[int] = field(default_factory=itertools.count)

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next reads, or the answer."""
        try:
            if self._script is None:
                self._script = self._analyse()
                return Turn("", next(self._script))
            answers = list(itertools.takewhile(lambda message: message.role == "tool", reversed(messages)))
            return Turn("", self._script.send(answers[::-1]))
        except StopIteration as done:
            return Turn(done.value)

    def _analyse(self) -> Script:
        with closing(sqlite3.connect(":memory:")) as connection:
            if self.scoring:
                load_scoring(connection, self.scoring)
            values = bind(connection, self.recipe.bind, parameters(self.values, self.today, self._view()))
            coverage = []
            for table, read in self.recipe.reads.items():
                covered = ListCoverage(read.tool)
                rows = yield from self._read_each(connection, read, values, covered)
                load_rows(connection, table, rows, read.certain_columns)
                if covered.pages or covered.gap:
                    coverage.append(covered)
            make_steps(connection, self.recipe.steps, values)
            answer = self.prompt.answer
            found = figures(connection, answer, self.recipe.tables, self.recipe.totals, values)
            told = remarks(connection, self.recipe.remarks, values)
            if any(covered.gap for covered in coverage):
                found, told = Figures(found.tables, {}), []
            return write_answer(answer, found, self._evidence(coverage), self.stamp, told)

    def _view(self) -> OrganizationalView | None:
        return chosen_view(self.prompt, self.values, self.profile)

    def _read_each(self, connection: sqlite3.Connection, read: Read, values: Values, covered: ListCoverage) -> Reading:
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

    def _read_all(self, arguments: dict[str, Any], covered: ListCoverage) -> Reading:
        rows: list[dict[str, Any]] = []
        total, cursor = None, None
        for _ in range(MAX_PAGES):
            page = arguments | ({"cursor": cursor} if cursor else {})
            (message,) = yield (ModelCall(f"call-{next(self._ids)}", covered.tool, page),)
            if message.is_error or message.data is None:
                covered.gap = f"{covered.tool} could not be read: {' '.join(message.text.split())[:200]}"
                return rows
            covered.pages += 1
            total, cursor = message.data.get("total", total), message.data.get("nextCursor")
            if aggs := arguments.get("aggs"):
                groups = groups_of(message.data, aggs)
                # Groups that were cut off show in the sum of the counts.
                covered.add(sum(group["groupCount"] for group in groups), total)
                return groups
            rows += rows_of(message.data)
            if not cursor:
                break
        else:
            covered.gap = f"{covered.tool} did not end within {MAX_PAGES} pages"
        covered.add(len(rows), total)
        return rows

    def _evidence(self, coverage: Sequence[ListCoverage]) -> dict[str, str]:
        read = [
            f"{c.tool} {c.rows} of {'an unstated total' if c.total is None else c.total} "
            f"in {c.pages} page{'s' * (c.pages != 1)}"
            for c in coverage
        ]
        return {
            "Tools": ", ".join(dict.fromkeys(covered.tool for covered in coverage)),
            "Rows": "; ".join(read),
            "As of": f"{self.today.isoformat()} ({self.profile.time_zone})",
            "Filters": "; ".join(f"{name} = {value}" for name, value in self.values.items()) or "none",
            "Method": self.recipe.method,
            "Gaps": "; ".join(covered.gap for covered in coverage if covered.gap) or "none",
        }


def rows_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a list result, whatever Torii calls them; metadata gives two lists, predefined and custom fields."""
    lists = [value for key, value in data.items() if isinstance(value, list) and key != "aggregations"]
    return [row for rows in lists for row in rows if isinstance(row, dict)]


def groups_of(data: Mapping[str, Any], aggs: object) -> list[dict[str, Any]]:
    """The groups of an aggregated result that have a count, each with the `aggs` that asked for it."""
    rows = data.get("aggregations")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [row | {"aggs": aggs} for row in found if isinstance(row.get("groupCount"), int)]


def slice_of(view: OrganizationalView | None, entity: Entity, row: Mapping[str, Any]) -> str | None:
    """The group of a row, or of a group of rows, in an Organizational View; None when the view is of another entity."""
    if view is None or view.entity is not entity:
        return None
    value = row.get("key" if "aggs" in row else view.field)
    text = " ".join(str(value).split()) if value is not None else ""
    return view.aliases.get(str(value), view.aliases.get(text, text)) or view.unassigned
