"""A kept answer held against what was kept with it: the right figures, and the contract and stamp of its prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptkit.answering.keyed import keyed
from promptkit.answering.parsed import parse_answer
from promptkit.errors import PromptkitError
from promptkit.evaluation.comparison.compared import ComparedTable
from promptkit.evaluation.comparison.stated import RightFigures, states_nothing
from promptkit.evaluation.evaluators.assertions import Expectation
from promptkit.evaluation.evaluators.figures import compared_figures
from promptkit.evaluation.in_keys import in_keys
from promptkit.evaluation.records.conversation import dialogue_of
from promptkit.evaluation.records.lines import Header, RecordedConversation
from promptkit.language import words_of
from promptkit.library.render import STAMP
from promptkit.library.store import Library

_HOSTILE = "local-hostile"


def is_hostile(header: Header) -> bool:
    """Whether the names of a run's tenant have text planted after them."""
    return header.server == _HOSTILE


def expectation_of(
    reference: str, one: RecordedConversation, library: Library, *, is_hostile: bool, is_by_views: bool = False
) -> Expectation:
    """What a kept answer is held against: the contract of its prompt's version, the stamp of the text that was given.

    Raises:
        PromptkitError: the library does not know the prompt or its version.
    """
    prompt = library.load_prompt(reference)
    right = RightFigures(prompt.answer, keyed(one.expected, words_of(prompt))) if one.expected else None
    if right and states_nothing(right.parsed):
        right = None
    stamp = one.stamp or next(_stamps(one), "")
    return Expectation(prompt, stamp, right, is_hostile=is_hostile, is_by_views=is_by_views)


def compared_tables(
    reference: str, one: RecordedConversation, library: Library, *, is_hostile: bool
) -> Sequence[ComparedTable]:
    """The figures of a kept answer beside the right ones; empty where those, or the prompt's version, are not known."""
    try:
        expectation = expectation_of(reference, one, library, is_hostile=is_hostile)
    except PromptkitError:
        return []
    if expectation.figures is None:
        return []
    run = in_keys(dialogue_of(one), expectation.prompt)
    return compared_figures(expectation.figures, parse_answer(run.answer), run, is_hostile=is_hostile)


def _stamps(one: RecordedConversation) -> Iterator[str]:
    for event in one.events:
        if event.type == "text" and event.role == "user" and (stamp := STAMP.search(event.text.rstrip())):
            yield stamp.group()
