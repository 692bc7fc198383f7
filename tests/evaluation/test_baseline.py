"""A run told against an earlier one, through the command's own door."""

import json

import pytest

from promptkit.commands.evaluate import Outputs, run_eval, run_plan, tell
from promptkit.errors import PromptkitError
from promptkit.evaluation.record import read_record
from tests.evaluation.test_statistics import recorded


def test_a_regression_fails_and_the_same_result_does_not(library, tmp_path, capsys):
    good, bad = recorded(library, tmp_path / "a", "RO-9"), recorded(library, tmp_path / "b", "no such rule")
    assert tell(good, [], Outputs(baseline=tmp_path / "a"))
    assert not tell(bad, [], Outputs(baseline=tmp_path / "a"))
    assert "11 of 11  0.000 *" in capsys.readouterr().out
    assert tell(bad, [], Outputs(baseline=tmp_path / "b"))
    assert not tell(bad, [], Outputs())


def test_the_json_has_the_bounds_of_a_language_model_and_none_of_a_program(library, tmp_path, capsys):
    tell(recorded(library, tmp_path / "a", "RO-9"), [], Outputs(as_json=True))
    (group,) = json.loads(capsys.readouterr().out)["statistics"]
    assert (group["runs"], group["failures"], round(group["upper_bound"], 3)) == (11, 0, 0.285)
    run_eval(library, {"names": ["connection_apps"]}, out=tmp_path / "b", as_json=True)
    assert "statistics" not in json.loads(capsys.readouterr().out)


def test_reports_are_written_or_a_clear_error(library, tmp_path):
    run = recorded(library, tmp_path / "a", "RO-9")
    files = {name: tmp_path / name for name in ("junit", "sarif", "markdown")}
    assert tell(run, [], Outputs(**files))
    assert all(path.stat().st_size for path in files.values())
    with pytest.raises(PromptkitError, match="unwritable"):
        tell(run, [], Outputs(junit=tmp_path / "missing" / "folder" / "file"))


def test_a_baseline_of_other_samples_is_refused(library, tmp_path):
    run_eval(library, {"names": ["connection_apps"]}, out=tmp_path / "b")
    with pytest.raises(PromptkitError, match="models are"):
        tell(recorded(library, tmp_path / "a", "RO-9"), [], Outputs(baseline=tmp_path / "b"))
    assert read_record(tmp_path / "b").results


def test_a_plan_runs_nothing(library, capsys):
    assert run_plan(library, {"names": ["authority"], "models": ["rogue"]}, 0.01) == 0
    told = capsys.readouterr().out
    assert "368 runs without a failure" in told
    assert told.splitlines()[-1].split() == ["authority", "11", "34"]
