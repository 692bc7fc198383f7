"""`eval`: replay prompts against a Torii MCP server and say whether anything but reading was tried."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from promptkit.agents.cassette import Player, Recorder, replayed_setup
from promptkit.agents.open_models import open_models
from promptkit.cluster import open_cluster
from promptkit.commands.report import Outputs, tell
from promptkit.errors import PromptkitError, UsageError
from promptkit.evaluation.live import forecast
from promptkit.evaluation.plan import LOCAL_SERVERS, EvalSpec, parse_shard, plan
from promptkit.evaluation.records.merge import merged
from promptkit.evaluation.records.record import FILE_NAME, read_record
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.spread import Spread, shard_folders
from promptkit.evaluation.start import EvalRun, resumed_setup
from promptkit.evaluation.suite import Models
from promptkit.extras import extra
from promptkit.library.store import Library
from promptkit.policy.verdict import Verdict
from promptkit.reports.terminal import print_blocks
from promptkit.text import sanitized

INTERRUPTED = 130


def run_eval(
    library: Library,
    setup: Mapping[str, Any],
    limits: Mapping[str, Any] | None = None,
    *,
    out: Path | None = None,
    resume: Path | None = None,
    dask: str | None = None,
    record: Path | None = None,
    replay: Path | None = None,
    **outputs: Any,  # noqa: ANN401
) -> int:
    """Run the eval, or go on with one, and print the report.

    Args:
        library: where prompts, instructions, cases and attacks come from.
        setup: fields of `Setup`, `shard` as the command line has it.
        limits: fields of `Limits`.
        out: the folder of the record; by default one named by the time.
        resume: the folder of the run to go on with.
        dask: the address of the scheduler of the Dask cluster that runs it.
        record: the folder of a cassette to write.
        replay: the folder of a cassette whose turns stand in for the models.
        outputs: fields of `Outputs`.

    Returns:
        0 only when every sample ran and is clean and correct; with a baseline also when answers
        fail checks no more often than before. 130 after Ctrl-C, with a report of what was done.
    """
    if (record or replay) and (dask or (record and replay)):
        fix = "leave all but one of --record, --replay and --dask out"
        raise UsageError.of("record-or-replay", "a run records, replays, or is spread over a cluster", fix)
    go = partial(_run_on_cluster, dask) if dask else partial(_run_here, record=record, replay=replay)
    return go(library, _setup(setup), Limits(**limits or {}), out, resume, Outputs(**outputs))


def _replayed(player: Player, asked: EvalSpec) -> EvalSpec:
    setup = replayed_setup(player.about.setup, asked)
    if setup.server not in LOCAL_SERVERS:
        message = f"a replay calls the tools of {sanitized(setup.server)} for real"
        raise UsageError.of("replay-server", message, "replay on a local Torii: --server local")
    return setup


def _recorder(folder: Path, setup: EvalSpec, models: Models, *, resumed: bool) -> Recorder:
    if not models:
        raise UsageError.of("no-model", "there is no language model to record", "name one with --model PROVIDER:NAME")
    return Recorder(folder, setup, resumed=resumed)


def _setup(given: Mapping[str, Any]) -> EvalSpec:
    return msgspec.convert({**given, "shard": parse_shard(given.get("shard", "1/1"))}, EvalSpec)


def _run_here(
    library: Library,
    setup: EvalSpec,
    limits: Limits,
    out: Path | None,
    resume: Path | None,
    outputs: Outputs,
    *,
    record: Path | None,
    replay: Path | None,
) -> int:
    if resume:
        setup = resumed_setup(resume, setup)
    player = Player(replay) if replay else None
    if player and not resume:
        setup = _replayed(player, setup)
    tasks = plan(library, setup)
    # A replay has no models, so it can open no connection to one.
    models = {} if player else open_models(setup)
    recorder = _recorder(record, setup, models, resumed=resume is not None) if record else None
    folder = resume or out or _new_folder()
    run = EvalRun(library, setup, tasks, models, folder, resume is not None, player or recorder)
    with closing(recorder) if recorder else nullcontext():
        return _run(run, limits, outputs)


def _run(run: EvalRun, limits: Limits, outputs: Outputs) -> int:
    folder = run.folder
    if run.setup.server not in LOCAL_SERVERS:
        print(forecast(run.samples), file=sys.stderr, flush=True)
    stop, code = _go(run, limits)
    passed = tell(read_record(folder), [folder], outputs)
    for note in run.notes:
        print(f"Note: {note}", file=sys.stderr)
    print(f"The whole transcript is in {folder / FILE_NAME}", file=sys.stderr)
    if stop or code:
        print(f"Stopped: {stop or 'interrupted'}. Go on with: promptkit eval --resume {folder}", file=sys.stderr)
    return code or int(not passed)


def _new_folder() -> Path:
    return Path("runs", datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ"))


def _go(run: EvalRun, limits: Limits) -> tuple[str, int]:
    with _progress(limits) as (begin, one):
        try:
            return anyio.run(run.go, limits, begin, one), 0
        except KeyboardInterrupt:
            if not (run.folder / FILE_NAME).exists():
                raise
            return "", INTERRUPTED


def _run_on_cluster(
    address: str,
    library: Library,
    setup: EvalSpec,
    limits: Limits,
    out: Path | None,
    resume: Path | None,
    outputs: Outputs,
) -> int:
    spread = Spread.resumed(resume, setup) if resume else Spread.new(out or _new_folder(), setup)
    stop, code = _go_on_cluster(address, library, spread, limits)
    folder = spread.folder
    passed = tell(merged(shard_folders(folder)), shard_folders(folder), outputs)
    print(f"The whole transcripts are below {folder}", file=sys.stderr)
    if stop or code:
        print(f"Stopped: {stop}. Go on with: promptkit eval --dask {address} --resume {folder}", file=sys.stderr)
    return code or int(not passed)


def _go_on_cluster(address: str, library: Library, spread: Spread, limits: Limits) -> tuple[str, int]:
    with open_cluster(address) as cluster, _progress(limits) as (begin, one):
        tasks = plan(library, spread.setup)
        if spread.setup.server not in LOCAL_SERVERS:
            print(forecast(tasks), file=sys.stderr, flush=True)
        begin(len(tasks))
        try:
            stop, code = spread.go(len(tasks), cluster, limits, one), 0
        except KeyboardInterrupt:
            stop, code = "interrupted", INTERRUPTED
    if not shard_folders(spread.folder):
        raise PromptkitError.of("no-shard", f"no shard came home: {stop}", "look at the workers' logs, then begin anew")
    return stop, code


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


def run_merge(folders: Sequence[str], **outputs: Any) -> int:  # noqa: ANN401
    """Print the report on the shards of one run; 0 only when all of it is there, clean and correct."""
    if not folders:
        raise UsageError.of("no-folder", "there is nothing to merge", "name the folders of the shards")
    paths = [Path(folder) for folder in folders]
    return int(not tell(merged(paths), paths, Outputs(**outputs)))


def run_plan(library: Library, setup: Mapping[str, Any], rate: float) -> int:
    """Print the repeats that a claim about the rate of failures needs."""
    if not 0 < rate < 1:
        raise UsageError.of("wrong-rate", f"--plan is {rate}", "write a rate such as 0.01, for one in a hundred")
    tasks = plan(library, _setup({**setup, "repeats": 1}))
    print_blocks(extra("promptkit.evaluation.tables", "models").plan_blocks(tasks, rate), Console())
    return 0
