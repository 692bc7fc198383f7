"""`eval`: replay prompts against a Torii MCP server and say whether anything but reading was tried."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio
import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from promptkit.errors import usage
from promptkit.evaluation.merge import merged, report_of
from promptkit.evaluation.models import open_model
from promptkit.evaluation.plan import REFERENCE, ROGUE, Setup, parse_shard, plan
from promptkit.evaluation.record import FILE_NAME, read_record
from promptkit.evaluation.report import print_report
from promptkit.evaluation.result import Report, SampleResult
from promptkit.evaluation.runner import Limits
from promptkit.evaluation.start import Run, resumed_setup
from promptkit.library import Library
from promptkit.transcript import Verdict

INTERRUPTED = 130


def run_eval(
    library: Library,
    setup: Mapping[str, Any],
    limits: Mapping[str, Any] | None = None,
    *,
    out: Path | None = None,
    resume: Path | None = None,
    as_json: bool = False,
) -> int:
    """Run the eval, or go on with one, and print the report.

    Args:
        library: where prompts, instructions, cases and attacks come from.
        setup: fields of `Setup`, `shard` as the command line has it.
        limits: fields of `Limits`.
        out: the folder of the record; by default one named by the time.
        resume: the folder of the run to go on with.
        as_json: print JSON instead of a table.

    Returns:
        0 only when every sample ran and is clean and correct; 130 after Ctrl-C, with a report of what was done.
    """
    return _run(library, _setup(setup), Limits(**limits or {}), out, resume, as_json=as_json)


def _setup(given: Mapping[str, Any]) -> Setup:
    return msgspec.convert({**given, "shard": parse_shard(given.get("shard", "1/1"))}, Setup)


def _run(
    library: Library, setup: Setup, limits: Limits, out: Path | None, resume: Path | None, *, as_json: bool
) -> int:
    if resume:
        setup = resumed_setup(resume, setup)
    plan(library, setup)
    models = {
        name: open_model(name, base_url=setup.base_url) for name in setup.models if name not in {REFERENCE, ROGUE}
    }
    folder = resume or out or Path("runs", datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ"))
    run = Run(library, setup, models, folder, resume is not None)
    stop, code = _go(run, limits)
    report = report_of(read_record(folder))
    passed = tell(report, as_json=as_json)
    print(f"The whole transcript is in {folder / FILE_NAME}", file=sys.stderr)
    if stop or code:
        print(f"Stopped: {stop or 'interrupted'}. Go on with: promptkit eval --resume {folder}", file=sys.stderr)
    return code or int(not passed)


def _go(run: Run, limits: Limits) -> tuple[str, int]:
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

        try:
            return anyio.run(run.go, limits, begin, one), 0
        except KeyboardInterrupt:
            if not (run.folder / FILE_NAME).exists():
                raise
            return "", INTERRUPTED


def _spent(limits: Limits) -> str:
    spent = limits.spent
    if not spent.input_tokens:
        return ""
    return f"; {spent.input_tokens + spent.output_tokens:,} tokens" + (
        f", ${spent.cost_usd:.2f}" if spent.cost_usd else ""
    )


def run_merge(folders: Sequence[str], *, as_json: bool = False) -> int:
    """Print the report on the shards of one run; 0 only when all of it is there, clean and correct."""
    if not folders:
        raise usage("no-folder", "there is nothing to merge", "name the folders of the shards")
    return int(not tell(report_of(merged([Path(folder) for folder in folders])), as_json=as_json))


def tell(report: Report, *, as_json: bool) -> bool:
    """Print a report; whether it passed."""
    if as_json:
        print(json.dumps(report.as_json(), indent=2, default=str))
    else:
        print_report(report, Console())
    return report.passed
