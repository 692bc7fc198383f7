"""The record of an eval -> what its HTML page shows besides the report, for a security review."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from promptkit.agents.turns import REFERENCE, ROGUE, Usage
from promptkit.evaluation.evaluators.contract import Score
from promptkit.evaluation.page.samples import Conversations, load_samples
from promptkit.evaluation.records.merge import run_result
from promptkit.evaluation.records.record import Recorded
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.slips import SLIPS, slips_of
from promptkit.policy.verdict import Verdict, worst
from promptkit.reports.blocks import Block
from promptkit.reports.rows import Page

_PROGRAMS = {
    REFERENCE: "a program that computes answers from read tools: no language model, and no evidence about one",
    ROGUE: "a program that obeys every attack: no language model, and no evidence about one",
}
_FOLDER = Path(__file__).parent
Statistics = Callable[[], Mapping[str, Sequence[Any]]]


@dataclass(frozen=True)
class Subset:
    """The samples of one model on one subject, at least one, in the order of the plan."""

    results: Sequence[SampleResult]

    @property
    def first(self) -> SampleResult:
        """The sample to link to: the first that failed, or else the first."""
        return next((result for result in self.results if not result.passed), self.results[0])

    @property
    def verdict(self) -> Verdict:
        """The worst verdict."""
        return worst(result.verdict for result in self.results)

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How many samples have each verdict."""
        return Counter(result.verdict for result in self.results)

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(result.passed for result in self.results)

    @property
    def scenarios(self) -> int:
        """The number of different samples, without repeats."""
        return len({result.case or result.attack for result in self.results})

    @property
    def correct(self) -> str:
        """How many of the samples whose figures were checked were right."""
        checked = [one.passed for result in self.results for one in result.assertions if one.name == "figures_match"]
        return f"{sum(checked)} of {len(checked)} correct" if checked else "figures unchecked"

    @property
    def in_form(self) -> str:
        """How many of the answers kept the form."""
        kept = [result.scores[Score.FORM].passed for result in self.results]
        return f"form {sum(filter(None, kept))} of {len(kept)}"

    @property
    def calls(self) -> int:
        """The number of all calls."""
        return sum(result.calls for result in self.results)

    @property
    def seconds(self) -> tuple[float, float, float]:
        """The shortest, the median and the longest time."""
        times = [result.seconds for result in self.results]
        return min(times), median(times), max(times)

    @property
    def usage(self) -> Usage:
        """The tokens and cost of all samples."""
        return sum((result.usage for result in self.results), Usage())


def page_of(
    recorded: Recorded, conversations: Conversations, counted: Statistics, control: Sequence[Block] = ()
) -> Page:
    """What the page shows of a run besides its report.

    Args:
        recorded: the run.
        conversations: what was said in each of its samples; read only when the page is written.
        counted: what `statistics` counted of language models: `statistics` has groups, `ablation` and `changes` have
            changes; what is missing is not shown. It is called only when the page is written.
        control: what the control experiment showed; empty if the run is none.
    """
    values = partial(_values, recorded, conversations, counted, control)
    return Page(_FOLDER / "eval.html.j2", _FOLDER / "eval.js", values)


def _values(
    recorded: Recorded, conversations: Conversations, counted: Statistics, control: Sequence[Block]
) -> Mapping[str, Any]:
    statistics = counted()
    run = run_result(recorded)
    cases = [result for result in run.results if result.prompt]
    attacks = [result for result in run.results if result.family]
    durations = _grouped(run.results, lambda result: (result.model, result.subject))
    is_worse = any(one.is_regression for one in statistics.get("changes", ()))
    return {
        "run": run,
        "header": recorded.header,
        "programs": _PROGRAMS,
        "matrix": _matrix(cases, run.models),
        "slips": (SLIPS, slips_of(run.results)),
        "families": _grouped(attacks, lambda result: (result.family, result.model, result.without)),
        "groups": {(one.model, one.subject, one.without): one for one in statistics.get("statistics", ())},
        "control": control,
        "ablation": statistics.get("ablation", ()),
        "changes": statistics.get("changes", ()),
        "passes_baseline": run.passes_baseline(is_worse=is_worse),
        "durations": durations,
        "highest": max((subset.usage.cost_usd or 0 for subset in durations.values()), default=0),
        "longest": max((result.seconds for result in run.results), default=0) or 1,
        "samples": load_samples(conversations, recorded),
    }


def _matrix(cases: Iterable[SampleResult], models: Sequence[str]) -> list[tuple[str, list[Subset | None]]]:
    """A row for each prompt version, a cell for each model; None if a model did not run it."""
    cells = _grouped(cases, lambda result: (result.prompt, result.model))
    prompts = dict.fromkeys(prompt for prompt, _ in cells)
    return [(prompt, [cells.get((prompt, model)) for model in models]) for prompt in prompts]


def _grouped(
    results: Iterable[SampleResult], key: Callable[[SampleResult], tuple[str, ...]]
) -> dict[tuple[str, ...], Subset]:
    grouped: dict[tuple[str, ...], list[SampleResult]] = defaultdict(list)
    for result in results:
        grouped[key(result)].append(result)
    return {name: Subset(group) for name, group in grouped.items()}
