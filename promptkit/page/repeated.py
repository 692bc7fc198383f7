"""What several prompts have, taken out of each, so that the page holds it once: lines of steps, and data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from promptkit.page.steps import Step

_WORTH = 24  # Characters; the number that stands for a shorter line saves little.


class Parts:
    """Mappings that stand in many places; `all` has each of them once, in the order of the first use."""

    def __init__(self) -> None:
        self.all: list[Mapping[str, Any]] = []
        self._places: dict[str, int] = {}

    def place(self, part: Mapping[str, Any]) -> int:
        """The place of the part in `all`."""
        place = self._places.setdefault(json.dumps(part), len(self.all))
        if place == len(self.all):
            self.all.append(part)
        return place


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
