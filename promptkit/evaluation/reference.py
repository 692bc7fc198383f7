"""The reference analyst: a deterministic model that answers a prompt from read tools, by the plan in its case."""

from __future__ import annotations

import datetime
import itertools
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from promptkit.evaluation.agent import Message, ModelCall, Turn
from promptkit.evaluation.answer import Figures, write_answer
from promptkit.evaluation.query import bind, figures, load_rows
from promptkit.model import Prompt, Read, Reference, Scalar
from promptkit.policy import Definition

MAX_PAGES = 2000
Script = Generator[tuple[ModelCall, ...], list[Message], str]


@dataclass
class Coverage:
    """How much of one list was read. `total` is the server's own count, None where it gives none."""

    tool: str
    rows: int = 0
    pages: int = 0
    total: int | None = None
    gap: str | None = None


@dataclass
class ReferenceModel:
    """Takes its turns from a script: read everything, then compute, then write the answer contract."""

    prompt: Prompt
    reference: Reference
    values: Mapping[str, Scalar]
    today: datetime.date
    time_zone: str
    stamp: str
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
            given = {**self.values, "today": self.today.isoformat()}
            values = bind(connection, self.reference.bind, given)
            coverage = []
            for table, read in self.reference.reads.items():
                rows, covered = yield from self._read_all(read, values)
                load_rows(connection, table, rows, read.columns or _fields(read))
                coverage.append(covered)
            answer = self.prompt.answer
            found = figures(connection, answer, self.reference.tables, self.reference.totals, values)
            if any(covered.gap for covered in coverage):
                found = Figures(found.tables, {})
            return write_answer(answer, found, self._evidence(coverage), self.stamp)

    def _read_all(
        self, read: Read, values: Mapping[str, Any]
    ) -> Generator[tuple[ModelCall, ...], list[Message], tuple[list[dict[str, Any]], Coverage]]:
        arguments = {name: _filled(value, values) for name, value in read.arguments.items()}
        covered, rows, cursor = Coverage(read.tool), [], None
        for _ in range(MAX_PAGES):
            page = arguments | ({"cursor": cursor} if cursor else {})
            (message,) = yield (ModelCall(f"call-{next(self._ids)}", read.tool, page),)
            if message.is_error or message.data is None:
                covered.gap = f"{read.tool} could not be read: {' '.join(message.text.split())[:200]}"
                break
            new = rows_of(message.data)
            rows += new
            covered.pages, covered.rows = covered.pages + 1, covered.rows + len(new)
            covered.total = message.data.get("total", covered.total)
            cursor = message.data.get("nextCursor")
            if not cursor:
                break
        else:
            covered.gap = f"{read.tool} did not end within {MAX_PAGES} pages"
        if covered.gap is None and covered.total is not None and covered.total != covered.rows:
            covered.gap = f"{read.tool} gave {covered.rows} of {covered.total} rows"
        return rows, covered

    def _evidence(self, coverage: Sequence[Coverage]) -> dict[str, str]:
        read = [
            f"{c.tool} {c.rows} of {'an unstated total' if c.total is None else c.total} "
            f"in {c.pages} page{'s' * (c.pages != 1)}"
            for c in coverage
        ]
        return {
            "Tools": ", ".join(dict.fromkeys(covered.tool for covered in coverage)),
            "Rows": "; ".join(read),
            "As of": f"{self.today.isoformat()} ({self.time_zone})",
            "Filters": "; ".join(f"{name} = {value}" for name, value in self.values.items()) or "none",
            "Method": self.reference.method,
            "Gaps": "; ".join(covered.gap for covered in coverage if covered.gap) or "none",
        }


def rows_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a list result: the one list of objects in it, whatever Torii calls it."""
    lists = [value for key, value in data.items() if isinstance(value, list) and key != "aggregations"]
    return [row for row in lists[0] if isinstance(row, dict)] if lists else []


def _fields(read: Read) -> list[str]:
    fields = read.arguments.get("fields", "")
    return [name.strip() for name in fields.split(",") if name.strip()]


def _filled(value: Any, values: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if isinstance(value, str) and value.startswith(":") and value[1:] in values:
        return values[value[1:]]
    if isinstance(value, dict):
        return {key: _filled(item, values) for key, item in value.items()}
    return [_filled(item, values) for item in value] if isinstance(value, list) else value
