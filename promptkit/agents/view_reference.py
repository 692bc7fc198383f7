"""The reference for our view tools: it asks for one view, reads each table to its end, and writes down what came."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from promptkit.agents.turns import Message, ModelCall, Turn, TurnError
from promptkit.answering.contract import Cell, Figures, Rows, write_answer
from promptkit.answering.view_answer import as_json, rows_wanted
from promptkit.answering.view_tools import ANSWER_VIEW, NEXT_ROWS, READING
from promptkit.language import words_of
from promptkit.model import ColumnType, Prompt, Scalar
from promptkit.policy.decision import Definition

MAX_TIMES_ASKED = 100
_IN_DECIMALS = frozenset({ColumnType.MONEY, ColumnType.NUMBER, ColumnType.PERCENT})
_Call = tuple[str, dict[str, Any]]
_Data = Mapping[str, Any]
_Script = Generator[_Call, _Data, str]


class ViewReferenceModel:
    """Answers a prompt as our view tools do, word for word: nothing of it is computed here.

    Args:
        prompt: names the view, and in what form the answer is written.
        values: what it is filled in with.
    """

    def __init__(self, prompt: Prompt, values: Mapping[str, Scalar]) -> None:
        self._prompt = prompt
        self._arguments = {name: as_json(value) for name, value in values.items()}
        self._script: _Script | None = None
        self._ids: Iterator[int] = itertools.count()

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next call, or the answer."""
        try:
            if self._script is None:
                self._script = self._asking()
                return self._turn(next(self._script))
            last = messages[-1]
            if last.data is None:
                raise TurnError(f"a view tool failed: {last.text[:200]}")
            return self._turn(self._script.send(last.data))
        except StopIteration as done:
            return Turn(done.value)

    def _turn(self, call: _Call) -> Turn:
        return Turn("", (ModelCall(f"call-{next(self._ids)}", *call),))

    def _asking(self) -> _Script:
        for _ in range(MAX_TIMES_ASKED):
            answer = yield ANSWER_VIEW, {"name": self._prompt.name, "arguments": self._arguments}
            if answer["status"] != READING:
                break
        else:
            raise TurnError(f"{self._prompt.name} was still being read after {MAX_TIMES_ASKED} calls")
        tables = []
        for table in answer["tables"]:
            tables.append((yield from self._whole(table)))
        return _written(self._prompt, answer, tables)

    def _whole(self, table: _Data) -> Generator[_Call, _Data, list[Sequence[Any]]]:
        """The rows of a table, as many as the view was asked for."""
        rows, page = [*table["rows"]], table
        wanted = rows_wanted(self._prompt, table["heading"], self._arguments)
        while page.get("next") and (wanted is None or len(rows) < wanted):
            page = yield NEXT_ROWS, {"cursor": page["next"]}
            rows += page["rows"]
        return rows[:wanted]


def _written(prompt: Prompt, answer: _Data, tables: Sequence[Sequence[Sequence[Any]]]) -> str:
    figures = Figures(
        tuple(_rows(table["columns"], rows) for table, rows in zip(answer["tables"], tables, strict=True)),
        {" ".join(filter(None, [one["name"], one.get("key")])): _cell(one) for one in answer["totals"]},
    )
    return write_answer(
        prompt.answer, figures, answer["evidence"], answer["stamp"], answer["remarks"], words=words_of(prompt)
    )


def _rows(columns: Sequence[_Data], rows: Sequence[Sequence[Any]]) -> Rows:
    return [tuple(_typed(column["type"], cell) for column, cell in zip(columns, row, strict=True)) for row in rows]


def _cell(total: _Data) -> Cell:
    return _typed(total.get("type", ""), total["value"])


def _typed(kind: str, cell: Any) -> Cell:  # noqa: ANN401
    """A cell of JSON as the contract writes it; JSON has one kind of number, and money needs its two decimals."""
    return Decimal(str(cell)) if kind in _IN_DECIMALS and cell is not None else cell
