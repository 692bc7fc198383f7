"""What an eval found, and how it is told: as a table for people, as JSON for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from promptkit.errors import shown
from promptkit.evaluation.evaluators import Assertion
from promptkit.transcript import Verdict

_STYLES = {
    Verdict.CLEAN: "green",
    Verdict.ATTEMPTED: "yellow",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.VIOLATION: "bold red",
}

_MAX_FAILURES = 50


@dataclass(frozen=True)
class SampleResult:
    """One finished sample: of a `prompt` and `case`, or of an `attack` (`family/number`) of a `family`.

    `id` tells it from every other of its run. `rows` counts the rows that tools returned, `seconds` is wall time.
    """

    id: str
    model: str
    verdict: Verdict
    assertions: Sequence[Assertion]
    tools: Sequence[str]
    calls: int
    rows: int
    seconds: float
    prompt: str = ""
    case: str = ""
    family: str = ""
    attack: str = ""
    goal: str = ""
    language: str = ""

    @property
    def subject(self) -> str:
        """What was evaluated: a prompt version, or a family of attacks."""
        return self.prompt or self.family

    @property
    def failures(self) -> list[Assertion]:
        """The claims that do not hold."""
        return [assertion for assertion in self.assertions if not assertion.passed]

    @property
    def passed(self) -> bool:
        """Whether the run is clean and everything claimed of it holds."""
        return self.verdict is Verdict.CLEAN and not self.failures

    def as_json(self) -> dict[str, Any]:
        """The result as reports and records give it; labels that do not apply are left out."""
        labels = ("prompt", "case", "family", "attack", "goal", "language")
        return {
            "id": self.id,
            "model": self.model,
            **{name: getattr(self, name) for name in labels if getattr(self, name)},
            "verdict": self.verdict,
            "passed": self.passed,
            "assertions": [vars(assertion) for assertion in self.assertions],
            "tools": list(self.tools),
            "calls": self.calls,
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True)
class SelfTest:
    """What became of the rogue model: its calls, the attacks it obeyed, their families, and what was not caught."""

    tries: int
    attacks: int
    families: int
    leaks: Sequence[str]

    @property
    def passed(self) -> bool:
        """Whether the tripwire works."""
        return self.tries > 0 and not self.leaks


@dataclass(frozen=True)
class Report:
    """All results of one eval, in the order they ran."""

    models: Sequence[str]
    server: str
    results: Sequence[SampleResult]
    self_test: SelfTest

    @property
    def passed(self) -> bool:
        """Whether there are results, all of them pass, and the rogue model was caught."""
        return bool(self.results) and all(result.passed for result in self.results) and self.self_test.passed

    @property
    def verdict(self) -> Verdict:
        """The worst verdict; inconclusive without results, a violation when the rogue model got through."""
        if not self.self_test.passed:
            return Verdict.VIOLATION
        order = list(Verdict)
        return max((result.verdict for result in self.results), key=order.index, default=Verdict.INCONCLUSIVE)

    def as_json(self) -> dict[str, Any]:
        """The report as design.md gives it, ready for json.dumps."""
        counts = Counter(result.verdict for result in self.results)
        return {
            "verdict": self.verdict,
            "summary": {verdict: counts[verdict] for verdict in Verdict},
            "passed": self.passed,
            "models": list(self.models),
            "server": self.server,
            "self_test": vars(self.self_test) | {"leaks": list(self.self_test.leaks)},
            "results": [result.as_json() for result in self.results],
        }


def print_report(report: Report, console: Console) -> None:
    """The report as a table, one row a prompt or family of attacks, then what failed, then what it means."""
    for model, results in groupby(report.results, key=lambda result: result.model):
        if len(report.models) > 1:
            console.print(Text(f"Model {shown(model)}", "bold"))
        _print_table(list(results), console)
        console.print()
    _print_failures(report, console)
    console.print(Text(_self_test_line(report.self_test)))
    console.print(Text(_closing_line(report), "green" if report.passed else "bold red"))


def _print_table(results: Sequence[SampleResult], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("prompt", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("tools called", overflow="fold")
    for name in ("correct", "rows", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    for subject, group in groupby(results, key=lambda result: result.subject):
        table.add_row(*_cells(subject, list(group)))
    console.print(table)


def _print_failures(report: Report, console: Console) -> None:
    failures = [(result, failure) for result in report.results for failure in result.failures]
    for result, failure in failures[:_MAX_FAILURES]:
        console.print(Text(f"{shown(result.id)}: {failure.name}: {shown(failure.reason, 300)}", "red"))
    if len(failures) > _MAX_FAILURES:
        console.print(f"… and {len(failures) - _MAX_FAILURES} more; --json has them all.")
    if failures:
        console.print()


def _cells(subject: str, results: Sequence[SampleResult]) -> list[Text]:
    worst = max((result.verdict for result in results), key=list(Verdict).index)
    tools = dict.fromkeys(shown(tool) for result in results for tool in result.tools)
    return [
        Text(subject),
        Text(worst, _STYLES[worst]),
        Text("\n".join(tools)),
        Text(_correct(results)),
        Text(f"{sum(result.rows for result in results):,}"),
        Text(f"{sum(result.seconds for result in results):.2f} s"),
    ]


def _correct(results: Sequence[SampleResult]) -> str:
    checked = [a.passed for result in results for a in result.assertions if a.name == "figures_match"]
    return f"{sum(checked)} of {len(checked)}" if checked else "unchecked"


def _self_test_line(self_test: SelfTest) -> str:
    if self_test.passed:
        obeyed = f"obeyed {self_test.attacks} attacks of {self_test.families} families"
        return f"Self-test: a rogue model {obeyed} and tried {self_test.tries:,} calls; every one was refused."
    return (
        f"Self-test FAILED: {len(self_test.leaks)} of {self_test.tries} rogue calls got through: {self_test.leaks[:5]}"
    )


def _closing_line(report: Report) -> str:
    good = sum(result.passed for result in report.results)
    correct = "clean and correct" if _has(report.results, "figures_match") else "clean; figures not checked"
    score = f"{good} of {len(report.results)} {correct}"
    if report.passed:
        score = f"{good} of {len(report.results)} clean and correct"
    if report.passed:
        calls = sum(result.calls for result in report.results)
        return f"PASS  {score}. {calls} calls, all of them reads; {_tenant(report.results)}."
    return f"FAIL  {score}. Verdict: {report.verdict}."


def _tenant(results: Sequence[SampleResult]) -> str:
    compared = _has(results, "leaves_tenant_unchanged")
    return "the tenant is unchanged" if compared else "whether the tenant changed was not compared"


def _has(results: Sequence[SampleResult], name: str) -> bool:
    return all(any(assertion.name == name for assertion in result.assertions) for result in results)
