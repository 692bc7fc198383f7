"""The evaluator of figures: every cell and total of an answer against the right ones, by meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from promptkit.agents.loop import Dialogue
from promptkit.answering.parsed import ParsedAnswer
from promptkit.evaluation.comparison.cells import Latitude
from promptkit.evaluation.comparison.compare import compared
from promptkit.evaluation.comparison.compared import ComparedTable
from promptkit.evaluation.comparison.stated import RightFigures, stated_figures, states_nothing
from promptkit.evaluation.comparison.words import folded
from promptkit.evaluation.evaluators.contract import Assertion, fails, holds

_MAX_TOLD = 3
_MAX_DEPTH = 20


def figures_match(tables: Sequence[ComparedTable], parsed: ParsedAnswer) -> Assertion:
    """Rows and totals mean what the right ones do; what is wrong is told as row, column, expected, found.

    An answer without any table or total is not right, even where the right figures are all nothing.
    """
    if states_nothing(parsed):
        return fails("figures_match", "the answer has no table and no totals")
    wrong = [difference for table in tables for difference in table.differences()]
    if not wrong:
        return holds("figures_match")
    more = f"; and {len(wrong) - _MAX_TOLD} more" if len(wrong) > _MAX_TOLD else ""
    return fails("figures_match", "; ".join(map(str, wrong[:_MAX_TOLD])) + more)


def compared_figures(
    right: RightFigures, parsed: ParsedAnswer, run: Dialogue, *, is_hostile: bool = False
) -> Sequence[ComparedTable]:
    """The figures of an answer beside the right ones.

    Args:
        right: the right figures.
        parsed: the answer.
        run: the conversation, in which Torii's labels of states may have been read.
        is_hostile: whether the tenant's names have text planted after them.
    """
    have = stated_figures(right.answer, parsed)
    tables = compared(right.answer, right.stated, have, Latitude(names_may_be_cut=is_hostile))
    if all(row.is_right for table in tables for row in table.rows):
        return tables
    # Few answers need the labels, and looking for them in every result takes long.
    return compared(right.answer, right.stated, have, Latitude(dict(_labels(run)), is_hostile))


def _labels(run: Dialogue) -> Iterator[tuple[str, str]]:
    """Every label of a value that Torii returned, both folded: fields list their choices so."""
    for outcome in run.outcomes:
        yield from _choices(outcome.data, _MAX_DEPTH)


def _choices(value: Any, depth: int) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    if depth and isinstance(value, Mapping):
        match value:
            case {"value": str(key), "label": str(label)}:
                yield folded(label), folded(key)
            case _:
                for item in value.values():
                    yield from _choices(item, depth - 1)
    elif depth and isinstance(value, list):
        for item in value:
            yield from _choices(item, depth - 1)
