"""The record of an eval -> what the page says about each prompt version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from promptkit.agents.turns import REFERENCE, ROGUE
from promptkit.errors import PromptkitError
from promptkit.evaluation.records.record import read_record


@dataclass(frozen=True)
class Evidence:
    """What an eval saw for one prompt version and one model: in `clean` of `runs` runs it only read.

    `endpoint` is the address that answered for the model; None is the provider's own.
    """

    model: str
    server: str
    runs: int
    clean: int
    endpoint: str | None = None

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
    setup = record.header.setup
    verdicts: dict[tuple[str, str], list[str]] = defaultdict(list)
    for result in record.fresh:
        if result.prompt and not result.without:
            verdicts[result.prompt, result.model].append(result.verdict)
    evidence: dict[str, list[Evidence]] = defaultdict(list)
    for model in setup.models:
        endpoint = None if model == REFERENCE else setup.base_url
        for (prompt, used), seen in sorted(verdicts.items()):
            if used == model != ROGUE:
                evidence[prompt].append(Evidence(model, setup.server, len(seen), seen.count("clean"), endpoint))
    return evidence
