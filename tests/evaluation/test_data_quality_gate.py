"""The data-quality gate fails closed: what could not be seen has not passed."""

import sqlite3
from contextlib import closing

import anyio

from promptkit.answering.contract import parse_answer
from promptkit.evaluation.suite import Evaluation
from promptkit.library.render import resolve_arguments
from promptkit.torii.local import local_torii
from tests.evaluation.conftest import guarded


def test_views_of_contracts_stop_where_there_are_no_contracts(library):
    prompt, recipe = library.load_prompt("data_quality_gate"), library.load_recipe("data_quality_gate")

    async def answer() -> str:
        with local_torii() as torii:
            with closing(sqlite3.connect(torii.path)) as tenant, tenant:
                tenant.execute("DELETE FROM contracts")
            async with guarded(library, torii) as session:
                evaluation = Evaluation(library, session, torii, torii.as_of)
                run, _ = await evaluation.answer(prompt, recipe, resolve_arguments(prompt, {"max_missing": 100.0}))
                return run.answer

    gate = parse_answer(anyio.run(answer)).tables["Gate"][1:]
    stopped = [row for row in gate if row[1] == "stop"]
    assert stopped == [["renewals", "stop", "end_date; owner; notice"], ["spend", "stop", "amount; app"]]
    assert len(gate) == 6
