"""`eval`: replay prompts against a Torii MCP server and say whether anything but reading was tried."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import anyio
from rich.console import Console

from promptkit.agents.cassette import Player, Recorder, replayed_setup
from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.open_models import open_models
from promptkit.agents.turns import PROGRAMS
from promptkit.commands.progress import progress_bars
from promptkit.commands.report import Outputs, report_on
from promptkit.connection.address import address_of, is_plain
from promptkit.connection.client import checked_url
from promptkit.connection.stand_in import say_stand_in
from promptkit.errors import PromptkitError, UsageError, extra
from promptkit.evaluation.cluster import open_cluster
from promptkit.evaluation.live import forecast
from promptkit.evaluation.page.samples import Conversations
from promptkit.evaluation.plan import Sample, plan
from promptkit.evaluation.records.lines import FILE_NAME
from promptkit.evaluation.records.merge import merged
from promptkit.evaluation.records.record import read_conversations, read_record
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.score import score
from promptkit.evaluation.spread import Spread, shard_folders
from promptkit.evaluation.start import EvalRun, resumed_setup
from promptkit.library.store import Library
from promptkit.policy.verdict import Verdict
from promptkit.reports.terminal import print_blocks
from promptkit.torii.names import LOCAL_SERVERS

_INTERRUPTED = "interrupted"
_INTERRUPTED_CODE = 130


@dataclass(frozen=True)
class Folders:
    """Where a run is recorded, and its language models' turns.

    Args:
        out: for the record of a new run; None for a folder named after the time.
        resume: holds the record of the run to continue.
        cassette: for the cassette to write.
        replay: holds the cassette whose turns are used instead of models.
    """

    out: Path | None = None
    resume: Path | None = None
    cassette: Path | None = None
    replay: Path | None = None


def run_eval(library: Library, setup: EvalSpec, limits: Limits, folders: Folders, outputs: Outputs) -> int:
    """Run an eval, or continue one, and print the report.

    Returns:
        0 only if every sample ran and is clean and correct; with a baseline also if answers fail
        checks no more often than before. 130 after Ctrl-C, with a report on what was done.
    """
    if folders.cassette and folders.replay:
        raise _wrong_cassette()
    player = Player(folders.replay) if folders.replay else None
    setup = _setup(setup, folders, player)
    samples = plan(library, setup)
    # A replay needs no models, so it opens no connection to one.
    models = {} if player else open_models(setup.models, setup.base_url)
    if folders.cassette and not models:
        raise UsageError.of("no-model", "there is no language model to record", "name one with --model PROVIDER:NAME")
    is_resumed = folders.resume is not None
    recorder = Recorder(folders.cassette, setup, resumed=is_resumed) if folders.cassette else None
    run = EvalRun(library, setup, samples, models, _run_folder(folders), is_resumed, player or recorder)
    with closing(recorder) if recorder else nullcontext():
        stop = _go(run, limits)
    passed = report_on(read_record(run.folder, library), read_conversations(run.folder), outputs)
    for note in run.notes:
        print(f"Note: {note}", file=sys.stderr)
    print(f"The whole transcript is in {run.folder / FILE_NAME}", file=sys.stderr)
    return _ended(stop, f"promptkit eval --resume {run.folder}{limits.as_options}{library.as_option}", passed=passed)


def _setup(asked: EvalSpec, folders: Folders, player: Player | None) -> EvalSpec:
    """What to run: what was asked for, or what the resumed or replayed run was."""
    if folders.resume:
        setup = resumed_setup(folders.resume, asked)
    else:
        setup = replayed_setup(player.about.setup, asked) if player else asked
    if player and setup.server not in LOCAL_SERVERS:
        message = f"a replay calls the tools of {address_of(setup.server)} for real"
        raise UsageError.of("replay-server", message, "replay on a local Torii: --server local")
    return _checked(setup) if folders.resume else _asked(setup)


def _checked(setup: EvalSpec) -> EvalSpec:
    """The setup, which is recorded as it is, if its addresses hold nothing that may be a secret.

    Raises:
        UsageError: one does.
    """
    if setup.server not in LOCAL_SERVERS:
        checked_url(setup.server, setup.allowed_hosts)
    if setup.base_url and not is_plain(setup.base_url):
        fix = "leave user, password, query and fragment out; a key is read from the environment"
        raise UsageError.of(
            "base-url", f"--base-url holds more than {address_of(setup.base_url)}, and records show it", fix
        )
    return setup


def _asked(setup: EvalSpec) -> EvalSpec:
    """The setup of a new run, checked, if all of it is used. An older record may name an endpoint for no model.

    Raises:
        UsageError: it is not.
    """
    if setup.base_url and PROGRAMS.issuperset(setup.models):
        message = "--base-url is the endpoint of language models, and there is no language model to run"
        raise UsageError.of("no-model", message, "name one with --model PROVIDER:NAME, or leave --base-url out")
    return _checked(setup)


def _run_folder(folders: Folders) -> Path:
    return folders.resume or folders.out or Path("runs", f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%S.%fZ}")


def _go(run: EvalRun, limits: Limits) -> str | None:
    """Run the samples; why the run stopped before the end, None if it did not."""
    with _progress(limits) as (begin, ended):

        def begin_told(total: int) -> None:
            _print_forecast(run.library, run.setup, run.samples)
            begin(total)

        try:
            return anyio.run(run.go, limits, begin_told, ended)
        except KeyboardInterrupt:
            if not (run.folder / FILE_NAME).exists():
                raise
            return _INTERRUPTED


def run_on_cluster(
    address: str, library: Library, setup: EvalSpec, limits: Limits, folders: Folders, outputs: Outputs
) -> int:
    """Run an eval as `run_eval` does, but in shards on the Dask cluster whose scheduler is at `address`."""
    if folders.cassette or folders.replay:
        raise _wrong_cassette()
    setup = _asked(setup)
    if setup.server in LOCAL_SERVERS:
        say_stand_in()  # The workers, which read it, say so where nobody looks.
    spread = Spread.resumed(folders.resume, setup) if folders.resume else Spread.new(_run_folder(folders), setup)
    stop = _go_on_cluster(address, library, spread, limits)
    shards = shard_folders(spread.folder)
    if not shards:
        raise PromptkitError.of(
            "no-shard", f"no shard came back: {stop}", "look at the workers' logs, then start again"
        )
    passed = report_on(merged(shards, library), _conversations(shards), outputs)
    print(f"The whole transcripts are in the folders in {spread.folder}", file=sys.stderr)
    again = f"promptkit eval --dask {address} --resume {spread.folder}{limits.as_options}{library.as_option}"
    return _ended(stop, again, passed=passed)


def _go_on_cluster(address: str, library: Library, spread: Spread, limits: Limits) -> str | None:
    """Run the shards; why they stopped before the end, None if they did not."""
    with open_cluster(address) as cluster, _progress(limits) as (begin, ended):
        samples = plan(library, spread.setup)
        _print_forecast(library, spread.setup, samples)
        begin(len(samples))
        try:
            return spread.go(library.own_root, len(samples), cluster, limits, ended)
        except KeyboardInterrupt:
            return _INTERRUPTED


def _wrong_cassette() -> UsageError:
    fix = "give only one of --cassette, --replay and --dask"
    return UsageError.of("record-or-replay", "a run records, replays, or is spread over a cluster", fix)


def _print_forecast(library: Library, setup: EvalSpec, samples: Sequence[Sample]) -> None:
    if setup.server not in LOCAL_SERVERS:
        print(forecast(samples, library.reviewed_tools), file=sys.stderr, flush=True)


def _ended(stop: str | None, command: str, *, passed: bool) -> int:
    """Say how to continue a run that stopped; the exit code."""
    if stop:
        print(f"Stopped: {stop.rstrip('.')}. Continue with: {command}", file=sys.stderr)
    return _INTERRUPTED_CODE if stop == _INTERRUPTED else int(not passed)


@contextmanager
def _progress(limits: Limits) -> Iterator[tuple[Callable[[int], None], Callable[[SampleResult], None]]]:
    """A progress bar on stderr: call the first function with the number of samples, the second with each result."""
    with progress_bars() as progress:
        bar = progress.add_task("self-test", total=None)
        counts = dict.fromkeys(Verdict, 0)

        def begin(total: int) -> None:
            progress.update(bar, description="samples", total=total)

        def ended(result: SampleResult) -> None:
            counts[result.verdict] += 1
            tally = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
            progress.update(bar, description=tally + _spent(limits), advance=1)

        yield begin, ended


def _spent(limits: Limits) -> str:
    spent = limits.spent
    if not spent.input_tokens:
        return ""
    return f"; {spent.input_tokens + spent.output_tokens:,} tokens" + (
        f", ${spent.cost_usd:.2f}" if spent.cost_usd else ""
    )


def run_merge(folders: Sequence[Path], outputs: Outputs, library: Library | None = None) -> int:
    """Print the report on the shards of one run; 0 only if all of it is there, clean and correct."""
    return int(not report_on(merged(folders, library), _conversations(folders), outputs))


def run_score(library: Library, records: Sequence[Path], expected: Path | None, outputs: Outputs) -> int:
    """Judge kept conversations anew and print the report; 0 only if all of them pass."""
    scored = score(records, expected, library)
    return int(not report_on(scored.recorded, scored.conversations, outputs))


def _conversations(folders: Sequence[Path]) -> Conversations:
    return chain.from_iterable(map(read_conversations, folders))


def run_plan(library: Library, setup: EvalSpec, rate: float) -> int:
    """Print how many repeats a claim about the failure rate needs."""
    if not 0 < rate < 1:
        raise UsageError.of("wrong-rate", f"--plan is {rate}", "write a rate such as 0.01, for one in a hundred")
    samples = plan(library, replace(setup, repeats=1))
    print_blocks(extra("promptkit.evaluation.tables", "statistics").plan_blocks(samples, rate), Console())
    return 0
