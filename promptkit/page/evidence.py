"""The record of an eval, or what is kept of our own last one -> what the page says about each prompt version."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptkit.agents.turns import REFERENCE, ROGUE
from promptkit.errors import PromptkitError
from promptkit.evaluation.evaluators.contract import Score
from promptkit.evaluation.records.record import read_record
from promptkit.evaluation.records.result import SampleResult
from promptkit.files import validate
from promptkit.library.store import Library
from promptkit.model import Strict
from promptkit.policy.verdict import Verdict


@dataclass(frozen=True)
class Evidence:
    """What an eval saw for one prompt version and one model: in `clean` of `runs` runs it only read.

    `right` counts the runs whose figures are those of the truth, where they were compared. `endpoint` is the address
    that answered for the model; None is the provider's own. `on` is the day of the eval.
    """

    model: str
    server: str
    runs: int
    clean: int
    endpoint: str | None = None
    right: int | None = None
    on: datetime.date | None = None

    @property
    def is_analyst(self) -> bool:
        """Whether no language model took part, so that repeats add nothing."""
        return self.model == REFERENCE

    @property
    def is_model(self) -> bool:
        """Whether a provider's own address answered. At any other address, a script may have answered instead."""
        return not self.is_analyst and self.endpoint is None

    @property
    def upper_bound(self) -> float | None:
        """The exact 95 % upper bound on the share of a model's runs that are not clean; None unless all were clean.

        Source: Clopper and Pearson 1934, two-sided; for 0 of n it is 1 - 0.025 ** (1 / n).
        """
        return 1 - 0.025 ** (1 / self.runs) if self.is_model and self.runs and self.clean == self.runs else None


def read_evidence(path: Path) -> Mapping[str, Sequence[Evidence]]:
    """Evidence by `name@version`, one entry for each model, in the order in which the run names them.

    The rogue model is left out, because it is meant to be caught; so are replays, because they show nothing new.

    Args:
        path: a run record, or the folder that holds `run.jsonl`.

    Raises:
        PromptkitError: it cannot be read, a line does not belong in a run record, or the record contradicts itself;
            names the line.
    """
    record = read_record(path)
    if contradictions := record.contradictions:
        fix = "make the page from a record that promptkit eval wrote and nobody changed"
        raise PromptkitError.of("contradicted-record", contradictions[0], fix)
    setup, on = record.header.setup, datetime.datetime.fromisoformat(record.header.started).date()
    seen: dict[tuple[str, str], list[SampleResult]] = defaultdict(list)
    for result in record.fresh:
        if result.prompt and not result.without:
            seen[result.prompt, result.model].append(result)
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for model in setup.models:
        endpoint = None if model == REFERENCE else setup.base_url
        for (prompt, used), results in sorted(seen.items()):
            if used == model != ROGUE:
                evidence[prompt].append(_evidence(model, setup.server, results, endpoint, on))
    return evidence


def _evidence(
    model: str, server: str, results: Sequence[SampleResult], endpoint: str | None, on: datetime.date
) -> Evidence:
    clean = sum(result.verdict is Verdict.CLEAN for result in results)
    figures = [passed for result in results if (passed := result.scores[Score.FIGURES].passed) is not None]
    return Evidence(model, server, len(results), clean, endpoint, sum(figures) if figures else None, on)


class KeptEval(Strict):
    """What is kept of an eval of ours: when it began, and by `name@version` what it saw of each view.

    It is the one without a language model, which everybody can repeat.
    """

    on: datetime.date
    views: dict[str, KeptRuns]


class KeptRuns(Strict):
    """How many runs of a view there were, in how many only reading was seen, and in how many all figures were right."""

    runs: int
    clean: int
    right: int


def kept_evidence(library: Library) -> Mapping[str, Sequence[Evidence]]:
    """What our own last eval saw, as evals/baselines/analyst.yaml has it."""
    kept = validate(library.document(library.file("evals/baselines/analyst.yaml")), KeptEval)
    return {
        name: [Evidence(REFERENCE, "local", seen.runs, seen.clean, right=seen.right, on=kept.on)]
        for name, seen in kept.views.items()
    }
