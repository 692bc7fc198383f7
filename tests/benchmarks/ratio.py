"""One row of the benchmarks: what ours costs against what it could cost at least, measured side by side in one run."""

import gc
import time
from collections.abc import Callable
from typing import NamedTuple


class Ratio(NamedTuple):
    """`ours` and `base` are in `unit`; `goal` is the largest ratio we accept, None where there is no goal."""

    what: str
    ours: float
    base: float
    against: str
    goal: float | None = None
    unit: str = "ms"

    @property
    def ratio(self) -> float:
        """How many times the base."""
        return self.ours / self.base

    @property
    def is_met(self) -> bool:
        """Whether the goal is met, if there is one."""
        return self.goal is None or self.ratio <= self.goal


def least(repeats: int, *works: Callable[[], float]) -> list[float]:
    """The least that each of `works` reports, taken in turns so that a busy moment hits all of them alike."""
    rounds = [[work() for work in works] for _ in range(repeats)]
    return [min(column) for column in zip(*rounds, strict=True)]


def cpu_milliseconds(work: Callable[[], object]) -> Callable[[], float]:
    """`work` as something that reports the CPU time of this process that it took."""

    def timed() -> float:
        gc.collect()
        began = time.process_time()
        work()
        return (time.process_time() - began) * 1000

    return timed
