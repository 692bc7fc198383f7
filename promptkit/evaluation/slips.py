"""Slips of form, counted over a run: told in one line each, since they do not keep a language model from passing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from promptkit.evaluation.evaluators.contract import Assertion
from promptkit.evaluation.records.result import SampleResult
from promptkit.text import sanitized

SLIPS = "Form, which is told and decides nothing"
_MAX_SLIPS = 12
_MAX_CHARACTERS = 120


def slips_of(results: Sequence[SampleResult]) -> list[str]:
    """Each kind of slip with how many answers have it, the most frequent first.

    The parts of an assertion's reason, which semicolons separate, are kinds of their own.
    """
    answers = [result for result in results if result.prompt]
    kinds = Counter(kind for result in answers for kind in {kind for slip in result.slips for kind in _kinds(slip)})
    told = [f"{kind} in {count} of {len(answers)}" for kind, count in kinds.most_common(_MAX_SLIPS)]
    left = len(kinds) - len(told)
    return [*told, *([f"and {left} more kinds; --json and --html have them all"] if left > 0 else [])]


def _kinds(slip: Assertion) -> Iterator[str]:
    parts = (sanitized(part.strip(), _MAX_CHARACTERS) for part in slip.reason.split(";"))
    yield from filter(None, parts)
