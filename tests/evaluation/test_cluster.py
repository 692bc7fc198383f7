"""Runs on a real Dask cluster: a scheduler and two worker processes on this machine."""

import json
import signal
import socket
import sys

import pytest

from promptkit.agents.eval_spec import EvalSpec
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.cluster import Cluster, open_cluster
from promptkit.evaluation.records.merge import merged, run_result
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.spread import Spread, shard_folders
from tests.evals import evaluate
from tests.evaluation.runs import result_of

dask = pytest.importorskip("dask", reason="needs: pip install 'torii-promptkit[dask]'")
distributed = pytest.importorskip("distributed", reason="needs: pip install 'torii-promptkit[dask]'")
NAMES = ["connection_apps", "renewal_calendar"]


@pytest.fixture(scope="module")
def address():
    """The address of a scheduler with two workers of one thread, which is not patient with those that die."""
    # A scheduler starts a worker anew by itself; a shard that killed one is not tried again.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
    ):
        cluster.wait_for_workers(2)
        yield cluster.scheduler_address


def told(capsys):
    return result_of(json.loads(capsys.readouterr().out))


def test_a_run_on_a_cluster_gives_the_report_of_one_run(library, tmp_path, address, capsys):
    assert evaluate(library, *NAMES, out=tmp_path / "one", as_json=True) == 0
    one = told(capsys)
    assert evaluate(library, *NAMES, out=tmp_path / "spread", dask=address, as_json=True) == 0
    assert told(capsys) == one
    assert [folder.name for folder in shard_folders(tmp_path / "spread")] == ["shard-1-of-2", "shard-2-of-2"]


class Deadly:
    """Gives the second shard to a worker that dies of it."""

    def __init__(self, executor):
        self._executor = executor

    def submit(self, task, setup, *rest):
        dying = signal.raise_signal, signal.SIGKILL
        return self._executor.submit(*dying if setup.shard[0] == 2 else (task, setup, *rest))


def test_a_lost_worker_loses_no_finished_shard_and_the_run_goes_on(library, tmp_path, address):
    with open_cluster(address) as cluster:
        deadly = Cluster(Deadly(cluster.executor), cluster.slots)
        stop = Spread.new(tmp_path, EvalSpec(tuple(NAMES))).go(None, 2, deadly, Limits(), lambda _: None)
    assert stop.startswith("shard-2-of-2 is lost (KilledWorker")
    (home,) = shard_folders(tmp_path)
    before = (home / "run.jsonl").read_bytes()
    assert evaluate(library, resume=tmp_path, dask=address) == 0
    assert (home / "run.jsonl").read_bytes() == before
    assert run_result(merged(shard_folders(tmp_path))).is_complete


def test_a_shard_that_raises_is_told_with_its_reason(copy, tmp_path, address):
    # Workers run with their own library, which lacks a prompt that is new here.
    for path in (*copy.prompts.glob("connection_apps.yaml"), *copy.root.glob("*/*/connection_apps.yaml")):
        text = path.read_text("utf-8").replace("connection_apps", "news")
        path.with_name("news.yaml").write_text(text, "utf-8")
    with pytest.raises(PromptkitError, match=r"no shard came back: shard-[12]-of-2 is lost .*there is no prompt news"):
        evaluate(copy, "news", out=tmp_path / "run", dask=address)


def test_workers_that_are_all_gone_end_the_wait(tmp_path, address):
    with open_cluster(address) as cluster:
        slots = iter([2])
        gone = Cluster(cluster.executor, lambda: next(slots, 0))
        setup = EvalSpec(tuple(NAMES))
        stop = Spread(setup, tmp_path, look_seconds=0.01).go(None, 2, gone, Limits(), lambda _: None)
    assert stop == "every worker is gone, and with them 2 shards"


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "local", "tcp://", ""])
def test_an_address_where_no_scheduler_answers_is_a_clear_error(address):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = address.format(port=free.getsockname()[1])
        with pytest.raises(PromptkitError, match=r"\[no-cluster\]"), open_cluster(address, 0.2):
            pass


def test_without_the_extra_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install 'torii-promptkit\[dask\]'"), open_cluster("tcp://127.0.0.1:1"):
        pass


def test_a_cluster_makes_its_own_shards(library, tmp_path):
    with pytest.raises(UsageError, match="shard-and-dask"):
        evaluate(library, shard=(1, 2), out=tmp_path, dask="tcp://127.0.0.1:1")


def test_a_folder_without_shards_is_no_run_on_a_cluster(library, tmp_path):
    with pytest.raises(UsageError, match="no-shard"):
        evaluate(library, resume=tmp_path, dask="tcp://127.0.0.1:1")
