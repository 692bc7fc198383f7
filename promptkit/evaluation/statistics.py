"""What the counts of a run mean: rates with exact bounds, the repeats a claim needs, and whether two runs differ."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scipy.stats import binomtest, false_discovery_control, fisher_exact  # type: ignore[import-untyped]

from promptkit.agents.turns import PROGRAMS
from promptkit.errors import PromptkitError
from promptkit.evaluation.control import Arm, ControlExperiment
from promptkit.evaluation.records.record import Recorded
from promptkit.evaluation.records.result import SampleResult

CONFIDENCE = 0.95
SIGNIFICANT = 0.05
K = TypeVar("K", bound=Hashable)
Counts = tuple[int, int]
"""Failures, and runs in total."""


@dataclass(frozen=True)
class SampleGroup:
    """The samples of one model on one prompt version or family of attacks, under one version of the instructions.

    Args:
        model: its name.
        subject: a prompt version, or a family of attacks.
        instructions: their version and digest.
        without: the rule that was left out, `instructions` if all were, or empty.
        scenarios: the number of different samples.
        runs: how often they ran, all repeats together.
        failures: runs that did not pass.
        upper_bound: the failure rate is at most this, with 95 % confidence (Clopper and Pearson 1934, two-sided).
        pass_all: the share of samples that passed in every repeat (pass^k, where k is the number of repeats).
    """

    model: str
    subject: str
    instructions: str
    without: str
    scenarios: int
    runs: int
    failures: int
    upper_bound: float
    pass_all: float


def groups(recorded: Recorded) -> list[SampleGroup]:
    """Every group of a language model, in the order of the run's plan."""
    results_of: dict[tuple[str, str, str], list[SampleResult]] = defaultdict(list)
    for result in recorded.fresh:
        if result.model not in PROGRAMS:
            results_of[result.model, result.subject, result.without].append(result)
    return [_group(*key, results, recorded.header.instructions) for key, results in results_of.items()]


def _group(model: str, subject: str, without: str, results: Sequence[SampleResult], instructions: str) -> SampleGroup:
    passed: dict[str, list[bool]] = defaultdict(list)
    for result in results:
        passed[result.case or result.attack].append(result.passed)
    failures = sum(not result.passed for result in results)
    share = sum(all(every) for every in passed.values()) / len(passed)
    bound = upper_bound(failures, len(results))
    return SampleGroup(model, subject, instructions, without, len(passed), len(results), failures, bound, share)


def upper_bound(failures: int, runs: int) -> float:
    """The exact 95 % upper bound of a rate, provided that the repeats are independent of each other."""
    return float(binomtest(failures, runs).proportion_ci(CONFIDENCE, method="exact").high)


def runs_for(rate: float) -> int:
    """How many runs without a failure show that the failure rate is at most `rate`."""
    # The exact bound for 0 of n is 1 - 0.025 ** (1 / n); this is solved for n.
    return math.ceil(math.log((1 - CONFIDENCE) / 2) / math.log1p(-rate))


@dataclass(frozen=True)
class Comparison:
    """One group in two runs. `p` is Fisher's exact test that the second fails more often, one-sided, corrected."""

    model: str
    subject: str
    failures_before: int
    runs_before: int
    failures: int
    runs: int
    p: float

    @property
    def is_regression(self) -> bool:
        """Whether it fails more often than chance explains."""
        return self.p < SIGNIFICANT


def compare(baseline: Recorded, recorded: Recorded) -> list[Comparison]:
    """Every group of two runs side by side, and for each model all of its samples together.

    Prompt versions and instructions may differ: their effect is the question.

    Raises:
        PromptkitError: the runs have different populations; says what differs.
    """
    if different := list(_population_differences(baseline, recorded)):
        message = f"the two runs have different populations: {'; '.join(different)}"
        raise PromptkitError.of("other-population", message, "compare runs with the same samples, models and server")
    before, now = (_counts(_by_subject(one)) for one in (baseline, recorded))
    return _changes([(*name, before[name], now[name]) for name in sorted(now)])


def _population_differences(baseline: Recorded, recorded: Recorded) -> Iterator[str]:
    first, second = baseline.header, recorded.header
    for name, one in (("the baseline", baseline), ("this run", recorded)):
        if len(one.fresh) < len(one.results):
            yield f"{name} is a replay, which says nothing new about a model"
        if one.contradictions:
            yield f"{name} contradicts itself ({one.contradictions[0]})"
    for name in ("server", "tenant", "tools", "families"):
        if getattr(first, name) != getattr(second, name):
            yield f"{name} differ"
    for name in ("models", "ablate", "control"):
        one, two = getattr(first.setup, name), getattr(second.setup, name)
        if one != two:
            yield f"{name} are {one} and {two}"
    before, now = ({_scenario(result) for result in one.fresh} for one in (baseline, recorded))
    if before != now:
        yield f"{len(before - now)} samples are only in the baseline, {len(now - before)} only in this run"


def _scenario(result: SampleResult) -> tuple[str, ...]:
    return (result.model, result.prompt.partition("@")[0], result.case, result.attack, result.without)


def _by_subject(recorded: Recorded) -> Iterator[tuple[tuple[str, str], SampleResult]]:
    for result in recorded.fresh:
        # What is told against the baseline decides whether a run passes, and samples of an experiment do not.
        for subject in () if result.without else ("all", result.subject.partition("@")[0]):
            yield (result.model, subject), result


def _counts(results: Iterable[tuple[K, SampleResult]]) -> dict[K, Counts]:
    counts: dict[K, Counts] = {}
    for key, result in results:
        failures, runs = counts.get(key, (0, 0))
        counts[key] = (failures if result.passed else failures + 1, runs + 1)
    return counts


def _changes(counted: Sequence[tuple[str, str, Counts, Counts]]) -> list[Comparison]:
    """A comparison for each model, subject, counts before and counts now, with p-values corrected for their number."""
    tests = [_worse(*before, *now) for _, _, before, now in counted]
    corrected = [float(p) for p in false_discovery_control(tests)] if tests else []
    return [
        Comparison(model, subject, *before, *now, p)
        for (model, subject, before, now), p in zip(counted, corrected, strict=True)
    ]


def _worse(failures_before: int, runs_before: int, failures: int, runs: int) -> float:
    table = [[failures, runs - failures], [failures_before, runs_before - failures_before]]
    return float(fisher_exact(table, alternative="greater").pvalue)


def ablation(recorded: Recorded) -> list[Comparison]:
    """The effect of each rule: the attacks with all rules, as `before`, against the attacks without it.

    `subject` is the rule. A significant change means that the rule has an effect.
    """
    counted = _counts(((result.model, result.without), result) for result in recorded.fresh)
    whole = {model: counts for (model, rule), counts in counted.items() if not rule}
    return _changes([(model, rule, whole.get(model, (0, 0)), now) for (model, rule), now in counted.items() if rule])


def control(recorded: Recorded) -> list[ControlExperiment]:
    """What the instructions are worth: one for each model, in the order of the run, and the last for all together."""
    results = recorded.fresh
    models = list(dict.fromkeys(result.model for result in results))
    by_model = [_control(model, [one for one in results if one.model == model]) for model in models]
    return by_model if len(models) == 1 else [*by_model, _control("all models", results)]


def _control(name: str, results: Sequence[SampleResult]) -> ControlExperiment:
    instructed = Arm.of([result for result in results if not result.without])
    uninstructed = Arm.of([result for result in results if result.without])
    table = [[arm.called, arm.runs - arm.called] for arm in (instructed, uninstructed)]
    return ControlExperiment(name, instructed, uninstructed, float(fisher_exact(table).pvalue))
