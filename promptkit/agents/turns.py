"""What takes part in the agent loop: messages, turns and models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from promptkit.policy.decision import Definition

REFERENCE = "reference"
ROGUE = "rogue"
PROGRAMS = frozenset({REFERENCE, ROGUE})
"""Models that are programs, not language models. They are no evidence about one, so they get no rates."""


@dataclass(frozen=True)
class ModelCall:
    """A tool call as a model asked for it. `id` pairs it with its result; `arguments` may be anything."""

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True)
class Message:
    """One message of a conversation. A tool message answers the call `call_id`; structured results have `data`."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ModelCall, ...] = ()
    call_id: str | None = None
    data: dict[str, Any] | None = None
    is_error: bool = False


@dataclass(frozen=True)
class Usage:
    """What turns used: tokens as the provider counts them, and US dollars; None if the price is unknown."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)

    def __add__(self, other: Usage) -> Usage:
        """The sum of both; its cost is unknown if either cost is."""
        cost = None if self.cost_usd is None or other.cost_usd is None else self.cost_usd + other.cost_usd
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens, cost)


@dataclass(frozen=True)
class Turn:
    """What a model says next: calls to make, or with no calls, its final answer.

    `gap` says why the turn is incomplete, such as a limit on its length; empty if it is complete.
    """

    text: str
    calls: tuple[ModelCall, ...] = ()
    usage: Usage = Usage()
    gap: str = ""


class TurnError(Exception):
    """A model took no turn, after all retries; the message contains no secret."""


class StopRunError(Exception):
    """No further turn of a model can be had, so the run ends here; the message says why and contains no secret."""


class Model(Protocol):
    """Anything that takes turns. An object has one conversation."""

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next turn, given the whole conversation and the server's whole list of tools.

        Raises:
            TurnError: there is none; the conversation ends here, with a gap.
            StopRunError: there can be none, in this conversation or another.
        """
        ...


Models = Mapping[str, Callable[[], Model]]
"""For each name, a function that makes the language model for one conversation."""
