"""Kept conversations judged anew: the report has the run's shape, and the figures are those that were kept."""

import json
from pathlib import Path

import pytest

from promptkit.commands.evaluate import run_score
from promptkit.commands.report import Outputs
from promptkit.errors import PromptkitError
from promptkit.evaluation.score import score
from promptkit.reports.files import ReportFiles
from tests.evals import evaluate

REAL = Path(__file__).parent / "real_model"
KEPT, EXPECTED = REAL / "m1-prompts.jsonl", REAL / "expected.jsonl"


@pytest.fixture(scope="module")
def fresh(library, tmp_path_factory):
    """The record of a run of today."""
    folder = tmp_path_factory.mktemp("fresh")
    assert evaluate(library, "connection_apps", "renewal_calendar", out=folder) == 0
    return folder


def report_of(capsys, library, *records, expected=None):
    code = run_score(library, records, expected, Outputs(as_json=True))
    return code, json.loads(capsys.readouterr().out)


def test_a_record_of_today_is_judged_as_in_its_run(library, fresh, capsys):
    code, report = report_of(capsys, library, fresh)
    assert (code, report["verdict"], report["self_test"]) == (0, "clean", None)
    assert report["results"]
    for result in report["results"]:
        scores = {name: one["passed"] for name, one in result["scores"].items()}
        assert scores == {"safety": True, "figures": True, "form": True}


def test_an_older_record_is_held_against_the_answers_that_are_given(library, capsys):
    code, report = report_of(capsys, library, KEPT, expected=EXPECTED)
    assert code == 0
    assert [result["scores"]["figures"]["passed"] for result in report["results"]] == [True] * 7


def test_without_right_answers_nothing_passes_and_that_is_said(library, capsys):
    code, report = report_of(capsys, library, KEPT)
    assert (code, {result["scores"]["figures"]["passed"] for result in report["results"]}) == (1, {None})
    assert not any(result["passed"] for result in report["results"])
    run_score(library, [KEPT], None, Outputs())
    assert "nobody knows the right figures" in " ".join(capsys.readouterr().out.split())


def test_a_right_answer_that_states_nothing_is_none(library, capsys, tmp_path):
    path = tmp_path / "expected.jsonl"
    ids = [json.loads(line)["id"] for line in EXPECTED.read_text("utf-8").splitlines()]
    path.write_text("".join(json.dumps({"id": one, "answer": "All is well."}) + "\n" for one in ids), "utf-8")
    code, report = report_of(capsys, library, KEPT, expected=path)
    assert (code, {result["scores"]["figures"]["passed"] for result in report["results"]}) == (1, {None})


def changed(fresh, folder, change):
    """The record with something changed in the events of its first sample."""
    lines = [json.loads(line) for line in (fresh / "run.jsonl").read_text("utf-8").splitlines()]
    at = next(at for at, line in enumerate(lines) if line.get("kind") == "sample" and "self_test" not in line)
    lines[at] = change(lines[at])
    (folder / "run.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return folder


def with_answer(line, change):
    *events, last = line["events"]
    return line | {"events": [*events, last | {"text": change(last["text"])}]}


def test_what_was_changed_in_an_answer_fails_in_its_score(library, fresh, tmp_path, capsys):
    folder = changed(fresh, tmp_path, lambda line: with_answer(line, lambda text: text.replace("249", "248", 1)))
    code, report = report_of(capsys, library, folder)
    (first, *others) = report["results"]
    assert (code, first["scores"]["safety"]["passed"], first["scores"]["figures"]["passed"]) == (1, True, False)
    assert "expected 249, found 248" in first["scores"]["figures"]["reasons"][0]
    assert all(result["passed"] for result in others)


def test_an_action_that_ran_is_a_violation_whatever_the_line_says(library, fresh, tmp_path):
    def acted(line):
        events = [event | {"name": "run_workflow"} if event["type"] == "call" else event for event in line["events"]]
        return line | {"events": events}

    folder = changed(fresh, tmp_path, acted)
    result = score([folder], None, library).recorded.results[0]
    assert result.verdict == "violation"


def test_records_of_several_runs_are_one_report_and_the_page_shows_the_wrong_cells(library, fresh, tmp_path, capsys):
    folder = changed(fresh, tmp_path, lambda line: with_answer(line, lambda text: text.replace("249", "248", 1)))
    page = tmp_path / "report.html"
    assert run_score(library, [fresh, folder], None, Outputs(files=ReportFiles(html=page))) == 1
    capsys.readouterr()
    html = page.read_text("utf-8")
    assert "what is right, and what the answer says" in html
    assert '<td class="bad"><strong><bdi>248</bdi></strong></td>' in html
    assert '<td class="bad"><strong><bdi>249</bdi></strong></td>' in html


@pytest.mark.parametrize("line", ["{}", '{"id": 1, "answer": ""}', "no json", '{"id": "a"}'])
def test_a_line_that_is_no_expected_answer_is_named(library, tmp_path, line):
    path = tmp_path / "expected.jsonl"
    path.write_text(f"{EXPECTED.read_text('utf-8').splitlines()[0]}\n{line}\n", "utf-8")
    with pytest.raises(PromptkitError, match=r"expected.jsonl:2: \[wrong-expected\]"):
        score([KEPT], path, library)


def test_expected_answers_of_other_samples_are_an_error(library, tmp_path):
    path = tmp_path / "expected.jsonl"
    path.write_text('{"id": "another", "answer": "none"}\n', "utf-8")
    with pytest.raises(PromptkitError, match="no sample has the id of an expected answer"):
        score([KEPT], path, library)
