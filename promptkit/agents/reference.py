"""The reference analyst as a model of the agent loop: it takes its turns from the analyst's script."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from promptkit.agents.turns import Message, ModelCall, Turn, TurnError
from promptkit.answering.analyst import Analyst, Script
from promptkit.answering.list_reader import Reply
from promptkit.answering.query import QueryError
from promptkit.answering.table_reader import Batch
from promptkit.policy.decision import Definition


class ReferenceModel:
    """Asks for a batch of the analyst's calls in each turn, and ends with its answer.

    It asks for no offer of the server's: every call is made as the recipe has it.
    """

    def __init__(self, analyst: Analyst) -> None:
        self._analyst = analyst
        self._script: Script | None = None
        self._asked = 0
        self._ids: Iterator[int] = itertools.count()

    async def turn(self, messages: Sequence[Message], tools: Sequence[Definition]) -> Turn:
        """The next calls, or the answer."""
        try:
            if self._script is None:
                self._script = self._analyst.script()
                return self._asking(next(self._script))
            results = messages[-self._asked :]
            return self._asking(self._script.send([Reply(result.text, result.data) for result in results]))
        except StopIteration as done:
            return Turn(done.value.text)
        except QueryError as error:
            # What was read may be to blame, and other samples read something else.
            raise TurnError(error.problems[0].message) from error

    def _asking(self, batch: Batch) -> Turn:
        self._asked = len(batch.calls)
        return Turn("", tuple(ModelCall(f"call-{next(self._ids)}", call.name, call.arguments) for call in batch.calls))
