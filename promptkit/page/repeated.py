"""Lines that several prompts have, taken out of their steps, so that the page holds each of them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from promptkit.page.steps import Step

_WORTH = 24  # Characters; the number that stands for a shorter line saves little.


class RepeatedLines:
    """The lines that stand more than once in the steps of all prompts; `all` is in the order of the first use."""

    def __init__(self, prompts: Sequence[Sequence[Step]]) -> None:
        counts = Counter(line for steps in prompts for line in _lines(steps) if len(line) >= _WORTH)
        self.all = [line for line, count in counts.items() if count > 1]
        self._places = {line: place for place, line in enumerate(self.all)}

    def taken_out(self, steps: Sequence[Step]) -> list[Step | int]:
        """The steps with the place in `all` for each such line."""
        return [part for step in steps for part in self._parts(step)]

    def _parts(self, step: Step) -> Iterator[Step | int]:
        if isinstance(step, dict):
            branches = {key: self.taken_out(step[key]) for key in ("then", "else") if key in step}
            yield step | branches
            return
        kept = ""
        for line in step.splitlines(keepends=True):
            if line in self._places:
                if kept:
                    yield kept
                kept = ""
                yield self._places[line]
            else:
                kept += line
        if kept:
            yield kept


def _lines(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, str):
            yield from step.splitlines(keepends=True)
        else:
            yield from _lines([*step.get("then", ()), *step.get("else", ())])
