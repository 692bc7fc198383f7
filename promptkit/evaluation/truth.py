"""The ground truth: a case's right figures, by its own SQL over the local tenant."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing

from promptkit.answering.contract import Figures
from promptkit.answering.figures import figures
from promptkit.answering.query import bind, load_scoring, make_steps
from promptkit.library.cases import CaseFile
from promptkit.library.recipe import parameters
from promptkit.model import Prompt, Scalar, Scoring
from promptkit.torii.local import LocalTorii

# A query that pairs every row with every other one has no end; of ours, the longest takes a tenth of this.
_MAX_INSTRUCTIONS = 20_000_000


def true_figures(
    torii: LocalTorii, prompt: Prompt, file: CaseFile, values: Mapping[str, Scalar], scoring: Scoring | None
) -> Figures:
    """The right figures, by the case's own SQL over the tenant's tables and the scoring model.

    Raises:
        QueryError: a query fails, or takes too long.
    """
    with closing(sqlite3.connect(f"{torii.path.as_uri()}?mode=ro", uri=True)) as connection:
        # SQLite asks once, after so many instructions, and then stops the query.
        connection.set_progress_handler(lambda: 1, _MAX_INSTRUCTIONS)
        if scoring:
            load_scoring(connection, scoring)
        given = bind(connection, file.truth.bind, parameters(prompt.arguments, values, torii.as_of))
        make_steps(connection, file.truth.steps, given)
        return figures(connection, prompt.answer, file.truth.tables, file.truth.totals, given)
