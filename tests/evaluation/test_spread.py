"""Shards that come back from a cluster, whatever a worker sends."""

from concurrent.futures import Future

import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.evaluation.cluster import Cluster
from promptkit.evaluation.records.merge import merged, run_result
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.spread import Spread, shard_folders
from promptkit.policy.verdict import Verdict
from tests.evals import evaluate

SETUP = EvalSpec(("connection_apps",))


class Worker:
    """Sends back a record that it made up, whatever it is given to do."""

    def __init__(self, text):
        self._text = text

    def submit(self, *_):
        done = Future()
        done.set_result((self._text, None))
        return done


@pytest.fixture
def home(tmp_path):
    """What comes back of one shard whose worker sends a text: why it is missing, and the folders that are there."""

    def come(text):
        run = Spread.new(tmp_path / "run", SETUP)
        stop = run.go(None, 1, Cluster(Worker(text), lambda: 1), Limits(), lambda _: None)
        return stop, shard_folders(tmp_path / "run")

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
    assert (stop, run.verdict, mark != "") == (None, Verdict.INCONCLUSIVE, True)
