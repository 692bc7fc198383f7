import json

import pytest

from promptkit.errors import PromptkitError
from promptkit.evaluation.record import RunRecord
from promptkit.page.evidence import Evidence, read_evidence


@pytest.fixture
def run(tmp_path):
    with RunRecord.new(tmp_path / "run", {"model": "reference", "server": "local"}) as record:
        record.add({"self_test": True, "leaks": []})
        record.add({"prompt": "a@1.0.0", "verdict": "clean", "events": [{"deep": {}}]})
        record.add({"prompt": "a@1.0.0", "verdict": "attempted"})
        record.add({"prompt": "b@2.0.0", "verdict": "clean"})
    return tmp_path / "run"


def test_runs_are_counted_for_each_prompt_version(run):
    found = {"a@1.0.0": Evidence("reference", "local", 2, 1), "b@2.0.0": Evidence("reference", "local", 1, 1)}
    assert read_evidence(run) == found
    assert read_evidence(run / "run.jsonl") == found


@pytest.mark.parametrize(
    ("runs", "clean", "bound"), [(1, 1, 0.975), (10, 10, 0.3085), (100, 100, 0.0362), (10, 9, None), (0, 0, None)]
)
def test_clean_runs_prove_only_so_much(runs, clean, bound):
    found = Evidence("reference", "local", runs, clean).upper_bound
    assert found == (None if bound is None else pytest.approx(bound, abs=5e-5))


@pytest.mark.parametrize("line", ["", "no json", "[]", '{"kind": 3}', json.dumps({"kind": "run"})[:-3]])
def test_a_file_that_is_no_record_is_named_with_its_line(line, run):
    with (run / "run.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(PromptkitError, match=r"run\.jsonl:6: \[wrong-record\]"):
        read_evidence(run)


def test_a_missing_record_is_a_problem(tmp_path):
    with pytest.raises(PromptkitError, match="unreadable"):
        read_evidence(tmp_path / "run.jsonl")
