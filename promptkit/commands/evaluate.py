"""`eval`: replay prompts against a Torii MCP server and say whether anything but reading was tried."""

from __future__ import annotations

import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import anyio
from rich.console import Console

from promptkit.evaluation.models import open_model
from promptkit.evaluation.plan import REFERENCE, ROGUE, plan
from promptkit.evaluation.record import RunRecord
from promptkit.evaluation.report import print_report
from promptkit.evaluation.suite import evaluate
from promptkit.library import Library


def run_eval(
    library: Library,
    names: Sequence[str],
    *,
    server: str = "local",
    models: Sequence[str] = (REFERENCE,),
    base_url: str | None = None,
    out: Path | None = None,
    as_json: bool = False,
) -> int:
    """Run the eval and print its report; 0 only when everything is clean and correct."""
    tasks = plan(library, names, models)
    opened = {name: open_model(name, base_url=base_url) for name in models if name not in {REFERENCE, ROGUE}}
    folder = out or Path("runs", datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S.%fZ"))
    console = Console(stderr=True)

    def open_record(header: dict[str, object]) -> RunRecord:
        return RunRecord(folder, header)

    with console.status("starting") as status:
        report = anyio.run(evaluate, library, tasks, server, opened, open_record, status.update)
    if as_json:
        print(json.dumps(report.as_json(), indent=2))
    else:
        print_report(report, Console())
    print(f"The whole transcript is in {folder / 'run.jsonl'}", file=sys.stderr)
    return 0 if report.passed else 1
