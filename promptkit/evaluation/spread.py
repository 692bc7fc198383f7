"""Spreads a run over a cluster: a shard goes out as one task, and comes home as the text of its record."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path

import anyio

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.journal import exclusive
from promptkit.agents.open_models import open_models
from promptkit.cluster import Cluster
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.merge import run_result
from promptkit.evaluation.records.record import FILE_NAME, read_record
from promptkit.evaluation.runner import Limits, Progress
from promptkit.evaluation.start import EvalRun, asked_again
from promptkit.files import make_folder, write_text
from promptkit.library.store import Library, default_root
from promptkit.text import sanitized

LOOK_SECONDS = 5
_ONE = (1, 1)


def run_shard(setup: EvalSpec, limits: Limits, before: str) -> tuple[str, str]:
    """Run one shard; this is what a worker does, with its own library and its own keys of providers.

    Args:
        setup: of the shard.
        limits: how fast and how far it goes.
        before: the record of what is done of it; empty for nothing.

    Returns:
        The record, and why the shard stopped before its end, empty when it did not.

    Raises:
        PromptkitError: as `Run.go`.
    """
    with tempfile.TemporaryDirectory(prefix="promptkit-") as folder:
        record = Path(folder, FILE_NAME)
        if before:
            record.write_text(before, "utf-8")
        library = Library(default_root())
        run = EvalRun(
            library, setup, plan(library, setup), open_models(setup.models, setup.base_url), record.parent, bool(before)
        )
        stop = anyio.run(run.go, limits, lambda _: None, lambda _: None)
        return record.read_text("utf-8"), stop


@dataclass(frozen=True)
class Spread:
    """A run whose shards go to a cluster.

    Args:
        setup: of the whole.
        folder: holds the record of each shard in a folder of its own, `shard-I-of-N`.
        count: how many shards it has; 0 for as many as the cluster works on at once.
    """

    setup: EvalSpec
    folder: Path
    count: int = 0

    @classmethod
    def new(cls, folder: Path, setup: EvalSpec) -> Spread:
        """Begin a run.

        Raises:
            UsageError: the setup is of one shard only.
            PromptkitError: the folder holds a run already.
        """
        if setup.shard != _ONE:
            raise UsageError.of("shard-and-dask", "a run on a cluster makes its own shards", "leave --shard out")
        if shard_folders(folder):
            raise PromptkitError.of(
                "run-exists", f"{folder} holds a run already", "name another with --out, or --resume this one"
            )
        return cls(setup, folder)

    @classmethod
    def resumed(cls, folder: Path, asked: EvalSpec) -> Spread:
        """Go on with a run whose shards are in `folder`.

        Raises:
            UsageError: there is none, or what was asked for on the command line is something else.
        """
        found = shard_folders(folder)
        if not found:
            raise UsageError.of("no-shard", f"{folder} holds no shard of a run on a cluster", "begin anew, with --out")
        setup = read_record(found[0]).header.setup
        return cls(asked_again(replace(setup, shard=_ONE), asked), folder, setup.shard[1])

    def go(self, planned: int, cluster: Cluster, limits: Limits, progress: Progress) -> str:
        """Run every shard that is not whole yet; each is on disk here as soon as it is home.

        A shard whose worker is lost is tried again by the scheduler, and given up when that does not help. Limits are
        for the whole run: each shard gets its part.

        Args:
            planned: how many samples the whole run has.
            cluster: where the shards go.
            limits: how fast and how far.
            progress: is told each result, once its shard is home.

        Returns:
            Why it stopped before the end; empty when it did not.

        Raises:
            PromptkitError: a record cannot be read or written.
        """
        with exclusive(self.folder):
            return "; ".join(_each_home(self._sent(planned, cluster, limits), cluster, progress))

    def _sent(self, planned: int, cluster: Cluster, limits: Limits) -> dict[Future[tuple[str, str]], Path]:
        count = self.count or min(cluster.slots(), planned) or 1
        waiting: dict[Future[tuple[str, str]], Path] = {}
        for index in range(1, count + 1):
            path = self._path(index, count)
            before = path.read_text("utf-8") if path.exists() else ""
            if before and run_result(read_record(path)).is_complete:
                continue
            setup = replace(self.setup, shard=(index, count))
            share = limits.share(count)
            waiting[cluster.executor.submit(run_shard, setup, share, before)] = path
        return waiting

    def _path(self, index: int, count: int) -> Path:
        return self.folder / f"shard-{index}-of-{count}" / FILE_NAME


def shard_folders(folder: Path) -> list[Path]:
    """Where the shards of a run are that came home, sorted."""
    return sorted(path.parent for path in folder.glob(f"shard-*-of-*/{FILE_NAME}"))


def _each_home(waiting: dict[Future[tuple[str, str]], Path], cluster: Cluster, progress: Progress) -> Iterator[str]:
    """Keep each shard as it comes home; yields why a shard is not there, or not whole."""
    while waiting:
        done, _ = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
        # A scheduler without workers waits for new ones; somebody in front of a terminal should not.
        if not done and not cluster.slots():
            yield f"every worker is gone, and with them {len(waiting)} shards"
            return
        for future in done:
            yield from _home(future, waiting.pop(future), progress)


def _home(future: Future[tuple[str, str]], path: Path, progress: Progress) -> Iterator[str]:
    try:
        text, stop = future.result()
    except (Exception, CancelledError) as error:  # Whatever befell one shard, the others go on.
        yield f"{path.parent.name} is lost ({type(error).__name__}: {sanitized(error, 200)})"
        return
    make_folder(path.parent)
    write_text(path, text)
    for result in read_record(path).results:
        progress(result)
    if stop:
        yield f"{path.parent.name}: {stop}"
