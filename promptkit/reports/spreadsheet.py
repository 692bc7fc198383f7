"""A view's answer as CSV for spreadsheets, in which no text from a tenant becomes a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.answering.contract import one_line

# Source: OWASP, "CSV Injection". Where commas are decimal, a semicolon ends a cell.
_FORMULA = re.compile("(?:^|(?<=;))(?=[=+\\-@\\t\\r\\n\uff1d\uff0b\uff0d\uff20])")
_OF_TOTALS = ["total", "of", "value", "unit"]
Block = Sequence[Sequence[Any]]


def disarmed(text: str) -> str:
    """Text for a cell, with an apostrophe before whatever a spreadsheet would take for a formula."""
    return _FORMULA.sub("'", text)


def answer_as_csv(answer: Mapping[str, Any]) -> str:
    """An answer as `view_answer` gives it, as RFC 4180 has it, in blocks with an empty line between them.

    The tables come first, one alone without its heading; then the totals, each with what it is for; then the evidence.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    for number, block in enumerate(_blocks(answer)):
        writer.writerows([[]] if number else [])
        writer.writerows(map(_cells, block))
    return file.getvalue()


def _cells(row: Iterable[Any]) -> list[Any]:
    return [disarmed(one_line(cell)) if isinstance(cell, str) else cell for cell in row]


def _blocks(answer: Mapping[str, Any]) -> Iterator[Block]:
    tables = answer["tables"]
    for table in tables:
        heading = [[table["heading"]]] if len(tables) > 1 else []
        yield [*heading, [column["name"] for column in table["columns"]], *table["rows"]]
    if answer["totals"]:
        yield [["Totals"], _OF_TOTALS, *map(_total, answer["totals"])]
    yield [["Evidence"], *_evidence(answer)]


def _total(total: Mapping[str, Any]) -> list[Any]:
    return [total["name"], total.get("key", ""), total["value"], total.get("unit", "")]


def _evidence(answer: Mapping[str, Any]) -> Iterator[list[Any]]:
    yield ["View", answer["title"]]
    yield from (["Remark", remark] for remark in answer["remarks"])
    for table in answer["tables"]:
        if hidden := table.get("total_rows", 0) - len(table["rows"]):
            yield ["Not shown", f"{hidden} more rows of {table['heading']}"]
    yield from map(list, answer["evidence"].items())
    yield ["Stamp", answer["stamp"]]
