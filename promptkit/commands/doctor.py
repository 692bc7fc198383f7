"""`doctor`: the guide's checklist, checked against a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import anyio
from rich.console import Console
from rich.prompt import Confirm
from rich.text import Text

from promptkit.connection.address import address_of
from promptkit.errors import PromptkitError, UsageError
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile
from promptkit.onboarding.doctor import examine
from promptkit.onboarding.finding import CheckStatus, Finding
from promptkit.onboarding.readiness import named_hosts
from promptkit.onboarding.typed import require_writable
from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Grid, Head, Holds, Line, Tone
from promptkit.reports.files import ReportFiles
from promptkit.reports.rows import Page, Report
from promptkit.reports.write import write_reports
from promptkit.torii.names import LOCAL_SERVERS

_PAGE = Path(__file__).parents[1] / "onboarding" / "doctor.html.j2"
_STYLES = {
    CheckStatus.OK: "green",
    CheckStatus.WARN: "yellow",
    CheckStatus.FAIL: "bold red",
    CheckStatus.UNKNOWN: "cyan",
}


def run_doctor(
    library: Library,
    *,
    server: str,
    profile: Profile,
    as_json: bool,
    html: Path | None = None,
    hosts: Sequence[str] = (),
) -> int:
    """Print each finding with what to do next; 1 if a check failed. The other findings are for a person to judge.

    Raises:
        UsageError: the page cannot be written where it should be, or nothing is known of one of the `hosts`.
    """
    if html is not None:
        try:
            require_writable(html)
        except PromptkitError as error:
            raise UsageError(replace(problem, path="--html") for problem in error.problems) from error
    named = named_hosts(hosts)
    printed = PrintedFindings(Console())
    findings: list[Finding] = []

    async def walk() -> None:
        # This also closes it when printing fails, as in `promptkit doctor | head`, while the server is still running.
        has_profile = profile is not DEFAULT_PROFILE
        async with aclosing(examine(library, server, profile, has_profile=has_profile, hosts=named)) as examined:
            async for finding in examined:
                findings.append(finding)
                if not (as_json or _is_asked(finding)):
                    printed.add(finding)

    anyio.run(walk)
    if not as_json:
        # Only now, since while the server is read Ctrl+C would not end a question.
        for place, finding in enumerate(findings):
            if _is_asked(finding):
                findings[place] = _judged(finding)
                printed.add(findings[place])
        printed.end()
    passed = not any(finding.status is CheckStatus.FAIL for finding in findings)
    if html is not None:
        write_reports(_report(server, findings, passed=passed), ReportFiles(html=html))
    if as_json:
        print(json.dumps({"passed": passed, "findings": [vars(finding) for finding in findings]}, indent=2))
    return int(not passed)


def _is_asked(finding: Finding) -> bool:
    """Whether somebody at a terminal is asked about it."""
    return bool(finding.question) and sys.stdin.isatty()


def _judged(finding: Finding) -> Finding:
    """The finding as the person at the terminal judges it; as it is where they do not answer."""
    try:
        is_right = Confirm.ask(Text(finding.question), console=Console(stderr=True))
    except EOFError:
        print(file=sys.stderr)  # What comes next must not stand on the line of the question.
        return finding
    if is_right:
        return replace(finding, status=CheckStatus.OK, next="")
    return replace(finding, status=CheckStatus.FAIL, seen=f"Torii shows something else than this: {finding.seen}")


def _report(server: str, findings: Sequence[Finding], *, passed: bool) -> Report:
    """The findings for the file: those that failed first, and those that a person must judge next."""
    order = [CheckStatus.FAIL, CheckStatus.UNKNOWN, CheckStatus.WARN, CheckStatus.OK]
    heads = [Head("status", Holds.WORD), Head("check"), Head("what was seen", Holds.MAIN), Head("what to do next")]
    rows = [
        [one.status.value, one.check, one.seen, one.next]
        for one in sorted(findings, key=lambda one: order.index(one.status))
    ]
    where = server if server in LOCAL_SERVERS else address_of(server)
    return Report(
        tool="promptkit doctor",
        title="The guide's checklist",
        verdict=Verdict.CLEAN if passed else Verdict.INCONCLUSIVE,
        passed=passed,
        rows=[],
        body=[Line(f"Server: {where}", Tone.STRONG), Grid(heads, rows)],
        page=Page(_PAGE, None, dict),
    )


class PrintedFindings:
    """Findings as they come; what several in a row say to do next stands once, below the last of them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = ""
        self._count = 0

    def add(self, finding: Finding) -> None:
        """Print one more."""
        if finding.next != self._next:
            self.end()
        status = f"{finding.status:8}", _STYLES[finding.status]
        self._console.print(Text.assemble(status, f"{finding.check}: {finding.seen}"))
        self._next, self._count = finding.next, self._count + 1

    def end(self) -> None:
        """Print what the last ones say to do next."""
        if self._next:
            of = f", for these {self._count}" if self._count > 1 else ""
            self._console.print(Text(f"        next{of}: {self._next}"))
        self._next, self._count = "", 0
