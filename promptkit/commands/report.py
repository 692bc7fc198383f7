"""The report on a run: what `eval` prints, and the files it writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from rich.console import Console

from promptkit.agents.turns import PROGRAMS
from promptkit.errors import extra
from promptkit.evaluation.control import ControlExperiment, control_blocks
from promptkit.evaluation.page.build import page_of
from promptkit.evaluation.page.samples import Conversations
from promptkit.evaluation.records.merge import run_result
from promptkit.evaluation.records.record import Recorded, read_record
from promptkit.evaluation.rows import report_of
from promptkit.evaluation.screen import against_baseline, screen_of
from promptkit.reports.blocks import Block
from promptkit.reports.files import NO_FILES, ReportFiles
from promptkit.reports.terminal import print_blocks
from promptkit.reports.write import write_reports


@dataclass(frozen=True)
class Outputs:
    """How to report on a run: JSON on stdout instead of tables, in which files, compared with which earlier run."""

    as_json: bool = False
    files: ReportFiles = NO_FILES
    baseline: Path | None = None


def report_on(recorded: Recorded, conversations: Conversations, outputs: Outputs) -> bool:
    """Write and print the report on a run and what was said in it; whether the run passes.

    Raises:
        PromptkitError: a file cannot be written, or the baseline has a different population; says what differs.
    """
    run, controls = run_result(recorded), _controls(recorded)
    control = list(control_blocks(controls))
    # Counted once, and after the files that need no counts: an unsuitable baseline must not prevent those.
    counted = cache(partial(_statistics, recorded, outputs))
    if outputs.files != NO_FILES:
        report, page = report_of(run), page_of(recorded, conversations, counted, control)
        write_reports(replace(report, body=[*report.body, *control], page=page), outputs.files)
    statistics = counted()
    is_worse = any(change.is_regression for change in statistics.get("changes", ()))
    passed = run.passes_baseline(is_worse=is_worse) if outputs.baseline else run.passed
    if outputs.as_json:
        counts: dict[str, Any] = {name: [vars(row) for row in rows] for name, rows in statistics.items()}
        counts |= {"control": controls[-1].as_json()} if controls else {}
        counts |= {"passes_baseline": passed} if outputs.baseline else {}
        print(json.dumps(run.as_json() | counts, indent=2, default=str))
    else:
        against = [against_baseline(run, is_worse=is_worse)] if outputs.baseline else []
        print_blocks([*screen_of(run), *_tables(statistics), *control, *against], Console())
    return passed


def _controls(recorded: Recorded) -> Sequence[ControlExperiment]:
    """The control experiment of each model and of all, if the run is one."""
    if not recorded.header.setup.control:
        return []
    controls: Sequence[ControlExperiment] = extra("promptkit.evaluation.statistics", "statistics").control(recorded)
    return controls


def _statistics(recorded: Recorded, outputs: Outputs) -> dict[str, Any]:
    """Groups, changes and ablation, as far as they apply: programs, which are not language models, have no rate."""
    counted: dict[str, Any] = {}
    has_language_model = not PROGRAMS.issuperset(recorded.header.setup.models)
    if not (has_language_model or outputs.baseline or recorded.header.setup.ablate):
        return counted
    statistics = extra("promptkit.evaluation.statistics", "statistics")
    if has_language_model:
        counted["statistics"] = statistics.groups(recorded)
    if recorded.header.setup.ablate:
        counted["ablation"] = statistics.ablation(recorded)
    if outputs.baseline:
        counted["changes"] = statistics.compare(read_record(outputs.baseline), recorded)
    return counted


def _tables(statistics: Mapping[str, Any]) -> Iterator[Block]:
    if not statistics:
        return
    tables = extra("promptkit.evaluation.tables", "statistics")
    # The groups without a rule would take hundreds of lines; the table of rules sums them up.
    yield from tables.group_blocks([group for group in statistics.get("statistics", ()) if not group.without])
    for name, heads in (("ablation", ("rule", "with it", "without it")), ("changes", ("subject", "before", "now"))):
        if name in statistics:
            yield from tables.change_blocks(statistics[name], heads)
