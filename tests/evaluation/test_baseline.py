"""A run told against an earlier one, through the command's own door."""

import json
import sys
from dataclasses import replace
from itertools import count

import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.turns import Turn
from promptkit.commands.evaluate import run_plan
from promptkit.commands.report import Outputs, report_on
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.records.record import read_conversations, read_record
from promptkit.evaluation.statistics import compare
from promptkit.policy.verdict import Verdict
from promptkit.reports.files import ReportFiles
from tests.builders import DECLINED
from tests.evals import evaluate, run_scripted
from tests.evaluation.runs import Obedient


class Terse:
    """Declines, and of each four conversations offers something else in as many as it is told."""

    def __init__(self, number, good):
        self.said = DECLINED if number % 4 < good else "I did not do that."

    async def turn(self, messages, tools):
        return Turn(self.said)


def terse(library, server, folder, good):
    """A run with nothing tried, whose answers pass their checks in `good` of each four samples."""
    numbers = count()
    run_scripted(library, folder, lambda: Terse(next(numbers), good), repeats=2, server=server)
    return read_record(folder)


@pytest.fixture(scope="module")
def runs(library, server, tmp_path_factory):
    """Folders of runs: three with nothing tried, by how many answers of four pass, and one that tried everything."""
    folder = tmp_path_factory.mktemp("runs")
    for good in (1, 2, 4):
        terse(library, server, folder / str(good), good)
    run_scripted(library, folder / "attempted", lambda: Obedient("no such rule"), repeats=2, server=server)
    return folder


@pytest.fixture(scope="module")
def of_a_program(library, tmp_path_factory):
    """The folder of a run of the analyst, which is no language model."""
    folder = tmp_path_factory.mktemp("program") / "run"
    assert evaluate(library, "connection_apps", out=folder) == 0
    return folder


@pytest.mark.parametrize(
    ("before", "now", "passed", "told"),
    [
        ("4", "4", True, "PASS against the baseline: the verdict is clean, and every check holds."),
        ("2", "2", True, "that checks fail in 10 samples is not worse than before."),
        ("1", "2", True, "that checks fail in 10 samples is not worse than before."),
        ("4", "1", False, "FAIL against the baseline: it is worse than before."),
        ("attempted", "attempted", False, "the verdict is attempted, which no baseline forgives."),
        ("4", "attempted", False, "the verdict is attempted, which no baseline forgives; it is worse than before."),
        ("attempted", "1", True, "that checks fail in"),
    ],
)
def test_a_baseline_forgives_failed_checks_that_got_no_worse_and_nothing_else(runs, capsys, before, now, passed, told):
    assert report_on(read_record(runs / now), [], Outputs(baseline=runs / before)) is passed
    assert told in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("verdict", ["attempted", "violation", "inconclusive"])
def test_a_verdict_that_is_not_clean_fails_even_where_it_was_no_better_before(runs, verdict):
    run = read_record(runs / "4")
    bad = replace(run, results=[replace(one, verdict=Verdict(verdict)) for one in run.results])
    assert not report_on(bad, [], Outputs(baseline=runs / "attempted"))


def test_a_run_that_lacks_samples_or_let_the_rogue_through_fails_beside_any_baseline(runs):
    run = read_record(runs / "4")
    short = replace(run, header=replace(run.header, planned=99))
    let_through = replace(run, self_tests=[replace(run.self_tests[0], leaks=["run_workflow"])])
    assert not any(report_on(bad, [], Outputs(baseline=runs / "4")) for bad in (short, let_through))


def test_the_table_shows_what_was_tried(runs, capsys):
    report_on(read_record(runs / "attempted"), [], Outputs(baseline=runs / "4"))
    assert "0 of 22  22 of 22  0.000 *" in capsys.readouterr().out


def test_the_json_and_the_page_say_whether_it_passes_beside_the_baseline(runs, tmp_path, capsys):
    outputs = Outputs(True, ReportFiles(html=tmp_path / "page.html"), runs / "2")
    report_on(read_record(runs / "2"), read_conversations(runs / "2"), outputs)
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["passes_baseline"]) == (False, True)
    assert "Beside it this run <strong>passes</strong>" in (tmp_path / "page.html").read_text("utf-8")


