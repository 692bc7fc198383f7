"""A conversation with its answer in the keys, by which form and figures are judged; safety is judged as it was said."""

from __future__ import annotations

from dataclasses import replace

from promptkit.agents.loop import Dialogue
from promptkit.answering.keyed import keyed
from promptkit.language import words_of
from promptkit.model import Prompt


def in_keys(run: Dialogue, prompt: Prompt) -> Dialogue:
    """The run with its last answer turned from the prompt's language into the keys."""
    said = run.answer
    turned = keyed(said, words_of(prompt))
    if turned == said:
        return run
    return replace(run, messages=[*run.messages[:-1], replace(run.messages[-1], text=turned)])
