"""The page for the leadership has the figures of the views that list what it only counts."""

import anyio
import pytest

from promptkit.connection.open_session import open_session
from tests.builders import answered

AMONG = {"among": 20}


@pytest.fixture(scope="module")
def answers(library):
    """The figures of the summary and of the two views, on one tenant."""

    async def run():
        async with open_session(library, "local") as opened:
            summary = await answered(library, opened, "executive_summary", AMONG)
            savings = await answered(library, opened, "savings_candidates", AMONG)
            return summary.figures, savings.figures, (await answered(library, opened, "ownership_gaps")).figures

    return anyio.run(run)


def test_the_executive_summary_ties_out_with_the_views_that_list_savings_and_ownership_gaps(answers):
    summary, savings, gaps = answers
    money, counts, *_ = summary.tables
    amounts = {(figure, currency): amount for figure, amount, currency in money}
    assert amounts["unused_cost", "USD"] == savings.totals["all_savings USD"] > 0
    assert dict(counts)["unused_licences"] == savings.totals["all_unused"] > 0
    assert dict(counts)["apps_without_owner"] == gaps.totals["apps no owner"] > 0
