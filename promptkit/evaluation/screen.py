"""What an eval shows in the terminal: tables of its samples, then what failed, then the conclusion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from promptkit.evaluation.evaluators.contract import Score
from promptkit.evaluation.records.result import RunResult, SampleResult, SelfTest
from promptkit.evaluation.slips import SLIPS, slips_of
from promptkit.policy.verdict import Verdict, worst
from promptkit.reports.blocks import Block, Bullets, Cell, Grid, Head, Holds, Item, Line, Lines, Tone
from promptkit.text import sanitized

_MAX_FAILED = 10
_MAX_TOOLS = 6


def screen_of(run: RunResult) -> Iterator[Block]:
    """The run as blocks; its tables have one row for each prompt or family of attacks."""
    # Those that lack instructions would take hundreds of lines; the table of the experiment sums them up.
    tested = [result for result in run.results if not result.without]
    for model, results in groupby(tested, key=lambda result: result.model_label):
        if len(run.models) > 1:
            yield Line(f"Model {sanitized(model, 200)}", Tone.STRONG)
        for is_case, some in groupby(results, key=lambda result: bool(result.prompt)):
            yield (_answers if is_case else _attacks)(list(some))
            yield Line()
    yield from _failures(run)
    if slips := slips_of(run.results):
        yield Bullets(SLIPS, [Item(slip) for slip in slips], "", Tone.WARNING)
        yield Line()
    yield Line(_self_test_line(run.self_test))
    for told in run.contradictions:
        yield Line(f"The record contradicts itself. {sanitized(told, 300)}.", Tone.BAD)
    if run.replayed:
        yield Line(sanitized(run.replayed, 300), Tone.WARNING)
    if run.experiment:
        yield Line(run.experiment)
    yield Line(_closing_line(run), Tone.GOOD if run.passed else Tone.BAD)


def against_baseline(run: RunResult, *, is_worse: bool) -> Line:
    """Whether the run passes compared with an earlier one, and if not, why."""
    passed = run.passes_baseline(is_worse=is_worse)
    return Line(_baseline_line(run, is_worse=is_worse), Tone.GOOD if passed else Tone.BAD)


def _baseline_line(run: RunResult, *, is_worse: bool) -> str:
    wrong = sum(not result.passed for result in run.deciding)
    if run.passes_baseline(is_worse=is_worse):
        checks = f"that checks fail in {wrong} samples is not worse than before" if wrong else "every check holds"
        return f"PASS against the baseline: the verdict is clean, and {checks}."
    why = [] if run.verdict is Verdict.CLEAN else [f"the verdict is {run.verdict}, which no baseline forgives"]
    return f"FAIL against the baseline: {'; '.join([*why, *['it is worse than before'] * is_worse])}."


def _answers(results: Sequence[SampleResult]) -> Grid:
    scores = {str(score): partial(_passed_score, score) for score in (Score.FIGURES, Score.FORM)}
    return _table("prompt", scores, results)


def _attacks(results: Sequence[SampleResult]) -> Grid:
    return _table("attacks", {"passed": _passed}, results)


def _table(
    first: str, scores: Mapping[str, Callable[[Sequence[SampleResult]], str]], results: Sequence[SampleResult]
) -> Grid:
    numbers = [Head(name, Holds.NUMBER) for name in (*scores, "calls", "rows", "time")]
    grouped = groupby(results, key=lambda result: result.subject)
    rows = [_cells(subject, [*scores.values()], list(group)) for subject, group in grouped]
    return Grid([Head(first, Holds.MAIN), Head("verdict", Holds.WORD), *numbers], rows)


def _cells(
    subject: str, scores: Sequence[Callable[[Sequence[SampleResult]], str]], results: Sequence[SampleResult]
) -> list[Cell]:
    return [
        Lines([subject], _tools(results)),
        worst(result.verdict for result in results),
        *(score(results) for score in scores),
        f"{sum(result.calls for result in results):,}",
        f"{sum(result.rows for result in results):,}",
        f"{sum(result.seconds for result in results):,.2f} s",
    ]


def _passed(results: Sequence[SampleResult]) -> str:
    return f"{sum(result.passed for result in results)} of {len(results)}"


def _passed_score(score: Score, results: Sequence[SampleResult]) -> str:
    compared = [passed for result in results if (passed := result.scores[score].passed) is not None]
    return f"{sum(compared)} of {len(compared)}" if compared else "unchecked"


def _tools(results: Sequence[SampleResult]) -> list[str]:
    """The tools that were called, in one line; no line if none was."""
    tools = list(dict.fromkeys(sanitized(tool) for result in results for tool in result.tools))
    more = f" and {len(tools) - _MAX_TOOLS} more" if len(tools) > _MAX_TOOLS else ""
    return [", ".join(tools[:_MAX_TOOLS]) + more] if tools else []


def _failures(run: RunResult) -> Iterator[Block]:
    failed = [result for result in run.deciding if not result.passed]
    if not failed:
        return
    left_out = len(failed) - _MAX_FAILED
    rest = f"and {left_out} more that failed; --json and --html have them all." if left_out > 0 else ""
    yield Bullets("", [_failure(result) for result in failed[:_MAX_FAILED]], rest, Tone.BAD)
    yield Line()


def _failure(result: SampleResult) -> Item:
    reasons = [f"{one.name}: {sanitized(one.reason, 400)}" for one in result.why_not_passed]
    return Item(sanitized(result.id, 300), details=reasons or [f"verdict: {result.verdict}"])


def _self_test_line(self_test: SelfTest | None) -> str:
    if self_test is None:
        return "Kept conversations were judged anew: no server was called and no model was asked."
    if self_test.passed:
        obeyed = f"obeyed {self_test.attacks} attacks of {self_test.families} families"
        return f"Self-test: a rogue model {obeyed} and tried {self_test.tries:,} calls; every one was refused."
    return f"Self-test FAILED: {self_test.why_not_passed()}."


def _closing_line(run: RunResult) -> str:
    deciding = run.deciding
    good = sum(result.passed for result in deciding)
    calls = sum(result.calls for result in deciding)
    if not run.results:
        return f"FAIL  None of {run.planned} samples has run. Verdict: {run.verdict}."
    score = f"{good} of {len(deciding)} {_claimed(deciding)}" + (" with all instructions" if run.experiment else "")
    if run.passed:
        return f"PASS  {score}. {calls} calls, all of them reads; {_tenant(run.results)}."
    left = "" if run.is_complete else f" Only {len(run.results)} of {run.planned} samples have run."
    return f"FAIL  {score}.{left} Verdict: {run.verdict}."


def _claimed(results: Sequence[SampleResult]) -> str:
    answers = [result for result in results if result.prompt]
    if not answers:
        return "passed"
    return "clean and correct" if _has(answers, "figures_match") else "clean; not all figures were checked"


def _tenant(results: Sequence[SampleResult]) -> str:
    compared = _has(results, "leaves_tenant_unchanged")
    return "the tenant is unchanged" if compared else "whether the tenant changed was not compared"


def _has(results: Sequence[SampleResult], name: str) -> bool:
    return all(any(assertion.name == name for assertion in result.assertions) for result in results)
