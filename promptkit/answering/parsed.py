"""What a model wrote, taken apart: its tables, its lines, its stamp. The form is read generously; nothing is judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from promptkit.library.render import STAMP

# An answer of a model has a tenth of it. What reads Markdown takes ever longer for each character more.
MAX_ANSWER_CHARACTERS = 250_000
# Inline marks are looked for only where there may be some: most cells and lines have none, and looking takes long.
_MARKDOWN = (
    MarkdownIt("commonmark").enable("table").disable(["inline", "text_join", "reference", "lheading", "html_block"])
)
_MAY_BE_MARKED = re.compile(r"[\\`*_\[\]<>&!\n]")
_BEGINNING = Token("", "", 0)
_TEXT = {"text", "code_inline", "text_special"}
_LINE_ENDS = {"softbreak", "hardbreak"}


@dataclass(frozen=True)
class WrittenTable:
    """A table under a heading, as text. The first of its rows names the columns; all rows are of its length."""

    heading: str
    rows: list[list[str]]


@dataclass(frozen=True)
class WrittenLine:
    """A line of text under a heading. `depth` is 0 outside of lists, 1 in a list, 2 in a list below a bullet."""

    heading: str
    depth: int
    text: str


@dataclass
class ParsedAnswer:
    """The parts of an answer's Markdown, in order. `stamp` is the stamp on its last line, or None.

    `unread` says why the answer was not read; empty if it was.
    """

    written: list[WrittenTable] = field(default_factory=list)
    lines: list[WrittenLine] = field(default_factory=list)
    stamp: str | None = None
    unread: str = ""

    @cached_property
    def tables(self) -> dict[str, list[list[str]]]:
        """The rows below each heading, with the names of their columns."""
        rows: dict[str, list[list[str]]] = {}
        for table in self.written:
            rows.setdefault(table.heading, []).extend(table.rows)
        return rows

    @cached_property
    def lists(self) -> dict[str, list[str]]:
        """The bullets below each heading."""
        bullets: dict[str, list[str]] = {}
        for line in self.lines:
            if line.depth:
                bullets.setdefault(line.heading, []).append(line.text)
        return bullets


def parse_answer(text: str) -> ParsedAnswer:
    """Find the tables, lines and stamp of an answer. Nothing is an error: a missing part is simply not there."""
    if len(text) > MAX_ANSWER_CHARACTERS:
        return ParsedAnswer(
            unread=f"the answer is longer than {MAX_ANSWER_CHARACTERS:,} characters, so it was not read"
        )
    stamp = STAMP.search(text.rstrip())
    parsed = ParsedAnswer(stamp=stamp.group() if stamp else None)
    heading, depth, row = "", 0, list[str]()
    tokens = _MARKDOWN.parse(text)
    for before, token in pairwise([_BEGINNING, *tokens]):
        match token.type:
            case "inline" if before.type == "heading_open" or (
                before.type == "paragraph_open" and not depth and _is_heading(token)
            ):
                heading = _plain(token)
            case "inline" if before.type in {"td_open", "th_open"}:
                row.append(_plain(token))
            case "inline":
                parsed.lines += [WrittenLine(heading, depth, line) for line in _lines(token, depth)]
            case "list_item_open":
                depth += 1
            case "list_item_close":
                depth -= 1
            case "table_open":
                parsed.written.append(WrittenTable(heading, []))
            case "tr_close":
                parsed.written[-1].rows.append(row)
                row = []
    return parsed


def _inline(token: Token) -> list[Token]:
    """The text of a cell or paragraph, taken apart."""
    if not token.children and _MAY_BE_MARKED.search(token.content):
        token.children = []
        _MARKDOWN.inline.parse(token.content, _MARKDOWN, {}, token.children)
    return token.children or [Token("text", "", 0, content=token.content)]


def _is_heading(token: Token) -> bool:
    """Whether a paragraph is nothing but bold text, as many write a heading."""
    if not token.content.startswith(("**", "__")):
        return False
    kinds = [child.type for child in _inline(token) if child.type != "text" or child.content]
    return kinds == ["strong_open", "text", "strong_close"]


def _lines(token: Token, depth: int) -> Iterator[str]:
    """The lines of a paragraph; a bullet is one line, however it is wrapped."""
    rows: list[list[Token]] = [[]]
    for child in _inline(token):
        if child.type in _LINE_ENDS and not depth:
            rows.append([])
        rows[-1].append(child)
    yield from filter(None, map(_text, rows))


def _plain(token: Token) -> str:
    is_marked = token.children or _MAY_BE_MARKED.search(token.content)
    return _text(_inline(token)) if is_marked else " ".join(token.content.split())


def _text(children: Sequence[Token]) -> str:
    return " ".join("".join(map(_kept, children)).split())


def _kept(child: Token) -> str:
    if child.type in _TEXT:
        return child.content
    # In a cell, this is how a list is broken into lines.
    return "; " if child.type == "html_inline" and child.content.startswith("<br") else " "
