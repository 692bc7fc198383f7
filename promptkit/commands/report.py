"""The report on a run: what `eval` prints of it, and the files that it writes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from promptkit.agents.turns import PROGRAMS
from promptkit.evaluation.exports import as_junit, as_markdown, as_sarif
from promptkit.evaluation.records.merge import report_of
from promptkit.evaluation.records.record import Recorded, read_record
from promptkit.evaluation.report import print_against_baseline, print_report
from promptkit.extras import extra
from promptkit.files import write_text
from promptkit.page.report import build_report


@dataclass(frozen=True)
class Outputs:
    """What is told of a run, and where: JSON to stdout in place of tables, files, a comparison with an earlier run."""

    as_json: bool = False
    junit: Path | None = None
    sarif: Path | None = None
    markdown: Path | None = None
    html: Path | None = None
    baseline: Path | None = None


def tell(recorded: Recorded, folders: Sequence[Path], outputs: Outputs) -> bool:
    """Write and print the report on a run, whose records are in `folders`; whether it passes.

    Raises:
        PromptkitError: a file cannot be written, or the baseline is of another population; says what differs.
    """
    report = report_of(recorded)
    if outputs.junit:
        write_text(outputs.junit, as_junit(report))
    if outputs.markdown:
        write_text(outputs.markdown, as_markdown(report))
    if outputs.sarif:
        write_text(outputs.sarif, json.dumps(as_sarif(report), indent=2) + "\n")
    statistics = _statistics(recorded, outputs)
    if outputs.html:
        write_text(outputs.html, build_report(recorded, folders, statistics))
    is_worse = any(change.is_regression for change in statistics.get("changes", ()))
    passed = report.passes_baseline(is_worse=is_worse) if outputs.baseline else report.passed
    if outputs.as_json:
        told: dict[str, Any] = {name: [vars(one) for one in found] for name, found in statistics.items()}
        told |= {"passes_baseline": passed} if outputs.baseline else {}
        print(json.dumps(report.as_json() | told, indent=2, default=str))
    else:
        print_report(report, Console())
        _print_statistics(statistics, Console())
        if outputs.baseline:
            print_against_baseline(report, Console(), is_worse=is_worse)
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


def _print_statistics(statistics: Mapping[str, Any], console: Console) -> None:
    if not statistics:
        return
    tables = extra("promptkit.evaluation.tables", "statistics")
    # Of an ablation, the table of rules has what the groups without each would say on hundreds of lines.
    tables.print_groups([group for group in statistics.get("statistics", ()) if not group.without], console)
    for name, heads in (("ablation", ("rule", "with it", "without it")), ("changes", ("subject", "before", "now"))):
        if name in statistics:
            tables.print_changes(statistics[name], heads, console)
