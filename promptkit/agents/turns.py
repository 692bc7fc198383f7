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
"""Models that are no language models: what they do is no evidence about one, so no rate is told of them."""


@dataclass(frozen=True)
class ModelCall:
    """A tool call as a model asked for it. `id` pairs it with its result; `arguments` is whatever the model gave."""

    id: str
    name: str
    arguments: Any


@dataclass(frozen=True)
class Message:
    """One message of a conversation. A tool message answers the call `call_id`, with `data` when it was structured."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ModelCall, ...] = ()
    call_id: str | None = None
    data: dict[str, Any] | None = None
    is_error: bool = False


@dataclass(frozen=True)
class Usage:
    """What turns took: tokens as the provider counts them, and US dollars, None where the price is not known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)

    def __add__(self, other: Usage) -> Usage:
        """Both together; a cost that is not known makes the sum unknown."""
        cost = None if self.cost_usd is None or other.cost_usd is None else self.cost_usd + other.cost_usd
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens, cost)


@dataclass(frozen=True)
class Turn:
    """What a model says next: calls to make, or with no calls, its final answer.

    `gap` says why the turn is not all that the model would have said, such as a limit on its length; empty when it is.
    """

    text: str
    calls: tuple[ModelCall, ...] = ()
    usage: Usage = Usage()
    gap: str = ""


class TurnError(Exception):
    """A model took no turn, after all retries; the message holds nothing secret."""


class BudgetSpentError(Exception):
    """The next turn of a model would go beyond the budget, so the run ends here."""


class Model(Protocol):
    """Anything that takes turns. One object serves one conversation."""

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next turn, given the whole conversation and the server's whole list of tools.

        Raises:
            TurnError: there is none; the conversation ends here, with a gap.
            BudgetSpentError: the budget does not allow it.
        """
        ...


Models = Mapping[str, Callable[[], Model]]
"""By name, what makes a language model for one conversation."""
