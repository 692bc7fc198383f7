"""The scoring model: one file that prompts show, the analyst follows, and people can repeat by hand."""

import re
import shutil

import anyio
import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.answering.parsed import parse_answer
from promptkit.connection.open_session import OpenedSession
from promptkit.errors import PromptkitError
from promptkit.evaluation.plan import plan
from promptkit.evaluation.suite import open_evaluation
from promptkit.library.render import render
from promptkit.library.store import Library, scoring_text
from tests.builders import answered

OTHER_MODEL = """\
signals:
  days_unused: {label: days since its last use, weight: 40, threshold: 1, unit: day, why: A test.}
  owner_missing: {label: no owner, weight: -7, threshold: 1, unit: owner, why: A test.}
  same_category: {label: others, weight: 5, threshold: 2, unit: apps, why: A test.}
classes:
  - {name: keep, meaning: leave it}
  - {name: review, minimum: 33, meaning: look at it}
  - {name: consolidate, minimum: 38, needs: same_category, meaning: compare it}
  - {name: retire candidate, minimum: 45, meaning: ask}
"""


def run_queue(library):
    """The first sample of the review queue, and what the eval says of it."""
    sample = plan(library, EvalSpec(("review_queue",)))[0]

    async def run():
        async with open_evaluation(library, "local") as evaluation:
            result, _ = await evaluation.run_sample(sample)
            opened = OpenedSession(evaluation.session, evaluation.today)
            return result, (await answered(library, opened, "review_queue", {"days": 90, "rows": 500})).text

    return anyio.run(run)


@pytest.fixture(scope="module")
def queue(library) -> str:
    return run_queue(library)[1]


@pytest.fixture
def other(library, tmp_path) -> Library:
    """A copy of the library with another model."""
    for folder in ("prompts", "instructions", "evals"):
        shutil.copytree(library.root / folder, tmp_path / folder)
    (tmp_path / "instructions/scoring.yaml").write_text(OTHER_MODEL, encoding="utf-8")
    return Library(tmp_path)


def shown_signals(evidence: str) -> dict[str, tuple[int, int]]:
    """Value and points of each signal in a cell of evidence."""
    found = re.findall(r"(\w+) (-?\d+) \(([+-]\d+)\)", evidence)
    return {name: (int(value), int(points)) for name, value, points in found}


def test_every_score_of_an_answer_can_be_repeated_from_its_row(library, queue):
    rows = parse_answer(queue).tables["Review queue"][1:]
    assert len(rows) > 20
    for app, _, score, _, evidence, *_ in rows:
        signals = shown_signals(evidence)
        assert sum(points for _, points in signals.values()) == int(score), app
        for name, (value, points) in signals.items():
            assert value >= library.scoring.signals[name].threshold, app
            assert points == library.scoring.signals[name].weight, app


def test_every_recommendation_of_an_answer_is_the_highest_that_its_row_reaches(library, queue):
    for app, _, score, recommendation, evidence, *_ in parse_answer(queue).tables["Review queue"][1:]:
        reached = [
            one
            for one in library.scoring.classes
            if (one.minimum is None or int(score) >= one.minimum)
            and (one.needs is None or one.needs in shown_signals(evidence))
        ]
        assert recommendation == max(reached, key=lambda one: one.minimum or -1000).name, app


def test_prompt_analyst_and_truth_follow_another_model(other):
    result, answer = run_queue(other)
    assert result.failures == []
    assert scoring_text(other.scoring) in render(other.load_prompt("review_queue"))
    found = {row[3] for row in parse_answer(answer).tables["Review queue"][1:]}
    assert found == {"review", "consolidate", "retire candidate"}


def test_the_page_shows_the_model_and_a_row_as_they_are(library, queue):
    page = (library.instructions / "SCORING.md").read_text("utf-8")
    assert scoring_text(library.scoring) in page
    (row,) = re.findall(r"^    (\|.*\|)$", page, re.MULTILINE)
    assert row in queue


def test_a_recommendation_that_needs_an_unknown_signal_is_reported_at_its_place(other):
    path = other.instructions / "scoring.yaml"
    path.write_text(OTHER_MODEL.replace("needs: same_category", "needs: owner"), encoding="utf-8")
    with pytest.raises(PromptkitError, match=r"scoring.yaml:8:\d+: \[unknown-signal\] there is no signal owner"):
        _ = other.scoring
