"""Answers as results of tools: the contract's text and the same as data, both cut to the same rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from promptkit.answering.analyst import Answered
from promptkit.answering.contract import Figures, Rows, write_answer, write_table
from promptkit.answering.view_answer import as_json, language_of, view_answer
from promptkit.answering.view_tools import READING
from promptkit.language import Language, words_of
from promptkit.model import Prompt, Scalar
from promptkit.views.computations import Computation
from promptkit.views.paged_answers import CURSOR_LENGTH, PagedAnswer, RowPlace
from promptkit.views.pages import ToolResult, rows_that_fit

# The longest that can stand below a table.
_MANY = 10**9
_ANY_CURSOR = "0" * CURSOR_LENGTH


def paged_answer(caller: str, prompt: Prompt, values: Mapping[str, Scalar], answered: Answered) -> PagedAnswer:
    """An answer as it is kept for the rows that do not fit, and for those that follow them."""
    figures, most = answered.figures, prompt.arguments.get("rows")
    following: Sequence[Rows] = figures.following or [[]] * len(figures.tables)
    rows = [[*wanted, *more] for wanted, more in zip(figures.tables, following, strict=True)]
    return PagedAnswer(
        caller,
        prompt,
        values,
        rows,
        [[[*map(as_json, row)] for row in table] for table in rows],
        [table.get("total_rows") for table in view_answer(prompt, values, answered)["tables"]],
        is_widest=most is None or values["rows"] == most.maximum,
    )


def first_page(kept: PagedAnswer, answered: Answered) -> ToolResult:
    """An answer with as many rows as fit, and a cursor for each table that has more."""
    whole, tables = view_answer(kept.prompt, kept.values, answered), kept.prompt.answer.tables
    # Each table leaves room for its own cursor, whether or not it needs one.
    empty = whole | {"tables": [table | {"rows": [], "next": _ANY_CURSOR} for table in whole["tables"]]}
    bare = _text(kept, answered, [0] * len(tables), [_more(_MANY, _ANY_CURSOR)] * len(tables))
    rows = [(one, answered.figures.tables[n], whole["tables"][n]["rows"]) for n, one in enumerate(tables)]
    shown = rows_that_fit(rows, ToolResult(empty, bare), _words(kept))
    given = [
        table | {"rows": table["rows"][:count]} | _next(kept, number, count)
        for number, (table, count) in enumerate(zip(whole["tables"], shown, strict=True))
    ]
    more = [_left(kept, number, count) for number, count in enumerate(shown)]
    return ToolResult(whole | {"tables": given}, _text(kept, answered, shown, more))


def next_page(place: RowPlace) -> ToolResult:
    """As many rows of a table as fit, from a place on."""
    kept, number, start = place
    table, rows, data = kept.prompt.answer.tables[number], kept.rows[number][start:], kept.data[number][start:]
    empty = {"heading": table.heading, "rows": [], "next": _ANY_CURSOR}
    bare = f"{write_table(table, [], _words(kept))}\n\n{_more(_MANY, _ANY_CURSOR)}\n"
    (count,) = rows_that_fit([(table, rows, data)], ToolResult(empty, bare), _words(kept))
    parts = [write_table(table, rows[:count], _words(kept)), _left(kept, number, start + count)]
    told = {"heading": table.heading, "rows": data[:count]} | _next(kept, number, start + count)
    return ToolResult(told, "\n\n".join(filter(None, parts)) + "\n")


def unfinished_answer(prompt: Prompt, values: Mapping[str, Scalar], stamp: str, computation: Computation) -> ToolResult:
    """What there is of an answer that is still being read."""
    told = f"{_progress(computation)} Call answer_view again with the same arguments for the rest."
    data: dict[str, Any] = {"name": prompt.name, "title": prompt.title, "stamp": stamp, "status": READING}
    data |= {
        "arguments": {name: as_json(value) for name, value in values.items()},
        "remarks": [],
        "tables": [],
        "totals": [],
    } | language_of(prompt)
    words = words_of(prompt)
    text = f"## {words.headings.evidence}\n- {words.labels.gaps}: {told}\n"
    return ToolResult(data | {"evidence": {"Gaps": told}}, text)


def unfinished_page(place: RowPlace, cursor: str, computation: Computation) -> ToolResult:
    """What there is of rows that are still being read."""
    heading = place.answer.prompt.answer.tables[place.table].heading
    told = f"{_progress(computation)} Call next_rows again with the same cursor."
    return ToolResult({"heading": heading, "rows": [], "next": cursor}, told)


def _text(kept: PagedAnswer, answered: Answered, shown: Sequence[int], more: Sequence[str]) -> str:
    rows = tuple(rows[:count] for rows, count in zip(kept.rows, shown, strict=True))
    figures = Figures(rows, answered.figures.totals)
    return write_answer(
        kept.prompt.answer, figures, answered.evidence, answered.stamp, answered.remarks, more, _words(kept)
    )


def _words(kept: PagedAnswer) -> Language:
    return words_of(kept.prompt)


def _next(kept: PagedAnswer, number: int, shown: int) -> dict[str, Any]:
    return {"next": kept.cursor(number, shown)} if shown < kept.reach(number) else {}


def _left(kept: PagedAnswer, number: int, shown: int) -> str:
    """What to say below a table of the rows that are not shown."""
    reach, total = kept.reach(number), kept.totals[number]
    if shown < reach:
        return _more(max(reach, total or 0) - shown, kept.cursor(number, shown))
    if not total or total <= shown:
        return ""
    most = kept.prompt.arguments["rows"].maximum if "rows" in kept.prompt.arguments else 0
    how = ": call answer_view again, with more rows" if shown < (most or 0) else ", beyond what this view lists"
    return f"and {total - shown:,} more{how}"


def _more(left: int, cursor: str) -> str:
    return f"and {left:,} more: next_rows with the cursor {cursor}"


def _progress(computation: Computation) -> str:
    known = f" of {computation.known:,}" if computation.known > computation.made else ""
    return f"This is still being read: {computation.made:,}{known} calls are made so far."
