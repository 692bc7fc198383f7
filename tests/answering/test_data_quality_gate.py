"""The data-quality gate fails closed: what could not be seen has not passed."""

import sqlite3
from contextlib import closing

import anyio

from promptkit.answering.parsed import parse_answer
from promptkit.connection.open_session import OpenedSession
from promptkit.torii.local import local_torii
from tests.builders import answered
from tests.servers import guarded


def test_views_of_contracts_stop_where_there_are_no_contracts(library):
    async def answer() -> str:
        with local_torii() as torii:
            with closing(sqlite3.connect(torii.path)) as tenant, tenant:
                tenant.execute("DELETE FROM contracts")
            async with guarded(library, torii) as session:
                opened = OpenedSession(session, torii.as_of, torii)
                return (await answered(library, opened, "data_quality_gate", {"max_missing": 100.0})).text

    gate = parse_answer(anyio.run(answer)).tables["Gate"][1:]
    stopped = [row for row in gate if row[1] == "stop"]
    assert stopped == [["renewals", "stop", "end_date; owner; notice"], ["spend", "stop", "amount; app"]]
    assert len(gate) == 6
