"""An audit on a real Dask cluster on this machine."""

import pytest

from promptkit.audit.audit import Auditor, audit
from promptkit.evaluation.cluster import open_cluster
from tests.sources import ROOT

distributed = pytest.importorskip("distributed", reason="needs: pip install 'torii-promptkit[dask]'")
SEEDS = ROOT / "tests" / "audit" / "seeds"


def test_a_cluster_finds_what_one_process_finds(policy):
    auditor = Auditor(policy)
    with (
        distributed.LocalCluster(
            1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as scheduler,
        open_cluster(scheduler.scheduler_address) as cluster,
    ):
        spread = audit([SEEDS], auditor, cluster=cluster.executor)
    assert spread == audit([SEEDS], auditor, 1)
