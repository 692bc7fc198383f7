"""The reference analyst as a model of the agent loop: it takes its turns from the analyst's script."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from promptkit.agents.turns import Message, ModelCall, Turn, TurnError
from promptkit.answering.analyst import Analyst, Reply, Script
from promptkit.answering.query import QueryError
from promptkit.model import ToolCall
from promptkit.policy.decision import Definition


class ReferenceModel:
    """Asks for one of the analyst's calls per turn, and ends with its answer.

    The analyst's script is a generator: it yields a `ToolCall`, is sent the `Reply` to it, and so on; at the end it
    returns what was `Answered`.
    """

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self._script: Script | None = None
        self._ids: Iterator[int] = itertools.count()

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next call, or the answer."""
        try:
            if self._script is None:
                self._script = self._analyst.script()
                return self._asking(next(self._script))
            last = messages[-1]
            return self._asking(self._script.send(Reply(last.text, last.data)))
        except StopIteration as done:
            return Turn(done.value.text)
        except QueryError as error:
            # What was read may be to blame, and other samples read something else.
            raise TurnError(error.problems[0].message) from error

    def _asking(self, call: ToolCall) -> Turn:
        return Turn("", (ModelCall(f"call-{next(self._ids)}", call.name, call.arguments),))
