"""The rows of a run: what they say of a sample that does not pass, and of one that was replayed."""

import json
from xml.etree.ElementTree import fromstring

import pytest

from promptkit.evaluation.evaluators.contract import Assertion, Score
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.rows import report_of
from promptkit.policy.verdict import Verdict
from promptkit.reports import junit, markdown, sarif
from promptkit.reports.rows import Alert, Place
from tests.reports.examples import run


def row_of(*claims, verdict=Verdict.CLEAN):
    labels = {"prompt": "view@1.0.0", "case": "defaults"}
    result = SampleResult(1, "m view #1", "m", verdict, claims, ["list_apps"], 4, 9, 0.5, **labels)
    found = run()
    return report_of(type(found)(["m"], "local", [result], found.self_test, 1)).rows[0]


def test_a_clean_sample_with_a_wrong_answer_does_not_pass_and_points_at_its_case():
    row = row_of(Assertion("reads_only", True), Assertion("figures_match", False, "3 rows"))
    assert (row.passed, row.reason, row.lines) == (False, "figures_match: 3 rows", ["figures_match: 3 rows"])
    assert row.alerts == [Alert("figures_match", "m view #1: 3 rows", Place("evals/cases/view.yaml", 1))]


def test_a_sample_that_passes_says_nothing_is_wrong():
    row = row_of(Assertion("reads_only", True), Assertion("figures_match", True, score=Score.FIGURES))
    assert (row.passed, row.reason, row.lines, row.alerts) == (True, "", [], [])


def test_an_answer_whose_figures_nobody_compared_does_not_pass_and_says_so():
    row = row_of(Assertion("reads_only", True))
    assert (row.passed, row.lines) == (False, ["figures_match: nobody knows the right figures"])


def test_a_sample_that_no_claim_speaks_against_still_says_why_it_does_not_pass():
    row = row_of(Assertion("figures_match", True), verdict=Verdict.INCONCLUSIVE)
    assert row.lines == ["verdict: inconclusive"]
    assert [(alert.rule, alert.message) for alert in row.alerts] == [("verdict", "m view #1: inconclusive")]


@pytest.mark.parametrize("origin", ["scripted", "model"])
def test_a_replay_is_marked_in_every_format(origin):
    report = report_of(run(Verdict.ATTEMPTED, replayed=origin, model="m" * 200))
    mark = f"(replayed, origin: {origin})"
    xml = fromstring(junit.write(report))  # noqa: S314
    assert xml.find("testsuite").get("name").endswith(mark)
    assert xml.find("testsuite/testcase/properties/property[@name='replayed']").get("value") == origin
    (found,) = json.loads(sarif.write(report))["runs"]
    assert "no model was asked" in found["properties"]["replayed"]
    assert found["results"][0]["properties"]["replayed"] == origin
    assert found["results"][0]["message"]["text"].endswith(mark)
    text = markdown.write(report).replace("\\", "")
    assert "no model was asked, so they are no new evidence about one." in text
    assert f"~ {mark} | authority" in text


def test_what_a_model_said_itself_is_not_marked_as_a_replay():
    report = report_of(run(Verdict.ATTEMPTED))
    assert not any("replay" in module.write(report) for module in (junit, markdown, sarif))
