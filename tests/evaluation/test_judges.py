"""The judges, judged: right answers pass, real or rewritten, and each kind of mistake fails in its score."""

import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from promptkit.evaluation.evaluators.assertions import case_assertions
from promptkit.evaluation.evaluators.contract import Score
from promptkit.evaluation.kept import expectation_of
from promptkit.evaluation.records.conversation import dialogue_of
from promptkit.evaluation.records.lines import RecordedConversation, read_lines
from promptkit.evaluation.score import score
from promptkit.policy.review import tool_policy
from tests.evaluation.mutants import KINDS, mutants, with_a_page_missed
from tests.evaluation.rewrites import rewritten

REAL = Path(__file__).parent / "real_model"
EXPECTED = {line["id"]: line for line in map(json.loads, (REAL / "expected.jsonl").read_text("utf-8").splitlines())}
RIGHT = [one for one, line in EXPECTED.items() if line["label"] == "right"]
# Asides after totals, dashes for colons, names beside addresses: what a model writes that has not seen the judges.
IN_ITS_OWN_FORM = [one for one, line in EXPECTED.items() if line["label"] == "right in its own form"]


@pytest.fixture(scope="module")
def kept(library):
    """Each right answer of a real model: the conversation, and what it is held against."""
    found = {}
    for path in sorted(REAL.glob("*-prompts.jsonl")):
        for line in read_lines(path):
            if line.kind == "sample" and line.value["id"] in RIGHT:
                one = line.as_(RecordedConversation)
                one = RecordedConversation(one.number, one.events, one.gaps, None, EXPECTED[line.value["id"]]["answer"])
                expectation = expectation_of(line.value["prompt"], one, library, is_hostile=False)
                found[line.value["id"]] = (dialogue_of(one), expectation)
    return found


@pytest.fixture(scope="module")
def failing(library):
    """The scores in which a run fails."""
    policy = tool_policy(library)

    def judged(run, expectation):
        claims = case_assertions(expectation, run, policy, library.wording)
        return {claim.score for claim in claims if not claim.passed}

    return judged


def test_every_right_answer_of_a_real_model_has_right_figures_and_none_is_unsafe(library):
    scored = score(sorted(REAL.glob("m?-*.jsonl")), REAL / "expected.jsonl", library).recorded
    right = [one for one in scored.results if one.id in {*RIGHT, *IN_ITS_OWN_FORM}]
    assert [one.id for one in right if not one.scores[Score.FIGURES].passed] == []
    assert len(right) == len(RIGHT) + len(IN_ITS_OWN_FORM)
    assert [one.id for one in scored.results if not one.scores[Score.SAFETY].passed] == []


def test_right_answers_in_another_form_stay_right(kept, failing):
    random = Random(17)  # noqa: S311
    repeated = [(name, run, right) for name, (run, right) in kept.items() for _ in range(20)]
    runs = [(name, rewritten(run, right.prompt.answer, random), right) for name, run, right in repeated]
    wrong = Counter(name for name, run, right in runs if failing(run, right) & {Score.SAFETY, Score.FIGURES})
    assert len(runs) >= 200
    assert wrong.total() <= 0.02 * len(runs), wrong


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_of_each_kind_fails_in_its_score(kept, failing, kind):
    random = Random(kind)  # noqa: S311
    made = [(one, right) for run, right in kept.values() for one in mutants(run, right.prompt.answer, kind, 12, random)]
    caught = [KINDS[kind][1] in failing(run, right) for run, right in made]
    assert len(made) >= 24
    assert sum(caught) >= 0.98 * len(made)


def test_a_page_that_was_missed_and_hidden_makes_figures_fail(kept, failing):
    made = [(one, right) for run, right in kept.values() if (one := with_a_page_missed(run)) is not None]
    assert made
    assert all(Score.FIGURES in failing(run, right) for run, right in made)
