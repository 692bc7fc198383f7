"""The workers of a Dask cluster, behind the interface of `concurrent.futures`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import NamedTuple

from promptkit.errors import PromptkitError, UsageError, extra
from promptkit.text import sanitized

ANSWER_SECONDS = 15


class Cluster(NamedTuple):
    """A cluster: takes tasks, and says how many it can run at once now, which is 0 when every worker is gone."""

    executor: Executor
    slots: Callable[[], int]


@contextmanager
def open_cluster(address: str, answer_seconds: float = ANSWER_SECONDS) -> Iterator[Cluster]:
    """Connect to the scheduler of a Dask cluster.

    Each side must trust the other, because it unpickles what the other sends.

    Args:
        address: such as `tcp://10.0.0.5:8786`.
        answer_seconds: how long the scheduler may take to answer.

    Raises:
        UsageError: the extra `dask` is not installed, or `address` is not one.
        PromptkitError: no scheduler answers, or it has no workers.
    """
    distributed = extra("distributed", "dask")
    if ":" not in address:
        raise UsageError.of("no-cluster", f"{sanitized(address)} is not an address", "write it as tcp://HOST:PORT")
    fix = "start one with: dask scheduler, and on each machine: dask worker ADDRESS --nthreads 1"
    try:
        client = distributed.Client(address, timeout=answer_seconds, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise PromptkitError.of(
            "no-cluster", f"no Dask scheduler answers at {sanitized(address)}: {sanitized(error)}", fix
        ) from error
    with client:

        def slots() -> int:
            return sum(client.nthreads().values())

        if not slots():
            raise PromptkitError.of("no-workers", f"the Dask scheduler at {sanitized(address)} has no workers", fix)
        yield Cluster(client.get_executor(), slots)
