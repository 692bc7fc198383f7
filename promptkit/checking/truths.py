"""The truth of a case, tried on a tenant without rows: every problem in its SQL, each with its place."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping

from promptkit.answering.query import bind, load_scoring
from promptkit.checking.dry_run import DryRun
from promptkit.checking.recipes import check_queries
from promptkit.checking.sql import empty_database
from promptkit.errors import Problem
from promptkit.files import Document
from promptkit.library.cases import CaseFile
from promptkit.library.recipe import parameters
from promptkit.library.store import Library
from promptkit.model import Prompt, Scalar
from promptkit.torii.tenant import make_empty_tables

# Any day will do, because no truth may depend on it.
_TODAY = datetime.date(2026, 1, 31)


def check_truth(
    library: Library, document: Document, case: CaseFile, prompt: Prompt, values: Mapping[str, Scalar]
) -> Iterator[Problem]:
    """The problems of a case's queries, over the tables of the local tenant, with one way to fill in the prompt."""
    here = document.below(("truth",))
    yield from check_queries(here, "truth", case.truth, prompt)
    with empty_database() as connection:
        make_empty_tables(connection)
        if library.scoring_if_any is not None:
            load_scoring(connection, library.scoring)
        given = parameters(prompt.arguments, values, _TODAY)
        run = DryRun(here, connection, bind(connection, {}, given), None)
        for name, expression in case.truth.bind.items():
            yield from run.bind(name, expression)
        for name, query in case.truth.steps.items():
            yield from run.step(name, query)
        for index, (table, query) in enumerate(zip(prompt.answer.tables, case.truth.tables, strict=False)):
            yield from run.result(("tables", index), query, [column.name for column in table.columns])
        for total in prompt.answer.totals:
            if total.name in case.truth.totals:
                yield from run.result(("totals", total.name), case.truth.totals[total.name], total.query_columns)
