"""Runs the samples of a plan: several at once, within a rate and a budget, each recorded when it ends."""

from __future__ import annotations

import gc
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import anyio
import anyio.lowlevel
from aiolimiter import AsyncLimiter

from promptkit.agents.journal import Journal
from promptkit.agents.turns import Message, Model, Models, StopRunError, Turn, Usage
from promptkit.evaluation.plan import Sample
from promptkit.evaluation.records.result import SampleResult
from promptkit.evaluation.suite import Evaluation
from promptkit.policy.decision import Definition

Progress = Callable[[SampleResult], None]


@dataclass
class Limits:
    """How fast and how far a run goes.

    Args:
        concurrency: how many samples run at once.
        max_rate: turns of models per minute; None for no limit.
        max_cost_usd: what all turns of the run may cost, including those before it was resumed.
        max_tokens: the same in tokens, input and output together.
        spent: what the run has used so far.
        calls_share: the part of Torii's limits for each tool that is for this run.
    """

    concurrency: int = 1
    max_rate: float | None = None
    max_cost_usd: float | None = None
    max_tokens: int | None = None
    spent: Usage = field(default_factory=Usage)
    calls_share: float = 1.0

    def spend(self, usage: Usage) -> None:
        """Add what was used."""
        self.spent += usage

    def share(self, count: int) -> Limits:
        """The limits of one shard out of `count`; together the shards keep to the limits."""
        rate, cost = ((limit / count if limit else limit) for limit in (self.max_rate, self.max_cost_usd))
        tokens = self.max_tokens // count if self.max_tokens else self.max_tokens
        return Limits(self.concurrency, rate, cost, tokens, calls_share=self.calls_share / count)

    def why_not_continue(self) -> str | None:
        """Why no further turn may be taken; None if it may. An unknown cost cannot be limited."""
        if self.max_tokens is not None and self.spent.input_tokens + self.spent.output_tokens >= self.max_tokens:
            return f"the budget of {self.max_tokens:,} tokens is spent; to go on, give a larger --max-tokens"
        if self.max_cost_usd is None:
            return None
        if self.spent.cost_usd is None:
            return "the price of a model is unknown, so --max-cost cannot be kept; use --max-tokens"
        if self.spent.cost_usd < self.max_cost_usd:
            return None
        return f"the budget of ${self.max_cost_usd:.2f} is spent; to go on, give a larger --max-cost"

    @property
    def as_options(self) -> str:
        """The limits on the rate and the budget as they are written after a command, with a space before each."""
        given = {"--max-rate": self.max_rate, "--max-cost": self.max_cost_usd, "--max-tokens": self.max_tokens}
        return "".join(f" {option} {limit}" for option, limit in given.items() if limit is not None)


class LimitedModel:
    """A model that takes its turns within the limits."""

    def __init__(self, model: Model, limits: Limits, wait: Callable[[], Awaitable[None]]) -> None:
        self._model = model
        self._limits = limits
        self._wait = wait

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The model's turn, once the rate allows it.

        Raises:
            StopRunError: the budget does not allow it.
        """
        if reason := self._limits.why_not_continue():
            raise StopRunError(reason)
        await self._wait()
        turn = await self._model.turn(messages, tools)
        self._limits.spend(turn.usage)
        return turn


def limited(models: Models, limits: Limits) -> Models:
    """The same models, sharing one rate and one budget."""
    wait = _limiter(limits.max_rate) if limits.max_rate else anyio.lowlevel.checkpoint
    return {name: _limited(make, limits, wait) for name, make in models.items()}


def _limited(make: Callable[[], Model], limits: Limits, wait: Callable[[], Awaitable[None]]) -> Callable[[], Model]:
    return lambda: LimitedModel(make(), limits, wait)


def _limiter(max_rate: float) -> Callable[[], Awaitable[None]]:
    # Evenly spread turns, not a minute's worth at once, because providers also limit shorter spans.
    return AsyncLimiter(1, 60 / max_rate).acquire


async def run_samples(
    evaluation: Evaluation, samples: Sequence[Sample], record: Journal, limits: Limits, progress: Progress
) -> str | None:
    """Run and record samples, `limits.concurrency` at a time.

    Returns:
        Why it stopped before the last sample; None if it did not.
    """
    waiting = iter(samples)
    reasons: list[str] = []

    async def work() -> None:
        for sample in waiting:
            try:
                result, line = await evaluation.run_sample(sample)
            except StopRunError as error:
                reasons.append(str(error))
                return
            record.add({"kind": "sample", **line})
            progress(result)

    # The library and the tenant's reading are kept to the end: no collection need go through them.
    gc.freeze()
    try:
        async with anyio.create_task_group() as group:
            for _ in range(limits.concurrency):
                group.start_soon(work)
    finally:
        gc.unfreeze()
    return reasons[0] if reasons else None
