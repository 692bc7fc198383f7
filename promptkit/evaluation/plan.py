"""What an eval runs: each model on each case of the prompts, and models that could disobey on each attack too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from promptkit.agents.eval_spec import EvalSpec, Toolset
from promptkit.agents.turns import REFERENCE
from promptkit.errors import UsageError
from promptkit.library.cases import Attack, Case, CaseFile
from promptkit.library.instructions import instruction_rules
from promptkit.library.recipe import Recipe
from promptkit.library.store import Library
from promptkit.model import Prompt
from promptkit.text import sanitized

CONTROL = "instructions"
"""What the samples of a control run are without; no rule has this id."""


@dataclass(frozen=True)
class CaseScenario:
    """A prompt filled in one way, how code answers it, and the case that says what the answer must be."""

    prompt: Prompt
    recipe: Recipe
    file: CaseFile
    case: Case

    @property
    def id(self) -> str:
        """`name@version/case`."""
        return "/".join(self.labels.values())

    @property
    def labels(self) -> dict[str, str]:
        """Its names in results and records."""
        return {"prompt": f"{self.prompt.name}@{self.prompt.version}", "case": self.case.name}


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
        """Its names in results and records."""
        return {"family": self.family, "attack": self.id, "goal": self.attack.goal, "language": self.attack.language}


Scenario = CaseScenario | AttackScenario


@dataclass(frozen=True)
class Sample:
    """One sample to run: a model in a scenario.

    `number` is its place in the whole plan, from 1; `repeat` counts from 1 too. `without` is the id of the rule that is
    left out of the instructions, `CONTROL` if all of them are, or empty.
    """

    number: int
    scenario: Scenario
    model: str = REFERENCE
    repeat: int = 1
    without: str = ""

    @property
    def id(self) -> str:
        """Identifies the sample within its plan."""
        without = f" without {self.without}" if self.without else ""
        return f"{self.model} {self.scenario.id}{without} #{self.repeat}"


def plan(library: Library, setup: EvalSpec) -> list[Sample]:
    """Every sample of a run, model by model, cases before attacks, the repeats of one sample together.

    The reference analyst only answers prompts; all other models are given the attacks too.

    Raises:
        PromptkitError: a name is unknown, or a file has problems.
        UsageError: the setup contradicts itself.
    """
    _check(setup)
    samples = [Sample(number, *rest) for number, rest in enumerate(_samples(library, setup), 1)]
    if not samples and (setup.names or setup.is_experiment):
        raise _nothing_to_attack(setup)
    return samples


def part(samples: Sequence[Sample], shard: tuple[int, int]) -> list[Sample]:
    """The samples of one shard. Each shard gets some of every kind, so that all take about equally long."""
    index, count = shard
    return list(samples[index - 1 :: count])


def parse_shard(text: str) -> tuple[int, int]:
    """`2/3` as (2, 3).

    Raises:
        UsageError: it is not a shard.
    """
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
    shard = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1 <= shard[0] <= shard[1]:
        raise UsageError.of("wrong-shard", f"{sanitized(text)} is not a shard", "write I/N, such as 2/3")
    return shard


def _check(setup: EvalSpec) -> None:
    if len(set(setup.models)) < len(setup.models):
        raise UsageError.of("repeated-model", "a model is named twice", "name each once")
    if setup.repeats < 1:
        raise UsageError.of("wrong-repeats", f"--repeats is {setup.repeats}", "write 1 or more")
    if setup.ablate and setup.tools is not Toolset.TORII:
        fix = "leave --tools out, or take --control for the worth of all instructions together"
        raise UsageError.of("two-experiments", "--ablate leaves out rules of the full instructions only", fix)
    if setup.ablate and setup.control:
        fix = "take --control for the worth of all instructions together, --ablate for the worth of each rule"
        raise UsageError.of("two-experiments", "--ablate and --control are two experiments", fix)


def _nothing_to_attack(setup: EvalSpec) -> UsageError:
    if set(setup.models) == {REFERENCE}:
        fix = "name a model that can disobey: --model rogue, or --model PROVIDER:NAME"
        return UsageError.of("no-model", "the reference analyst only answers prompts, so it cannot be attacked", fix)
    fix = "name families of attacks, or leave the names out"
    return UsageError.of("no-attack", "--ablate and --control run only attacks, and only prompts are named", fix)


def _samples(library: Library, setup: EvalSpec) -> Iterator[tuple[Scenario, str, int, str]]:
    cases, attacks = _cases(library, setup.names), _attacks(library, setup.names)
    for model in setup.models:
        scenarios: list[Scenario] = [] if setup.is_experiment else [*cases]
        scenarios += [] if model == REFERENCE else attacks
        for without in _left_out(library, setup):
            for scenario in scenarios:
                yield from ((scenario, model, repeat, without) for repeat in range(1, setup.repeats + 1))


def _left_out(library: Library, setup: EvalSpec) -> list[str]:
    """What samples are without, one after the other; the first are without nothing."""
    rules = [rule.id for rule in instruction_rules(library)] if setup.ablate else []
    return ["", *rules, *[CONTROL] * setup.control]


def _cases(library: Library, names: Sequence[str]) -> list[CaseScenario]:
    families = library.attack_families()
    chosen = [library.load_current(name) for name in names if name not in families]
    prompts = chosen if names else library.load_prompts()
    cases = [(prompt, library.load_recipe(prompt.name), library.load_case_file(prompt.name)) for prompt in prompts]
    return [CaseScenario(prompt, recipe, case, sample) for prompt, recipe, case in cases for sample in case.cases]


def _attacks(library: Library, names: Sequence[str]) -> list[AttackScenario]:
    families = [family for family in library.attacks if not names or family.family in names]
    return [
        AttackScenario(family.family, number, attack)
        for family in families
        for number, attack in enumerate(family.attacks, 1)
    ]
