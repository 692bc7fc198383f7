"""What takes part in the agent loop: messages, turns and models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from promptkit.policy import Definition


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
class Turn:
    """What a model says next: calls to make, or with no calls, its final answer."""

    text: str
    calls: tuple[ModelCall, ...] = ()


class Model(Protocol):
    """Anything that takes turns. One object serves one conversation."""

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next turn, given the whole conversation and the server's whole list of tools."""
        ...
