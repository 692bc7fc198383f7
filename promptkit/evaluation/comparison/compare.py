"""The figures of an answer beside the right ones, table by table."""

from __future__ import annotations

from collections.abc import Sequence

from promptkit.evaluation.comparison.cells import Latitude
from promptkit.evaluation.comparison.compared import ComparedTable
from promptkit.evaluation.comparison.rows import compared_table
from promptkit.evaluation.comparison.stated import StatedFigures
from promptkit.evaluation.comparison.totals import compared_totals
from promptkit.model import Answer


def compared(answer: Answer, right: StatedFigures, have: StatedFigures, latitude: Latitude) -> Sequence[ComparedTable]:
    """Every table of the contract, then the totals, each compared by meaning.

    Args:
        answer: the contract.
        right: the right figures, as `write_figures` writes them.
        have: the figures of the answer.
        latitude: what a reader of this tenant may take for granted.
    """
    tables = zip(answer.tables, right.tables, have.tables, strict=True)
    return [
        *(compared_table(table, want, got, latitude, right.totals) for table, want, got in tables),
        compared_totals(answer, right.totals, have.totals, latitude),
    ]
