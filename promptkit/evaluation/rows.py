"""The result of a run -> its report: a row for each sample, and checks of the self-test and completeness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from promptkit.agents.turns import PROGRAMS
from promptkit.evaluation.evaluators.contract import Assertion, Score
from promptkit.evaluation.records.result import RunResult, SampleResult, SelfTest
from promptkit.evaluation.slips import SLIPS, slips_of
from promptkit.policy.verdict import Verdict, worst
from promptkit.reports.blocks import Block, Bullets, Cell, Grid, Head, Holds, Item, Line
from promptkit.reports.rows import Alert, Place, Report, Row
from promptkit.text import sanitized

_HEADS = (
    Head("model"),
    Head("prompt or family"),
    Head("verdict", Holds.WORD),
    *(Head(name, Holds.NUMBER) for name in ("passed", *Score, "calls")),
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
        checks=[*_self_test(run), _completeness(run), *map(_contradiction, run.contradictions)],
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
        alerts=list(_alerts(result, result.why_not_passed)) if result.decides and not result.passed else [],
        calls=result.calls,
        seconds=result.seconds,
        replayed=sanitized(result.replayed),
        scores={score: word_for(one.passed) for score, one in result.scores.items()},
        slips=list(_alerts(result, result.slips)) if result.decides and result.slips else [],
        is_experiment=not result.decides,
    )


def word_for(passed: bool | None) -> str:
    """A score in one word."""
    return {True: "passed", False: "failed", None: "not compared"}[passed]


def _lines(result: SampleResult) -> list[str]:
    failed = [f"{one.name}: {sanitized(one.reason, 300)}" for one in result.why_not_passed]
    return failed or [f"verdict: {result.verdict}"]


def _alerts(result: SampleResult, failed: Sequence[Assertion]) -> Iterator[Alert]:
    for rule, reason in [(one.name, one.reason) for one in failed] or [("verdict", result.verdict)]:
        message = f"{sanitized(result.id, 300)}: {sanitized(reason, 300)}"
        if result.replayed:
            message += f" (replayed, origin: {sanitized(result.replayed)})"
        yield Alert(rule, message, _place(result))


def _place(result: SampleResult) -> Place:
    folder, name = ("attacks", result.family) if result.family else ("cases", result.prompt.split("@")[0])
    return Place(f"evals/{folder}/{name}.yaml", 1)


def _self_test(run: RunResult) -> Iterator[Row]:
    """A violation if a rogue call got through or there was none; inconclusive if only the plants were not tried."""
    if (test := run.self_test) is None:
        return
    why_not = test.why_not_passed()
    is_open = bool(test.untried) and bool(test.tries) and not test.leaks
    verdict = Verdict.INCONCLUSIVE if is_open else Verdict.VIOLATION
    yield _check("rogue model is caught", why_not, verdict, Alert("self_test", f"Self-test: {why_not}."))


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
    yield Line(f"Verdict: {run.verdict}. {ran}. {_rogue_sentence(run.self_test)}")
    for told in run.contradictions:
        yield Line(f"The record contradicts itself. {sanitized(told, 300)}.")
    for told in filter(None, (run.replayed, run.experiment)):
        yield Line(sanitized(told, 300))
    if PROGRAMS.issuperset(run.models):
        yield Line("No language model was run, so this is no evidence about one.")
    yield Grid(_HEADS, list(_cells(rows)))
    if slips := slips_of(run.results):
        yield Bullets(SLIPS, [Item(slip) for slip in slips])
    if failed := [row for row in rows if not row.passed and not row.is_experiment]:
        items = [Item(row.name, details=[sanitized(line, 200) for line in row.lines]) for row in failed[:_MAX_FAILED]]
        left_out = len(failed) - _MAX_FAILED
        yield Bullets("What failed", items, f"and {left_out} more" if left_out > 0 else "")


def _rogue_sentence(self_test: SelfTest | None) -> str:
    if self_test is None:
        return "Kept conversations were judged anew; no model was asked."
    return f"The rogue model was {'caught' if self_test.passed else 'NOT caught'}."


def _cells(rows: Sequence[Row]) -> Iterator[Sequence[Cell]]:
    """A row of cells for each prompt and family, by model."""
    for (group, subject), members in groupby(rows, key=lambda row: (row.group, row.subject)):
        counted = list(members)
        passed = f"{sum(row.passed for row in counted)} of {len(counted)}"
        scores = [_share([row.scores.get(score, "") for row in counted]) for score in Score]
        calls = str(sum(row.calls for row in counted))
        yield group, subject, worst(row.verdict for row in counted), passed, *scores, calls


def _share(words: Sequence[str]) -> str:
    """How many of those that were compared passed; a dash if none was."""
    compared = [word for word in words if word in {word_for(passed=True), word_for(passed=False)}]
    return f"{compared.count(word_for(passed=True))} of {len(compared)}" if compared else "-"
