"""A view answered by code: one open session, one recipe, one answer."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

import anyio

from promptkit.answering.analyst import Analyst, Answered, MadeCall
from promptkit.answering.list_reader import Reply
from promptkit.answering.offer import Offer
from promptkit.answering.rows import rows_of
from promptkit.answering.table_reader import Batch
from promptkit.connection.session import Outcome, Session
from promptkit.library.recipe import Recipe
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile, Prompt, Scalar, ToolCall
from promptkit.transcript import CallState

MAX_CALLS_AT_ONCE = 16
"""How many calls are in flight at once: enough to hide the way to the server, and no burden on it. The session limits
how many are made in a minute."""


def analyst_for(
    library: Library,
    prompt: Prompt,
    recipe: Recipe,
    values: Mapping[str, Scalar],
    today: datetime.date,
    profile: Profile = DEFAULT_PROFILE,
) -> Analyst:
    """The analyst of one view, filled in; its answer has the stamp of the text that a person would paste."""
    stamp = render(prompt, values, profile).splitlines()[-1]
    return Analyst(prompt, recipe, values, today, stamp, profile, library.scoring_if_any)


async def answer(session: Session, analyst: Analyst, on_progress: Callable[[int, int], None] | None = None) -> Answered:
    """Make the analyst's calls on an open session until it has its answer; cancelled, it makes no more.

    Args:
        session: makes the calls that are allowed.
        analyst: of one view.
        on_progress: is given, after every reply, how many calls were made so far, and how many are known so far.

    Raises:
        PromptkitError: a query in the recipe fails on the rows that were read.
    """
    made: list[MadeCall] = []
    with closing(analyst.script(Offer(session))) as script:
        try:
            batch = next(script)
            while True:
                replies = await _replies(session, batch, made, on_progress or (lambda made, known: None))
                batch = script.send(replies)
        except StopIteration as done:
            answered: Answered = done.value
            return replace(answered, calls=made)


async def _replies(
    session: Session, batch: Batch, made: list[MadeCall], on_progress: Callable[[int, int], None]
) -> list[Reply]:
    """Make the calls of a batch, and add them to those that were made; the replies in the order of the calls."""
    outcomes: dict[int, Outcome] = {}
    known = len(made) + len(batch.calls) + batch.waiting
    limiter = anyio.CapacityLimiter(MAX_CALLS_AT_ONCE)

    async def make(number: int, call: ToolCall) -> None:
        async with limiter:
            outcomes[number] = await session.call(call)
        on_progress(len(made) + len(outcomes), known)

    async with anyio.create_task_group() as group:
        for number, call in enumerate(batch.calls):
            group.start_soon(make, number, call)
    in_order = [outcomes[number] for number in range(len(batch.calls))]
    made += map(_made, batch.calls, in_order)
    return [Reply(outcome.text, outcome.data, outcome.age_seconds) for outcome in in_order]


def _made(call: ToolCall, outcome: Outcome) -> MadeCall:
    """A call without its result, since all results of a large tenant together are more than memory holds."""
    problem = "" if outcome.state is CallState.EXECUTED else outcome.text
    return MadeCall(call, outcome.state, len(rows_of(outcome.data or {})), problem)
