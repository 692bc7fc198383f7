"""Spreads a run over a cluster: each shard is sent out as one task, and comes back as the text of its record."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from pathlib import Path

import anyio

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.journal import exclusive
from promptkit.agents.open_models import open_models
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.cluster import Cluster
from promptkit.evaluation.plan import plan
from promptkit.evaluation.records.lines import FILE_NAME
from promptkit.evaluation.records.merge import run_result
from promptkit.evaluation.records.record import read_header, read_record
from promptkit.evaluation.runner import Limits, Progress
from promptkit.evaluation.start import EvalRun, asked_again
from promptkit.files import make_folder, write_text
from promptkit.library.store import Library, open_library
from promptkit.text import sanitized

LOOK_SECONDS = 5
_ONE = (1, 1)
_Shard = Future[tuple[str, str | None]]
"""The record of a shard, and why it stopped before its end."""


def run_shard(setup: EvalSpec, limits: Limits, before: str, own: Path | None) -> tuple[str, str | None]:
    """Run one shard. A worker calls this, with its own library and its own provider keys.

    Args:
        setup: the shard's setup.
        limits: how fast and how far it goes.
        before: the record of the part that is done; empty if there is none.
        own: the folder of the company's own library, which the worker must reach too; None for ours alone.

    Returns:
        The record, and why the shard stopped before its end, None if it did not.

    Raises:
        PromptkitError: as `EvalRun.go`.
    """
    with tempfile.TemporaryDirectory(prefix="promptkit-") as folder:
        record = Path(folder, FILE_NAME)
        if before:
            record.write_text(before, "utf-8")
        library = open_library(own)
        run = EvalRun(
            library, setup, plan(library, setup), open_models(setup.models, setup.base_url), record.parent, bool(before)
        )
        stop = anyio.run(run.go, limits, lambda _: None, lambda _: None)
        return record.read_text("utf-8"), stop


@dataclass(frozen=True)
class Spread:
    """A run whose shards go to a cluster.

    Args:
        setup: the setup of the whole run.
        folder: holds each shard's record in a folder `shard-I-of-N`.
        count: the number of shards; 0 for as many as the cluster can run at once.
        look_seconds: how often to check, while waiting for shards, that a worker is left.
    """

    setup: EvalSpec
    folder: Path
    count: int = 0
    look_seconds: float = LOOK_SECONDS

    @classmethod
    def new(cls, folder: Path, setup: EvalSpec) -> Spread:
        """Begin a run.

        Raises:
            UsageError: the setup is for a single shard, or the folder already holds a run.
        """
        if setup.shard != _ONE:
            raise UsageError.of("shard-and-dask", "a run on a cluster makes its own shards", "leave --shard out")
        if shard_folders(folder):
            raise UsageError.of(
                "run-exists", f"{folder} already holds a run", "name another with --out, or --resume this one"
            )
        return cls(setup, folder)

    @classmethod
    def resumed(cls, folder: Path, asked: EvalSpec) -> Spread:
        """Continue a run whose shards are in `folder`.

        Raises:
            UsageError: there is none, or the command line asks for something else.
        """
        folders = shard_folders(folder)
        if not folders:
            raise UsageError.of("no-shard", f"{folder} holds no shard of a run on a cluster", "start again, with --out")
        setup = read_header(folders[0]).setup
        return cls(asked_again(replace(setup, shard=_ONE), asked), folder, setup.shard[1])

    def go(self, own: Path | None, planned: int, cluster: Cluster, limits: Limits, progress: Progress) -> str | None:
        """Run every shard that is not complete yet; each is written to disk here as soon as it comes back.

        If a shard's worker is lost, the scheduler tries the shard again, and gives up if that does not help. Limits
        are for the whole run: each shard gets its part.

        Args:
            own: the folder of the company's own library, if the run uses one.
            planned: how many samples the whole run has.
            cluster: runs the shards.
            limits: how fast and how far.
            progress: is called with each result, once its shard has come back.

        Returns:
            Why it stopped before the end; None if it did not.

        Raises:
            PromptkitError: a record cannot be read or written.
        """
        with exclusive(self.folder):
            library = open_library(own)
            sent = self._sent(own, library, planned, cluster, limits)
            return "; ".join(self._returned(sent, library, cluster, progress)) or None

    def _sent(
        self, own: Path | None, library: Library, planned: int, cluster: Cluster, limits: Limits
    ) -> dict[_Shard, Path]:
        count = self.count or min(cluster.slots(), planned) or 1
        waiting: dict[_Shard, Path] = {}
        for index in range(1, count + 1):
            path = self._path(index, count)
            before = path.read_text("utf-8") if path.exists() else ""
            if before and run_result(read_record(path, library)).is_complete:
                continue
            setup = replace(self.setup, shard=(index, count))
            share = limits.share(count)
            waiting[cluster.executor.submit(run_shard, setup, share, before, own)] = path
        return waiting

    def _returned(
        self, waiting: dict[_Shard, Path], library: Library, cluster: Cluster, progress: Progress
    ) -> Iterator[str]:
        """Write each shard to disk as it comes back; yields why a shard is missing or incomplete."""
        while waiting:
            done, _ = wait(waiting, self.look_seconds, FIRST_COMPLETED)
            # A scheduler without workers waits for new ones, but a person at a terminal should not have to.
            if not done and not cluster.slots():
                yield f"every worker is gone, and with them {len(waiting)} shards"
                return
            for future in done:
                yield from _keep(future, waiting.pop(future), library, progress)

    def _path(self, index: int, count: int) -> Path:
        return self.folder / f"shard-{index}-of-{count}" / FILE_NAME


def shard_folders(folder: Path) -> list[Path]:
    """The folders of a run's shards that came back, sorted."""
    return sorted(path.parent for path in folder.glob(f"shard-*-of-*/{FILE_NAME}"))


def _keep(future: _Shard, path: Path, library: Library, progress: Progress) -> Iterator[str]:
    try:
        text, stop = future.result()
    except Exception as error:  # Whatever happened to one shard, the others continue.
        yield f"{path.parent.name} is lost ({type(error).__name__}: {sanitized(error, 200)})"
        return
    make_folder(path.parent)
    write_text(path, text)
    try:
        results = read_record(path, library).results
    except PromptkitError as error:
        # Such a file would stand in the way of every shard that came home whole.
        path.unlink()
        yield f"{path.parent.name} is lost ({error.problems[0].message})"
        return
    for result in results:
        progress(result)
    if stop:
        yield f"{path.parent.name}: {stop}"
