"""The reference analyst: a deterministic model that answers a prompt from read tools, by the plan in its case."""

from __future__ import annotations

import datetime
import itertools
import json
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from promptkit.agents.turns import Message, ModelCall, Turn
from promptkit.answering.contract import Figures, write_answer
from promptkit.answering.query import Values, bind, figures, load_rows, load_scoring, make_steps, remarks
from promptkit.library.cases import Read, Reference
from promptkit.model import DEFAULT_PROFILE, ArgumentType, Entity, OrganizationalView, Profile, Prompt, Scalar, Scoring
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
    reference: Reference
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
            values = bind(connection, self.reference.bind, self._given())
            coverage = []
            for table, read in self.reference.reads.items():
                covered = ListCoverage(read.tool)
                rows = yield from self._read_each(connection, read, values, covered)
                load_rows(connection, table, rows, read.columns or _fields(read))
                if covered.pages or covered.gap:
                    coverage.append(covered)
            make_steps(connection, self.reference.steps, values)
            answer = self.prompt.answer
            found = figures(connection, answer, self.reference.tables, self.reference.totals, values)
            told = remarks(connection, self.reference.remarks, values)
            if any(covered.gap for covered in coverage):
                found, told = Figures(found.tables, {}), []
            return write_answer(answer, found, self._evidence(coverage), self.stamp, told)

    def _given(self) -> dict[str, Any]:
        given: dict[str, Any] = {**self.values, "today": self.today.isoformat()}
        if view := self._view():
            given |= {"org_entity": view.entity, "org_field": view.field, "org_label": view.label}
            given |= {"org_unassigned": view.unassigned, "org_groups": json.dumps([*view.aliases.values()])}
        return given

    def _view(self) -> OrganizationalView | None:
        for name, argument in self.prompt.arguments.items():
            if argument.type is ArgumentType.ORGANIZATIONAL_VIEW:
                return self.profile.view(str(self.values[name]))
        return None

    def _read_each(self, connection: sqlite3.Connection, read: Read, values: Values, covered: ListCoverage) -> Reading:
        arguments = {name: _filled(value, values) for name, value in read.arguments.items()}
        view = self._view()
        if view and view.entity is read.entity and "fields" in arguments:
            arguments["fields"] += f",{view.field}"
        rows: list[dict[str, Any]] = []
        for key in _keys(connection, read.each, values):
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
            f"in {c.pages} {'page' if c.pages == 1 else 'pages'}"
            for c in coverage
        ]
        return {
            "Tools": ", ".join(dict.fromkeys(covered.tool for covered in coverage)),
            "Rows": "; ".join(read),
            "As of": f"{self.today.isoformat()} ({self.profile.time_zone})",
            "Filters": "; ".join(f"{name} = {value}" for name, value in self.values.items()) or "none",
            "Method": self.reference.method,
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


def _keys(connection: sqlite3.Connection, query: str | None, values: Values) -> list[dict[str, Any]]:
    if query is None:
        return [{}]
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _fields(read: Read) -> list[str]:
    fields = read.arguments.get("fields", "")
    return [name.strip() for name in fields.split(",") if name.strip()]


def _filled(value: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if isinstance(value, str) and value.startswith(":") and value[1:] in values:
        return values[value[1:]]
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value
