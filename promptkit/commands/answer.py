"""`answer`: the reference answer to a prompt, computed from read tools without a model."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import anyio

from promptkit.answering.analyst import Answered
from promptkit.answering.answer import analyst_for, answer
from promptkit.commands.render import parse_pairs
from promptkit.connection.open_session import open_session
from promptkit.library.profile import today_at
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library
from promptkit.model import Profile


def print_answer(
    library: Library, name: str, pairs: Sequence[str], *, server: str, profile: Profile, cache: bool = True
) -> int:
    """Print the answer; 1 when a read failed, with what is missing under Gaps."""
    prompt = library.load_current(name)
    recipe = library.load_recipe(prompt.name)
    values = resolve_arguments(prompt, parse_pairs(prompt, pairs, today_at(profile)), profile)

    async def compute() -> Answered:
        async with open_session(library, server, profile, cache=cache) as opened:
            return await answer(opened.session, analyst_for(library, prompt, recipe, values, opened.today, profile))

    answered = anyio.run(compute)
    sys.stdout.buffer.write(answered.text.encode())
    return int(bool(answered.gaps))
