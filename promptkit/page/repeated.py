"""What several prompts have, taken out of each, so that the page holds it once: lines of steps, and data."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.page.steps import Step

_WORTH = 24  # Characters; the number that stands for a shorter part saves little.
_PART = re.compile(r"[^\n]*?(?:[.;:,] |\n)|[^\n]+")


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
    """The lines, and parts of other lines, that stand more than once in the steps of all prompts.

    `all` is in the order of the first use.
    """

    def __init__(self, prompts: Sequence[Sequence[Step]]) -> None:
        texts = [text for steps in prompts for text in _texts(steps)]
        self._lines = _repeated(line for text in texts for line in text.splitlines(keepends=True))
        self.all = list(_repeated(part for text in texts for part in self._parts(text)))
        self._places = {part: place for place, part in enumerate(self.all)}

    def taken_out(self, steps: Sequence[Step]) -> list[Step | int]:
        """The steps with the place in `all` for each such part."""
        return [part for step in steps for part in self._taken_out(step)]

    def _taken_out(self, step: Step) -> Iterator[Step | int]:
        if isinstance(step, dict):
            branches = {key: self.taken_out(step[key]) for key in ("then", "else") if key in step}
            yield step | branches
            return
        kept = ""
        for part in self._parts(step):
            if part not in self._places:
                kept += part
                continue
            if kept:
                yield kept
            kept = ""
            yield self._places[part]
        if kept:
            yield kept

    def _parts(self, text: str) -> Iterator[str]:
        for line in text.splitlines(keepends=True):
            yield from [line] if line in self._lines else _PART.findall(line)


def _texts(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, str):
            yield step
        else:
            yield from _texts([*step.get("then", ()), *step.get("else", ())])


def _repeated(parts: Iterable[str]) -> Mapping[str, int]:
    """Those that stand more than once and are worth a number, and how often each does."""
    counts = Counter(part for part in parts if len(part) >= _WORTH)
    return {part: count for part, count in counts.items() if count > 1}
