"""Which of our prompts and instructions a chat carried, by the stamps in what people pasted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from promptkit.library.render import digest
from promptkit.transcript import Text

_STAMP = re.compile(r"\[([a-z][a-z0-9_]{0,63}@\d{1,9}\.\d{1,9}\.\d{1,9}) ([0-9a-f]{8})\]")
_MAX_STAMPS = 20
# More than the longest prompt and the full instructions have.
_MAX_LINES = 400
_MAX_LENGTH = 40_000
_PASTING = frozenset({"user", "system"})


@dataclass(frozen=True)
class Stamp:
    """A stamp that was found: `reference` is `NAME@VERSION`, `digest` what the stamp says of the text above it.

    `is_edited` tells that no text directly above it has this digest.
    """

    reference: str
    digest: str
    is_edited: bool


def find_stamps(texts: Iterable[Text]) -> list[Stamp]:
    """The stamps in the texts of users and of the system, each once, in their order, at most 20.

    What a model wrote does not count: answers repeat the stamp of the prompt they follow.
    """
    found: dict[Stamp, None] = {}
    for text in texts:
        if text.role in _PASTING and "@" in text.text:
            found |= dict.fromkeys(_stamps(text.text))
        if len(found) >= _MAX_STAMPS:
            break
    return list(found)[:_MAX_STAMPS]


def _stamps(text: str) -> Iterator[Stamp]:
    text = text.encode("utf-8", "replace").decode()
    start = 0
    for stamp in islice(_STAMP.finditer(text), _MAX_STAMPS):
        above = text[max(start, stamp.start() - _MAX_LENGTH) : stamp.start()]
        lines = [line.rstrip() for line in above.strip().splitlines()][-_MAX_LINES:]
        # People write before what they paste, so the prompt may begin at any line.
        bodies = ("\n".join(lines[first:]) for first in range(len(lines)))
        is_whole = any(digest(body) == stamp[2] for body in bodies)
        yield Stamp(stamp[1], stamp[2], is_edited=not is_whole)
        start = stamp.end()
