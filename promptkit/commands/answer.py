"""`answer`: the reference answer to a prompt, computed from read tools without a model."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import anyio

from promptkit.commands.render import parse_pairs
from promptkit.errors import PromptkitError
from promptkit.evaluation.suite import open_evaluation
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library
from promptkit.model import Profile
from promptkit.text import sanitized


def print_answer(library: Library, name: str, pairs: Sequence[str], *, server: str, profile: Profile) -> int:
    """Print the answer; 1 when a read failed, with what is missing under Gaps."""
    prompt = library.load_current(name)
    recipe = library.load_recipe(prompt.name)
    values = resolve_arguments(prompt, parse_pairs(prompt, pairs), profile)

    async def compute() -> str:
        async with open_evaluation(library, server, profile) as evaluation:
            run, _ = await evaluation.answer(prompt, recipe, values)
            return run.answer

    text = anyio.run(compute)
    if not text:
        raise PromptkitError.of(
            "no-answer", f"{sanitized(name)} could not be answered", "try it on the local Torii first"
        )
    sys.stdout.buffer.write(text.encode())
    return 0 if "\n- Gaps: none\n" in text else 1
