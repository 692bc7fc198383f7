"""What a report says to people, in blocks: Markdown, HTML and the terminal each lay them out in their own way.

The names of columns are our own words. All other text may come from outside: whoever lays it out escapes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from promptkit.policy.verdict import Verdict


class Tone(StrEnum):
    """How a line is meant; a terminal shows it by a colour."""

    PLAIN = "plain"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Line:
    """A line of text; without any, space between two blocks."""

    text: str = ""
    tone: Tone = Tone.PLAIN


class Holds(StrEnum):
    """What a column holds, which decides how it is set where space is short.

    A text may be broken, and a main text takes all the width that is left; words and numbers stay whole, and numbers
    stand at the right.
    """

    TEXT = "text"
    MAIN = "main"
    WORD = "word"
    NUMBER = "number"


@dataclass(frozen=True)
class Head:
    """The head of a column."""

    name: str
    holds: Holds = Holds.TEXT


@dataclass(frozen=True)
class Lines:
    """Several lines in one cell; those of `small` come last and matter less."""

    lines: Sequence[str]
    small: Sequence[str] = ()


Cell = str | Verdict | Lines


@dataclass(frozen=True)
class Grid:
    """A table. `rest` says what was left out of it, and is empty if nothing was."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    rest: str = ""


@dataclass(frozen=True)
class Item:
    """One thing by its name, what it is in a text, and details in lines of their own."""

    name: str
    text: str = ""
    details: Sequence[str] = ()


@dataclass(frozen=True)
class Bullets:
    """A list. `rest` says what was left out of it, and is empty if nothing was."""

    heading: str
    items: Sequence[Item]
    rest: str = ""
    tone: Tone = Tone.STRONG


Block = Line | Grid | Bullets
