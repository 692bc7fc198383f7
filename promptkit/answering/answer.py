"""A view answered by code: one open session, one recipe, one answer."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

from promptkit.answering.analyst import Analyst, Answered, Reply
from promptkit.connection.session import Outcome, Session
from promptkit.library.recipe import Recipe
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Profile, Prompt, Scalar, ToolCall


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
    """Make the analyst's calls on an open session until it has its answer.

    `on_progress` is given how many calls are made, and how many are known so far.

    Raises:
        PromptkitError: a query in the recipe fails on the rows that were read.
    """
    calls: list[tuple[ToolCall, Outcome]] = []
    # Closed here, in its own thread, also where the calls are cancelled.
    with closing(analyst.script()) as script:
        try:
            call = next(script)
            while True:
                outcome = await session.call(call)
                calls.append((call, outcome))
                if on_progress:
                    on_progress(len(calls), len(calls))
                call = script.send(Reply(outcome.text, outcome.data))
        except StopIteration as done:
            answered: Answered = done.value
            return replace(answered, calls=calls)
