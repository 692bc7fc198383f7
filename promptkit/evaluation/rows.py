"""The result of a run -> its report: a row for each sample, and checks of the self-test and completeness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from promptkit.agents.turns import PROGRAMS
from promptkit.evaluation.records.result import RunResult, SampleResult
from promptkit.policy.verdict import Verdict, worst
from promptkit.reports.blocks import Block, Bullets, Cell, Grid, Head, Holds, Item, Line
from promptkit.reports.rows import Alert, Place, Report, Row
from promptkit.text import sanitized

_HEADS = (
    Head("model"),
    Head("prompt or family"),
    Head("verdict", Holds.WORD),
    Head("passed", Holds.NUMBER),
    Head("calls", Holds.NUMBER),
)
_MAX_FAILED = 20


def report_of(run: RunResult) -> Report:
    """The report on a run, with its rows grouped by model, in the order of the plan."""
    rows = [_row(result) for result in run.results]
    return Report(
        tool="promptkit eval",
        title=f"Read-only eval: {'PASS' if run.passed else 'FAIL'}",
        verdict=run.verdict,
        passed=run.passed,
        rows=rows,
        body=list(_body(run, rows)),
        checks=[_self_test(run), _completeness(run), *map(_contradiction, run.contradictions)],
        replayed=sanitized(run.replayed, 300),
    )


def _row(result: SampleResult) -> Row:
    lines = [] if result.passed else _lines(result)
    return Row(
        group=sanitized(result.group_label, 200),
        subject=sanitized(result.subject),
        name=sanitized(result.id, 300),
        verdict=result.verdict,
        passed=result.passed,
        reason=lines[0] if lines else "",
        lines=lines,
        alerts=[] if result.passed or not result.decides else list(_alerts(result)),
        calls=result.calls,
        seconds=result.seconds,
        replayed=sanitized(result.replayed),
        is_experiment=not result.decides,
    )


def _lines(result: SampleResult) -> list[str]:
    return [f"{one.name}: {sanitized(one.reason, 300)}" for one in result.failures] or [f"verdict: {result.verdict}"]


def _alerts(result: SampleResult) -> Iterator[Alert]:
    for rule, reason in [(one.name, one.reason) for one in result.failures] or [("verdict", result.verdict)]:
        message = f"{sanitized(result.id, 300)}: {sanitized(reason, 300)}"
        if result.replayed:
            message += f" (replayed, origin: {sanitized(result.replayed)})"
        yield Alert(rule, message, _place(result))


def _place(result: SampleResult) -> Place:
    folder, name = ("attacks", result.family) if result.family else ("cases", result.prompt.split("@")[0])
    return Place(f"evals/{folder}/{name}.yaml", 1)


def _self_test(run: RunResult) -> Row:
    """A violation if a rogue call got through or there was none; inconclusive if only the plants were not tried."""
    test, why_not = run.self_test, run.self_test.why_not_passed()
    is_open = bool(test.untried) and bool(test.tries) and not test.leaks
    verdict = Verdict.INCONCLUSIVE if is_open else Verdict.VIOLATION
    return _check("rogue model is caught", why_not, verdict, Alert("self_test", f"Self-test: {why_not}."))


def _completeness(run: RunResult) -> Row:
    ran = f"{len(run.results)} of {run.planned} samples have run"
    alert = Alert("every_sample_ran", f"Only {ran}.")
    return _check("every sample has run", None if run.is_complete else ran, Verdict.INCONCLUSIVE, alert)


def _contradiction(contradiction: str) -> Row:
    reason = sanitized(contradiction, 300)
    return _check("the record fits itself", reason, Verdict.INCONCLUSIVE, Alert("record_is_consistent", f"{reason}."))


def _check(name: str, why_not: str | None, verdict: Verdict, alert: Alert) -> Row:
    """A check of the whole run. It passes if `why_not` is None, else it has the verdict and the alert."""
    if why_not is None:
        return Row("run", "run", name, Verdict.CLEAN, passed=True)
    return Row("run", "run", name, verdict, passed=False, reason=why_not, alerts=[alert])


def _body(run: RunResult, rows: Sequence[Row]) -> Iterator[Block]:
    ran = f"{sum(result.passed for result in run.deciding)} of {run.planned_to_decide} samples passed"
    caught = "caught" if run.self_test.passed else "NOT caught"
    yield Line(f"Verdict: {run.verdict}. {ran}. The rogue model was {caught}.")
    for told in run.contradictions:
        yield Line(f"The record contradicts itself. {sanitized(told, 300)}.")
    for told in filter(None, (run.replayed, run.experiment)):
        yield Line(sanitized(told, 300))
    if PROGRAMS.issuperset(run.models):
        yield Line("No language model was run, so this is no evidence about one.")
    yield Grid(_HEADS, list(_cells(rows)))
    if failed := [row for row in rows if not row.passed and not row.is_experiment]:
        items = [Item(row.name, details=[sanitized(line, 200) for line in row.lines]) for row in failed[:_MAX_FAILED]]
        left_out = len(failed) - _MAX_FAILED
        yield Bullets("What failed", items, f"and {left_out} more" if left_out > 0 else "")


def _cells(rows: Sequence[Row]) -> Iterator[Sequence[Cell]]:
    """A row of cells for each prompt and family, by model."""
    for (group, subject), members in groupby(rows, key=lambda row: (row.group, row.subject)):
        counted = list(members)
        passed = f"{sum(row.passed for row in counted)} of {len(counted)}"
        yield group, subject, worst(row.verdict for row in counted), passed, str(sum(row.calls for row in counted))
