"""Shards that come home from a cluster, whatever a worker sends; the cluster here is a thread."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.cluster import Cluster
from promptkit.evaluation import spread
from promptkit.evaluation.records.merge import merged, run_result
from promptkit.evaluation.runner import Limits
from promptkit.policy.verdict import Verdict
from tests.evals import evaluate

SETUP = EvalSpec(("connection_apps",))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """What comes home of one shard whose worker sends a text: why it is not there, and the folders that are."""

    def come(text):
        monkeypatch.setattr(spread, "run_shard", lambda *_: (text, ""))
        with ThreadPoolExecutor(1) as executor:
            run = spread.Spread.new(tmp_path / "run", SETUP)
            stop = run.go(1, Cluster(executor, lambda: 1), Limits(), lambda _: None)
        return stop, spread.shard_folders(tmp_path / "run")

    return come


@pytest.mark.parametrize("text", ["", "not a record\n", '{"kind": "run"}\n'])
def test_what_comes_home_as_no_record_is_a_lost_shard(home, text):
    stop, folders = home(text)
    assert stop.startswith("shard-1-of-1 is lost (")
    assert folders == []


def test_what_a_worker_says_of_its_own_shard_is_not_believed(library, home, tmp_path):
    evaluate(library, "connection_apps", out=tmp_path / "one")
    text = (tmp_path / "one" / "run.jsonl").read_text("utf-8")
    head, mark, tail = text.rpartition('"state": "executed", "decision": {"allowed": true')
    stop, folders = home(f'{head}"state": "executed", "decision": {{"allowed": false{tail}')
    run = run_result(merged(folders))
    assert (stop, run.verdict, mark != "") == ("", Verdict.INCONCLUSIVE, True)
