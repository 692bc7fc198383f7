"""The report on a run: what `eval` prints of it, and the files that it writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from rich.console import Console

from promptkit.agents.turns import PROGRAMS
from promptkit.evaluation.page.build import page_of
from promptkit.evaluation.records.merge import run_result
from promptkit.evaluation.records.record import Recorded, read_record
from promptkit.evaluation.rows import report_of
from promptkit.evaluation.screen import against_baseline, screen_of
from promptkit.extras import extra
from promptkit.reports.blocks import Block
from promptkit.reports.files import NO_FILES, ReportFiles
from promptkit.reports.terminal import print_blocks
from promptkit.reports.write import write_reports


@dataclass(frozen=True)
class Outputs:
    """What is told of a run, and where: JSON to stdout in place of tables, files, a comparison with an earlier run."""

    as_json: bool = False
    files: ReportFiles = NO_FILES
    baseline: Path | None = None


def tell(recorded: Recorded, folders: Sequence[Path], outputs: Outputs) -> bool:
    """Write and print the report on a run, whose records are in `folders`; whether it passes.

    Raises:
        PromptkitError: a file cannot be written, or the baseline is of another population; says what differs.
    """
    run = run_result(recorded)
    # Counted once, after the files that do without: a baseline that does not fit must not cost those.
    counted = cache(partial(_statistics, recorded, outputs))
    if outputs.files != NO_FILES:
        write_reports(replace(report_of(run), page=page_of(recorded, folders, counted)), outputs.files)
    statistics = counted()
    is_worse = any(change.is_regression for change in statistics.get("changes", ()))
    passed = run.passes_baseline(is_worse=is_worse) if outputs.baseline else run.passed
    if outputs.as_json:
        told: dict[str, Any] = {name: [vars(one) for one in found] for name, found in statistics.items()}
        told |= {"passes_baseline": passed} if outputs.baseline else {}
        print(json.dumps(run.as_json() | told, indent=2, default=str))
    else:
        against = [against_baseline(run, is_worse=is_worse)] if outputs.baseline else []
        print_blocks([*screen_of(run), *_tables(statistics), *against], Console())
    return passed


def _statistics(recorded: Recorded, outputs: Outputs) -> dict[str, Any]:
    """Groups, changes and ablation, of what is asked for; nothing of what is no language model, which no rate fits."""
    found: dict[str, Any] = {}
    has_language_model = not PROGRAMS.issuperset(recorded.header.setup.models)
    if not (has_language_model or outputs.baseline or recorded.header.setup.ablate):
        return found
    statistics = extra("promptkit.evaluation.statistics", "statistics")
    if has_language_model:
        found["statistics"] = statistics.groups(recorded)
    if recorded.header.setup.ablate:
        found["ablation"] = statistics.ablation(recorded)
    if outputs.baseline:
        found["changes"] = statistics.compare(read_record(outputs.baseline), recorded)
    return found


def _tables(statistics: Mapping[str, Any]) -> Iterator[Block]:
    if not statistics:
        return
    tables = extra("promptkit.evaluation.tables", "statistics")
    # Of an ablation, the table of rules has what the groups without each would say on hundreds of lines.
    yield from tables.group_blocks([group for group in statistics.get("statistics", ()) if not group.without])
    for name, heads in (("ablation", ("rule", "with it", "without it")), ("changes", ("subject", "before", "now"))):
        if name in statistics:
            yield from tables.change_blocks(statistics[name], heads)
