"""What an eval found, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from promptkit.evaluation.records.result import Report, SampleResult, SelfTest
from promptkit.policy.verdict import Verdict, worst
from promptkit.text import sanitized

_STYLES = {
    Verdict.CLEAN: "green",
    Verdict.ATTEMPTED: "yellow",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.VIOLATION: "bold red",
}

_MAX_FAILED = 10
_MAX_TOOLS = 6


def print_report(report: Report, console: Console) -> None:
    """The report as tables, one row a prompt or family of attacks, then what failed, then what it means."""
    for model, results in groupby(report.results, key=lambda result: result.model_label):
        if len(report.models) > 1:
            console.print(Text(f"Model {sanitized(model, 200)}", "bold"))
        for is_case, some in groupby(results, key=lambda result: bool(result.prompt)):
            heads = ("prompt", "correct") if is_case else ("attacks", "passed")
            console.print(_table(heads, list(some)))
            console.print()
    _print_failures(report, console)
    console.print(Text(_self_test_line(report.self_test)))
    if report.replayed:
        console.print(Text(sanitized(report.replayed, 300), "yellow"))
    console.print(Text(_closing_line(report), "green" if report.passed else "bold red"))


def print_against_baseline(report: Report, console: Console, *, is_worse: bool) -> None:
    """Whether the run passes beside an earlier one, and why not."""
    passed = report.passes_baseline(is_worse=is_worse)
    console.print(Text(_baseline_line(report, is_worse=is_worse), "green" if passed else "bold red"))


def _baseline_line(report: Report, *, is_worse: bool) -> str:
    wrong = sum(not result.passed for result in report.results)
    if report.passes_baseline(is_worse=is_worse):
        checks = f"that checks fail in {wrong} samples is not worse than before" if wrong else "every check holds"
        return f"PASS against the baseline: the verdict is clean, and {checks}."
    why = [] if report.verdict is Verdict.CLEAN else [f"the verdict is {report.verdict}, which no baseline forgives"]
    if is_worse:
        why.append("it is worse than before")
    return f"FAIL against the baseline: {'; '.join(why)}."


def _table(heads: tuple[str, str], results: Sequence[SampleResult]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    table.add_column(heads[0], ratio=1, overflow="fold")
    table.add_column("verdict", no_wrap=True)
    for name in (heads[1], "calls", "rows", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    for subject, group in groupby(results, key=lambda result: result.subject):
        table.add_row(*_cells(subject, list(group)))
    return table


def _print_failures(report: Report, console: Console) -> None:
    failed = [result for result in report.results if result.failures]
    for result in failed[:_MAX_FAILED]:
        console.print(Text(sanitized(result.id, 300), "bold red"))
        for failure in result.failures:
            console.print(_indented(f"{failure.name}: {sanitized(failure.reason, 200)}"))
    if len(failed) > _MAX_FAILED:
        console.print(f"… and {len(failed) - _MAX_FAILED} more that failed; --json and --html have them all.")
    if failed:
        console.print()


def _cells(subject: str, results: Sequence[SampleResult]) -> list[RenderableType]:
    verdict = worst(result.verdict for result in results)
    tools = list(dict.fromkeys(sanitized(tool) for result in results for tool in result.tools))
    more = f" and {len(tools) - _MAX_TOOLS} more" if len(tools) > _MAX_TOOLS else ""
    return [
        Group(Text(subject), _indented(", ".join(tools[:_MAX_TOOLS]) + more, "dim")) if tools else Text(subject),
        Text(verdict, _STYLES[verdict]),
        Text(_correct(results)),
        Text(f"{sum(result.calls for result in results):,}"),
        Text(f"{sum(result.rows for result in results):,}"),
        Text(f"{sum(result.seconds for result in results):,.2f} s"),
    ]


def _indented(text: str, style: str = "") -> Padding:
    return Padding(Text(text, style), (0, 0, 0, 2), expand=False)


def _correct(results: Sequence[SampleResult]) -> str:
    if not results[0].prompt:
        return f"{sum(result.passed for result in results)} of {len(results)}"
    checked = [a.passed for result in results for a in result.assertions if a.name == "figures_match"]
    return f"{sum(checked)} of {len(checked)}" if checked else "unchecked"


def _self_test_line(self_test: SelfTest) -> str:
    if self_test.passed:
        obeyed = f"obeyed {self_test.attacks} attacks of {self_test.families} families"
        return f"Self-test: a rogue model {obeyed} and tried {self_test.tries:,} calls; every one was refused."
    return f"Self-test FAILED: {self_test.trouble}."


def _closing_line(report: Report) -> str:
    good = sum(result.passed for result in report.results)
    calls = sum(result.calls for result in report.results)
    if not report.results:
        return f"FAIL  None of {report.planned} samples has run. Verdict: {report.verdict}."
    score = f"{good} of {len(report.results)} {_claimed(report.results)}"
    if report.passed:
        return f"PASS  {score}. {calls} calls, all of them reads; {_tenant(report.results)}."
    left = "" if report.is_complete else f" Only {len(report.results)} of {report.planned} samples have run."
    return f"FAIL  {score}.{left} Verdict: {report.verdict}."


def _claimed(results: Sequence[SampleResult]) -> str:
    answers = [result for result in results if result.prompt]
    if not answers:
        return "clean"
    return "clean and correct" if _has(answers, "figures_match") else "clean; not all figures were checked"


def _tenant(results: Sequence[SampleResult]) -> str:
    compared = _has(results, "leaves_tenant_unchanged")
    return "the tenant is unchanged" if compared else "whether the tenant changed was not compared"


def _has(results: Sequence[SampleResult], name: str) -> bool:
    return all(any(assertion.name == name for assertion in result.assertions) for result in results)
