"""`eval`: replay prompts against a Torii MCP server and say whether anything but reading was tried."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from promptkit.agents.cassette import Player, Recorder, replayed_setup
from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.open_models import open_models
from promptkit.cluster import open_cluster
from promptkit.commands.report import Outputs, tell
from promptkit.connection.address import address_of, is_plain
from promptkit.connection.client import checked_url
from promptkit.connection.open_session import LOCAL_SERVERS
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.live import forecast
from promptkit.evaluation.plan import Sample, plan
from promptkit.evaluation.records.merge import merged
from promptkit.evaluation.records.record import FILE_NAME, read_record
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.spread import Spread, shard_folders
from promptkit.evaluation.start import EvalRun, resumed_setup
from promptkit.extras import extra
from promptkit.library.store import Library
from promptkit.policy.verdict import Verdict
from promptkit.reports.terminal import print_blocks

_INTERRUPTED = "interrupted"
_INTERRUPTED_CODE = 130


@dataclass(frozen=True)
class Folders:
    """Where a run is recorded, and its language models' turns.

    Args:
        out: for the record of a new run; None for a folder named by the time.
        resume: holds the record of the run to go on with.
        record: for a cassette to write.
        replay: holds a cassette whose turns stand in for the models.
    """

    out: Path | None = None
    resume: Path | None = None
    record: Path | None = None
    replay: Path | None = None


def run_eval(library: Library, setup: EvalSpec, limits: Limits, folders: Folders, outputs: Outputs) -> int:
    """Run the eval, or go on with one, and print the report.

    Returns:
        0 only when every sample ran and is clean and correct; with a baseline also when answers
        fail checks no more often than before. 130 after Ctrl-C, with a report of what was done.
    """
    if folders.record and folders.replay:
        raise _wrong_cassette()
    player = Player(folders.replay) if folders.replay else None
    setup = _setup(setup, folders, player)
    tasks = plan(library, setup)
    # A replay has no models, so it can open no connection to one.
    models = {} if player else open_models(setup.models, setup.base_url)
    if folders.record and not models:
        raise UsageError.of("no-model", "there is no language model to record", "name one with --model PROVIDER:NAME")
    is_resumed = folders.resume is not None
    recorder = Recorder(folders.record, setup, resumed=is_resumed) if folders.record else None
    run = EvalRun(library, setup, tasks, models, _run_folder(folders), is_resumed, player or recorder)
    with closing(recorder) if recorder else nullcontext():
        _print_forecast(setup, tasks)
        stop = _go(run, limits)
    passed = tell(read_record(run.folder), [run.folder], outputs)
    for note in run.notes:
        print(f"Note: {note}", file=sys.stderr)
    print(f"The whole transcript is in {run.folder / FILE_NAME}", file=sys.stderr)
    return _ended(stop, f"promptkit eval --resume {run.folder}", passed=passed)


def _setup(asked: EvalSpec, folders: Folders, player: Player | None) -> EvalSpec:
    """What is run: what was asked for, or what began before."""
    if folders.resume:
        setup = resumed_setup(folders.resume, asked)
    else:
        setup = replayed_setup(player.about.setup, asked) if player else asked
    if player and setup.server not in LOCAL_SERVERS:
        message = f"a replay calls the tools of {address_of(setup.server)} for real"
        raise UsageError.of("replay-server", message, "replay on a local Torii: --server local")
    return _without_secrets(setup)


def _without_secrets(setup: EvalSpec) -> EvalSpec:
    """The setup, which is recorded as it is, if its addresses hold nothing that may be a secret.

    Raises:
        UsageError: one does.
    """
    if setup.server not in LOCAL_SERVERS:
        checked_url(setup.server)
    if setup.base_url and not is_plain(setup.base_url):
        fix = "leave user, password, query and fragment out; a key is read from the environment"
        raise UsageError.of(
            "base-url", f"--base-url holds more than {address_of(setup.base_url)}, and records show it", fix
        )
    return setup


def _run_folder(folders: Folders) -> Path:
    return folders.resume or folders.out or Path("runs", f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S.%fZ}")


def _go(run: EvalRun, limits: Limits) -> str:
    """Run the samples; why it stopped before the end, or empty."""
    with _progress(limits) as (begin, one):
        try:
            return anyio.run(run.go, limits, begin, one)
        except KeyboardInterrupt:
            if not (run.folder / FILE_NAME).exists():
                raise
            return _INTERRUPTED


def run_on_cluster(
    address: str, library: Library, setup: EvalSpec, limits: Limits, folders: Folders, outputs: Outputs
) -> int:
    """Run the eval as `run_eval` does, but in shards on the Dask cluster whose scheduler is at `address`."""
    if folders.record or folders.replay:
        raise _wrong_cassette()
    setup = _without_secrets(setup)
    spread = Spread.resumed(folders.resume, setup) if folders.resume else Spread.new(_run_folder(folders), setup)
    stop = _go_on_cluster(address, library, spread, limits)
    shards = shard_folders(spread.folder)
    if not shards:
        raise PromptkitError.of("no-shard", f"no shard came home: {stop}", "look at the workers' logs, then begin anew")
    passed = tell(merged(shards), shards, outputs)
    print(f"The whole transcripts are below {spread.folder}", file=sys.stderr)
    return _ended(stop, f"promptkit eval --dask {address} --resume {spread.folder}", passed=passed)


def _go_on_cluster(address: str, library: Library, spread: Spread, limits: Limits) -> str:
    """Run the shards; why they stopped before the end, or empty."""
    with open_cluster(address) as cluster, _progress(limits) as (begin, one):
        tasks = plan(library, spread.setup)
        _print_forecast(spread.setup, tasks)
        begin(len(tasks))
        try:
            return spread.go(len(tasks), cluster, limits, one)
        except KeyboardInterrupt:
            return _INTERRUPTED


def _wrong_cassette() -> UsageError:
    fix = "leave all but one of --record, --replay and --dask out"
    return UsageError.of("record-or-replay", "a run records, replays, or is spread over a cluster", fix)


def _print_forecast(setup: EvalSpec, tasks: Sequence[Sample]) -> None:
    if setup.server not in LOCAL_SERVERS:
        print(forecast(tasks), file=sys.stderr, flush=True)


def _ended(stop: str, command: str, *, passed: bool) -> int:
    """Say how a run that stopped goes on; the exit code."""
    if stop:
        print(f"Stopped: {stop}. Go on with: {command}", file=sys.stderr)
    return _INTERRUPTED_CODE if stop == _INTERRUPTED else int(not passed)


@contextmanager
def _progress(limits: Limits) -> Iterator[tuple[Callable[[int], None], Callable[[SampleResult], None]]]:
    """A bar on stderr: what tells it how many samples there are, and what tells it of one that ended."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("self-test", total=None)
        counts = dict.fromkeys(Verdict, 0)

        def begin(total: int) -> None:
            progress.update(bar, description="samples", total=total)

        def one(result: SampleResult) -> None:
            counts[result.verdict] += 1
            told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
            progress.update(bar, description=told + _spent(limits), advance=1)

        yield begin, one


def _spent(limits: Limits) -> str:
    spent = limits.spent
    if not spent.input_tokens:
        return ""
    return f"; {spent.input_tokens + spent.output_tokens:,} tokens" + (
        f", ${spent.cost_usd:.2f}" if spent.cost_usd else ""
    )


def run_merge(folders: Sequence[Path], outputs: Outputs) -> int:
    """Print the report on the shards of one run; 0 only when all of it is there, clean and correct."""
    return int(not tell(merged(folders), folders, outputs))


def run_plan(library: Library, setup: EvalSpec, rate: float) -> int:
    """Print the repeats that a claim about the rate of failures needs."""
    if not 0 < rate < 1:
        raise UsageError.of("wrong-rate", f"--plan is {rate}", "write a rate such as 0.01, for one in a hundred")
    samples = plan(library, replace(setup, repeats=1))
    print_blocks(extra("promptkit.evaluation.tables", "statistics").plan_blocks(samples, rate), Console())
    return 0
