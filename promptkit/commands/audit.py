"""`audit`: what transcripts of any host really show, with evidence and without guessing."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from promptkit.answering.view_tools import reviewed_view_tools
from promptkit.audit.audit import Audit, Auditor, audit
from promptkit.audit.detect import check_format
from promptkit.audit.redact import redact
from promptkit.audit.rows import report_of
from promptkit.audit.screen import screen_of
from promptkit.errors import UsageError
from promptkit.evaluation.cluster import open_cluster
from promptkit.files import load_yaml, validate_each
from promptkit.library.store import Library
from promptkit.model import ReviewedTool
from promptkit.policy.decision import ToolPolicy
from promptkit.policy.verdict import Verdict
from promptkit.reports.files import NO_FILES, ReportFiles
from promptkit.reports.terminal import print_blocks
from promptkit.reports.write import write_reports
from promptkit.text import sanitized

_PIPE_WIDTH = 400


def run_audit(
    library: Library,
    paths: Sequence[Path],
    *,
    format: str | None = None,  # noqa: A002
    tools: Path | None = None,
    jobs: int | None = None,
    as_json_: bool = False,
    files: ReportFiles = NO_FILES,
    show_text: bool = False,
    show_people: bool = False,
    dask: str | None = None,
) -> int:
    """Audit transcripts and report on them; 0 only if every conversation is clean.

    Args:
        library: the reviewed tools.
        paths: files, folders and zip files.
        format: the format of all files; found by content by default.
        tools: a list of reviewed tools to use instead, written like instructions/tools.yaml.
        jobs: processes to use; one per core by default.
        as_json_: print JSON instead of a table.
        files: the reports to write.
        show_text: put the messages into JSON and Markdown.
        show_people: leave names and e-mail addresses as they are.
        dask: the address of the scheduler of a Dask cluster, whose workers then audit the files.

    Raises:
        UsageError: a path or a format does not exist, or `jobs` is not positive.
        PromptkitError: the list of tools has problems, or a report cannot be written.
    """
    if jobs is not None and jobs < 1:
        raise UsageError.of("wrong-jobs", f"--jobs is {jobs}", "write 1 or more")
    policy = ToolPolicy(validate_each(load_yaml(tools), ReviewedTool) if tools else _known_tools(library))
    auditor = Auditor(policy, check_format(format) if format else None, show_text, show_people)
    with open_cluster(dask) if dask else nullcontext() as cluster:
        outcome = audit(paths, auditor, jobs, cluster.executor if cluster else None)
    if not show_people:
        outcome = replace(outcome, results=[redact(result) for result in outcome.results])
    if files != NO_FILES:
        write_reports(report_of(outcome), files)
    if as_json_:
        print(json.dumps(outcome.as_json(), indent=2))
    else:
        # A pipe has no width, and a path that is broken over two lines can be neither searched for nor opened.
        print_blocks(screen_of(outcome), Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH))
    _name_skipped(outcome)
    return 0 if outcome.verdict is Verdict.CLEAN else 1


def _known_tools(library: Library) -> Mapping[str, ReviewedTool]:
    """Torii's reviewed tools and our own view tools, which a server of Torii's is never asked for."""
    return {**reviewed_view_tools(), **library.reviewed_tools}


def _name_skipped(outcome: Audit) -> None:
    if outcome.passed_over:
        names = ", ".join(sanitized(name, 120) for name in outcome.passed_over[:5])
        more = f" and {len(outcome.passed_over) - 5} more" if len(outcome.passed_over) > 5 else ""
        print(f"Skipped, because they hold no transcript: {names}{more}", file=sys.stderr)
