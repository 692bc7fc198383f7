"""The parts of a report for people, as blocks: Markdown, HTML and the terminal each lay them out in their own way.

Column names are our own words. All other text may come from outside, so each format escapes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from promptkit.policy.verdict import Verdict


class Tone(StrEnum):
    """What a line means; a terminal shows it as a colour."""

    PLAIN = "plain"
    STRONG = "strong"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Line:
    """A line of text; an empty one is space between two blocks."""

    text: str = ""
    tone: Tone = Tone.PLAIN


class Holds(StrEnum):
    """What a column holds, which decides its layout when space is short.

    Text may be wrapped, and the main text takes the remaining width; words and numbers are not broken, and numbers are
    aligned to the right.
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
    """Several lines in one cell; those in `small` come last and matter less."""

    lines: Sequence[str]
    small: Sequence[str] = ()


Cell = str | Verdict | Lines


@dataclass(frozen=True)
class Grid:
    """A table. `rest` says what was left out; empty if nothing was."""

    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    rest: str = ""


@dataclass(frozen=True)
class Item:
    """One item: its name, a text about it, and details, one per line."""

    name: str
    text: str = ""
    details: Sequence[str] = ()


@dataclass(frozen=True)
class Bullets:
    """A list. `rest` says what was left out; empty if nothing was."""

    heading: str
    items: Sequence[Item]
    rest: str = ""
    tone: Tone = Tone.STRONG


Block = Line | Grid | Bullets
