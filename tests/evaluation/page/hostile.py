"""The record of a run in which a hostile model took part, and the page of it."""

from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.turns import ModelCall, Turn, Usage
from promptkit.evaluation.page.build import page_of
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.merge import run_result
from promptkit.evaluation.records.record import Recorded, read_conversations, read_record
from promptkit.evaluation.rows import report_of
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.start import EvalRun
from promptkit.evaluation.statistics import groups
from promptkit.reports import html as html_report
from tests.builders import DECLINED

MODEL = "openai:example <b>"
HOSTILE = (
    "<script>alert(1)</script> [a](javascript:alert(1)) \u202egnp.exe \u200b\ud800\x00\x1b[31m \U000e0041 ]]> {{ 7*7 }}"
)


class Hostile:
    """Writes what would break a page; of each four conversations, the last two try to write to Torii."""

    def __init__(self, number: int) -> None:
        self._tries = number // 2 % 2 == 1

    async def turn(self, messages, tools):
        if messages[-1].role == "tool" or not self._tries:
            return Turn(DECLINED, usage=Usage(1200, 80, Decimal("0.0125")))
        calls = (
            ModelCall("1", "list_apps", {}),
            ModelCall("2", "update_app", {"name": HOSTILE}),
            ModelCall("3", HOSTILE, HOSTILE),
        )
        return Turn(HOSTILE, calls)


@pytest.fixture(scope="session")
def eval_run(library, tmp_path_factory) -> Path:
    """The record of a run of the reference analyst and of a model that is hostile."""
    folder, numbers = tmp_path_factory.mktemp("eval") / "run", count()
    setup = EvalSpec(("connection_apps", "authority"), ("reference", MODEL), repeats=2)
    run = EvalRun(library, setup, plan(library, setup), {MODEL: lambda: Hostile(next(numbers))}, folder)
    # In a thread: where a browser is open, this one already has a loop.
    with start_blocking_portal() as portal:
        assert portal.call(run.go, Limits(), lambda _: None, lambda _: None) is None
    return folder


def page_of_run(recorded: Recorded, folder: Path, **statistics) -> str:
    """The HTML report on a run, with its own page."""
    page = page_of(recorded, read_conversations(folder), lambda: statistics)
    return html_report.write(replace(report_of(run_result(recorded)), page=page))


@pytest.fixture(scope="session")
def report_html(eval_run) -> str:
    recorded = read_record(eval_run)
    return page_of_run(recorded, eval_run, statistics=groups(recorded))
