"""What an eval is asked to run. Run records and cassettes keep it, so that a run can be resumed or replayed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from promptkit.agents.turns import REFERENCE


class Toolset(StrEnum):
    """What a model is offered: Torii's own tools, or the three of our view server in their place."""

    TORII = "torii"
    VIEWS = "views"


@dataclass(frozen=True)
class EvalSpec:
    """The options that decide which samples a run has.

    Args:
        names: prompts, or families of attacks; empty for all.
        models: `reference`, `rogue` or names of language models.
        server: one of `LOCAL_SERVERS`, or the URL of a server.
        base_url: the endpoint of the language models; None for each provider's own.
        repeats: how often each sample is run.
        ablate: only attacks, once with all rules of the instructions and once without each.
        control: only attacks, once with the instructions and once without any.
        shard: which part of the plan, such as (2, 3) for the second of three.
        tools: what the models are offered.
        allowed_hosts: hosts besides Torii's own at which the server may be.
    """

    names: tuple[str, ...] = ()
    models: tuple[str, ...] = (REFERENCE,)
    server: str = "local"
    base_url: str | None = None
    repeats: int = 1
    ablate: bool = False
    control: bool = False
    shard: tuple[int, int] = (1, 1)
    tools: Toolset = Toolset.TORII
    allowed_hosts: tuple[str, ...] = ()

    @property
    def is_experiment(self) -> bool:
        """Whether it compares attacks with and without instructions, and so runs nothing else."""
        return self.ablate or self.control