def test_an_ablation_is_one_table_of_rules(runs, capsys):
    run = read_record(runs / "4")
    without = [replace(one, without="RO-1") for one in read_record(runs / "attempted").results]
    header = replace(run.header, setup=replace(run.header.setup, ablate=True), planned=44)
    # What was tried without a rule is an experiment, and does not fail the run.
    assert report_on(replace(run, header=header, results=[*run.results, *without]), [], Outputs())
    told = capsys.readouterr().out
    assert "Failures with it and without it" in told
    assert "RO-1 0 of 22 22 of 22 0.000 *" in " ".join(told.split())
    assert "without RO-1" not in told


def test_an_ablation_in_which_no_rule_matters_says_so(runs, capsys):
    run = read_record(runs / "4")
    header = replace(run.header, setup=replace(run.header.setup, ablate=True), planned=44)
    without = [replace(one, without="RO-1") for one in run.results]
    report_on(replace(run, header=header, results=[*run.results, *without]), [], Outputs())
    assert "Nothing here fails more often than chance explains" in capsys.readouterr().out


def test_a_run_without_any_sample_has_no_table_and_says_so(runs, capsys):
    run = read_record(runs / "4")
    assert not report_on(replace(run, results=[]), [], Outputs())
    told = capsys.readouterr().out
    assert "FAIL  None of 22 samples has run. Verdict: inconclusive." in told
    assert "at most" not in told


@pytest.mark.parametrize("replayed", ["before", "now"])
def test_a_replay_is_not_compared(runs, replayed):
    run = read_record(runs / "4")
    again = replace(run, results=[replace(one, replayed="model") for one in run.results])
    with pytest.raises(PromptkitError, match="is a replay"):
        compare(*(again, run) if replayed == "before" else (run, again))


def test_the_json_has_the_bounds_of_a_language_model_and_none_of_a_program(runs, of_a_program, capsys):
    report_on(read_record(runs / "4"), [], Outputs(as_json=True))
    (group,) = json.loads(capsys.readouterr().out)["statistics"]
    assert (group["runs"], group["failures"], round(group["upper_bound"], 3)) == (22, 0, 0.154)
    report_on(read_record(of_a_program), [], Outputs(as_json=True))
    assert "statistics" not in json.loads(capsys.readouterr().out)


def test_reports_are_written_or_a_clear_error(runs, tmp_path):
    run = read_record(runs / "4")
    files = {name: tmp_path / name for name in ("junit", "sarif", "markdown")}
    assert report_on(run, [], Outputs(files=ReportFiles(**files)))
    assert all(path.stat().st_size for path in files.values())
    with pytest.raises(PromptkitError, match="unwritable"):
        report_on(run, [], Outputs(files=ReportFiles(junit=tmp_path / "missing" / "folder" / "file")))


def test_a_baseline_of_other_samples_is_refused_and_costs_no_file_that_does_without(runs, of_a_program, tmp_path):
    files = ReportFiles(junit=tmp_path / "junit", html=tmp_path / "html")
    with pytest.raises(PromptkitError, match="models are"):
        report_on(read_record(runs / "4"), [], Outputs(files=files, baseline=of_a_program))
    assert [path.name for path in tmp_path.iterdir()] == ["junit"]


def test_a_baseline_without_its_library_says_what_to_install(of_a_program, monkeypatch):
    monkeypatch.delitem(sys.modules, "promptkit.evaluation.statistics")
    monkeypatch.setitem(sys.modules, "scipy.stats", None)
    with pytest.raises(UsageError, match=r"pip install 'torii-promptkit\[statistics\]'"):
        report_on(read_record(of_a_program), [], Outputs(baseline=of_a_program))


def test_a_plan_runs_nothing(library, capsys):
    assert run_plan(library, EvalSpec(("authority",), ("rogue",)), 0.01) == 0
    told = capsys.readouterr().out
    assert "368 runs without a failure" in told
    assert told.splitlines()[-1].split() == ["authority", "11", "34"]
