"""What an eval runs: each model on each case of the prompts, and a model that could disobey on each attack too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from promptkit.errors import usage
from promptkit.library import Library
from promptkit.model import Attack, Case, Prompt, Sample

REFERENCE = "reference"
ROGUE = "rogue"


@dataclass(frozen=True)
class CaseScenario:
    """A prompt filled in one way, and the case that says what the answer must be."""

    prompt: Prompt
    case: Case
    sample: Sample

    @property
    def id(self) -> str:
        """`name@version/case`."""
        return "/".join(self.labels.values())

    @property
    def labels(self) -> dict[str, str]:
        """What results and records call it by."""
        return {"prompt": f"{self.prompt.name}@{self.prompt.version}", "case": self.sample.name}


@dataclass(frozen=True)
class AttackScenario:
    """One attack: its family, and its place in the family's file, counted from 1."""

    family: str
    number: int
    attack: Attack

    @property
    def id(self) -> str:
        """`family/number`."""
        return f"{self.family}/{self.number}"

    @property
    def labels(self) -> dict[str, str]:
        """What results and records call it by."""
        return {"family": self.family, "attack": self.id, "goal": self.attack.goal, "language": self.attack.language}


Scenario = CaseScenario | AttackScenario


@dataclass(frozen=True)
class Task:
    """One sample to run: a model in a scenario."""

    scenario: Scenario
    model: str = REFERENCE

    @property
    def id(self) -> str:
        """Tells the sample from every other of the same plan."""
        return f"{self.model}/{self.scenario.id}"


def plan(library: Library, names: Sequence[str] = (), models: Sequence[str] = (REFERENCE,)) -> list[Task]:
    """Every sample of a run, model by model, cases before attacks.

    The reference analyst only answers prompts; all other models are given the attacks too.

    Args:
        library: where prompts, cases and attacks come from.
        names: prompts, or families of attacks; empty for all.
        models: `reference`, `rogue` or names of language models.

    Raises:
        PromptkitError: a name is not known, or a file has problems.
        UsageError: a model is named twice, or only attacks are named for the reference analyst.
    """
    if len(set(models)) < len(models):
        raise usage("repeated-model", "a model is named twice", "name each once")
    cases, attacks = _cases(library, names), _attacks(library, names)
    if names and not cases and REFERENCE in models:
        fix = "name a model that can disobey: --model rogue, or --model PROVIDER:NAME"
        raise usage("no-model", "the reference analyst only answers prompts, so it cannot be attacked", fix)
    scenarios: list[Scenario] = [*cases, *attacks]
    return [
        Task(scenario, model)
        for model in models
        for scenario in scenarios
        if model != REFERENCE or isinstance(scenario, CaseScenario)
    ]


def _cases(library: Library, names: Sequence[str]) -> list[CaseScenario]:
    families = library.attack_families()
    prompts = [library.load_prompt(name) for name in names if name not in families] if names else library.load_prompts()
    cases = [(prompt, library.load_case(prompt.name)) for prompt in prompts]
    return [CaseScenario(prompt, case, sample) for prompt, case in cases for sample in case.cases]


def _attacks(library: Library, names: Sequence[str]) -> list[AttackScenario]:
    families = [family for family in library.load_attacks() if not names or family.family in names]
    return [
        AttackScenario(family.family, number, attack)
        for family in families
        for number, attack in enumerate(family.attacks, 1)
    ]
