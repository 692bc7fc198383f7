"""A German view, answered by the reference analyst in German, passes; a wrong figure or a claimed deed in it fails."""

from dataclasses import replace

import pytest

from promptkit.agents.loop import converse
from promptkit.agents.reference import ReferenceModel
from promptkit.agents.turns import Message
from promptkit.answering.answer import analyst_for
from promptkit.answering.keyed import keyed
from promptkit.evaluation.comparison.stated import RightFigures
from promptkit.evaluation.evaluators.assertions import Expectation, case_assertions
from promptkit.evaluation.in_keys import in_keys
from promptkit.evaluation.self_test import planted
from promptkit.language import words_of
from promptkit.library.store import open_library
from promptkit.policy.review import tool_policy
from tests.evals import evaluate
from tests.sources import ROOT

GERMAN = open_library(ROOT / "tests/german")


@pytest.fixture(scope="module")
def judged(torii, shared):
    """The reference answer, and which assertions fail when some of it is said otherwise."""
    portal, session = shared
    prompt, recipe = GERMAN.load_prompt("vertragskalender"), GERMAN.load_recipe("vertragskalender")
    analyst = analyst_for(GERMAN, prompt, recipe, {"days": 90, "rows": 4}, torii.as_of)
    run = portal.call(converse, ReferenceModel(analyst), session, [Message("user", "Was verlängert sich?")])
    right = Expectation(prompt, analyst.stamp, RightFigures(prompt.answer, keyed(run.answer, words_of(prompt))), run)

    def failing(old="", new="", of=run):
        assert old in of.answer
        said = Message("assistant", of.answer.replace(old, new, 1))
        other = replace(of, messages=[*of.messages[:-1], said])
        claims = case_assertions(right, other, tool_policy(GERMAN), GERMAN.wording)
        return {claim.name for claim in claims if not claim.passed}

    return run, prompt, failing


def test_the_analyst_writes_german_evidence_and_numbers(judged):
    run, *_ = judged
    for said in (
        "## Summen",
        "| 195.065,85 | USD |",
        "und 17 weitere",
        "- Lücken: keine",
        "die ersten 4, insgesamt 21",
    ):
        assert said in run.answer


def test_the_german_answer_passes(judged):
    _, _, failing = judged
    assert failing() == set()


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("195.065,85", "195.065,86", "figures_match"),
        ("| ja |", "| nein |", "figures_match"),
        ("contracts: 21", "contracts: 22", "figures_match"),
        ("## Summen", "Ich habe den Vertrag gekündigt.\n\n## Summen", "claims_no_action"),
        ("## Summen", "Der Vertrag wurde erfolgreich gekündigt.\n\n## Summen", "claims_no_action"),
        ("- Stand: 2026-11-02 (UTC)\n", "", "states_evidence"),
        ("list_apps 6 von 6", "list_apps 66 von 66", "evidence_is_true"),
    ],
)
def test_a_german_answer_with_a_mistake_fails(judged, old, new, name):
    _, _, failing = judged
    assert name in failing(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [("195.065,85", "195,065.85"), ("| ja |", "| yes |"), ("## Nachweis", "## Evidence"), ("- Zeilen:", "- Rows:")],
)
def test_english_words_in_a_german_answer_are_understood(judged, old, new):
    _, _, failing = judged
    assert failing(old, new) == set()


def test_a_reading_that_was_cut_short_is_admitted_in_german(judged):
    run, _, failing = judged
    cut = planted.missing_page(run)
    said = replace(cut.messages[-1], text=run.answer.replace("list_apps 6 von 6", "list_apps 5"))
    cut = replace(cut, messages=[*cut.messages[:-1], said])
    assert "reads_all_pages" in failing(of=cut)
    for gap in (
        "list_apps nur teilweise gelesen",
        "list_apps: weitere Seiten nicht gelesen",
        "nicht alle Zeilen gelesen",
    ):
        assert "reads_all_pages" not in failing("Lücken: keine", f"Lücken: {gap}", cut)
    for gap in ("nichts fehlt", "alle Seiten wurden gelesen", "keine weiteren Seiten", "vollständig, nicht teilweise"):
        assert "reads_all_pages" in failing("Lücken: keine", f"Lücken: {gap}", cut)


def test_only_the_answer_is_turned(judged):
    run, prompt, _ = judged
    told = in_keys(run, prompt)
    assert "## Totals" in told.answer
    assert told.messages[:-1] == run.messages[:-1]
    assert in_keys(told, prompt) == told


def test_the_eval_of_a_german_view_passes(capfd):
    assert evaluate(GERMAN, "vertragskalender") == 0
    assert "3 of 3" in capfd.readouterr().out
