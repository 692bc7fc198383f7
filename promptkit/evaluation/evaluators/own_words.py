"""What an answer says itself: its text without what it quotes, whether in quotes, as code, indented or in a table."""
# ruff: noqa: RUF001

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import NamedTuple

from promptkit.evaluation.evaluators.quoting import Quotable

GAP = "\ufffc"
"""Stands where a quotation was. The text of an answer cannot hold it: `plain` takes it out."""
Translates = Callable[[str, str], bool]
"""Whether the second text may be the first in another language."""
_MARK = re.compile(r"`+|[\"'“”„‟«»‹›‘‚「」『』《》〈〉〝〞]")
_ALWAYS_OPEN = frozenset("“„‟«‹‘‚「『《〈〝")
_ALWAYS_CLOSE = frozenset("”»›」』》〉〞")
# A quotation may hold quotes itself, so it may end at any of the next ones.
_ENDS_TRIED = 4
_MARKS_TRIED = 12
_BRACKETED = re.compile(r"[(\[【][^()\[\]【】]{1,1000}[)\]】]")
# How far from its original a translation may stand, with a few words between such as "in English".
_BESIDE = 40
_SENTENCE_ENDS = re.compile(r"[.!?;。।؟]")
_CELL_ENDS = re.compile(r"(?<!\\)\|")
# Some columns list several texts in a cell.
_LIST_ENDS = re.compile(r"; |<br ?/?>")
_LIST_MARK = re.compile(r"[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
_FENCES = ("```", "~~~")
# Neither is part of a word: emphasis and escapes, and what stands around quotes and code.
_EMPHASIS = re.compile(r"[*~\\]+|(?<![^\W_])_+|_+(?![^\W_])")
_QUOTES = re.compile(r"[`\"“”„‟«»‹›‘‚「」『』《》〈〉〝〞]+|(?<!\w)'+|'+(?!\w)")
_OWN = re.compile(r"[^\W_]|\|")


class _Line(NamedTuple):
    text: str
    in_block: bool


class _QuotedSpan(NamedTuple):
    """From its opening mark to behind its closing one."""

    start: int
    end: int
    text: str


def own_words(text: str, quotable: Quotable, translates: Translates) -> str:
    """The text, as `plain` gives it, with a gap for each quotation, and for a translation beside its original."""
    own: list[str] = []
    for in_block, lines in groupby(_lines(text), key=lambda line: line.in_block):
        block = [line.text for line in lines]
        if in_block and quotable.is_quoted("\n".join(block)):
            own.append(GAP)
        else:
            own += [
                GAP if in_block and quotable.is_quoted(line) else _own(line, quotable, translates) for line in block
            ]
    return "\n".join(own)


def without_marks(text: str, edge: str = "") -> str:
    """The text without emphasis, and with an edge for quotes and code marks."""
    return _QUOTES.sub(edge, _EMPHASIS.sub("", text))


def is_all_quoted(own: str) -> bool:
    """Whether nothing but quotations was in a text, and not in a table."""
    return not _OWN.search(own)


def _lines(text: str) -> Iterator[_Line]:
    """The lines of a text without the marks of their block, which is fenced code or a block quote, if any."""
    fence = ""
    for line in text.splitlines():
        content = _LIST_MARK.sub("", line, count=1)
        if content.startswith(fence or _FENCES):
            fence = "" if fence else content[:3]
            yield _Line(content, in_block=False)
        elif fence or content.startswith(">"):
            yield _Line(line if fence else content.lstrip("> \t"), in_block=True)
        else:
            yield _Line(line, in_block=False)


def _own(line: str, quotable: Quotable, translates: Translates) -> str:
    if not line.lstrip().startswith("|"):
        return _own_prose(line, quotable, translates)
    return "|".join(_own_cell(cell, quotable, translates) for cell in _CELL_ENDS.split(line))


def _own_cell(cell: str, quotable: Quotable, translates: Translates) -> str:
    if quotable.is_returned(cell):
        return GAP
    parts = _LIST_ENDS.split(cell)
    return ";".join(GAP if quotable.is_returned(part) else _own_prose(part, quotable, translates) for part in parts)


def _own_prose(line: str, quotable: Quotable, translates: Translates) -> str:
    quoted, others = _quotations(line, quotable)
    if quoted:
        others += [_QuotedSpan(found.start(), found.end(), found[0][1:-1]) for found in _BRACKETED.finditer(line)]
        quoted += [
            span for span in others if any(translates(one.text, span.text) for one in _beside(span, quoted, line))
        ]
    return _without(line, quoted)


def _quotations(line: str, quotable: Quotable) -> tuple[list[_QuotedSpan], list[_QuotedSpan]]:
    """What stands between quotes or code marks: what is a quotation, in order, and what is not."""
    quoted: list[_QuotedSpan] = []
    others: list[_QuotedSpan] = []
    marks, end = list(_MARK.finditer(line)), 0
    for index, mark in enumerate(marks):
        if mark.start() < end or not _opens(mark):
            continue
        spans = [
            _QuotedSpan(mark.start(), close.end(), line[mark.end() : close.start()]) for close in _closing(marks, index)
        ]
        found = next((span for span in reversed(spans) if quotable.is_quoted(span.text)), None)
        if found:
            quoted.append(found)
            end = found.end
        else:
            others += spans[:1]
    return quoted, others


def _closing(marks: list[re.Match[str]], index: int) -> list[re.Match[str]]:
    following = marks[index + 1 : index + 1 + _MARKS_TRIED]
    if marks[index][0][0] == "`":
        return [mark for mark in following if mark[0] == marks[index][0]][:1]
    return list(islice(filter(_closes, following), _ENDS_TRIED))


def _opens(mark: re.Match[str]) -> bool:
    before, after = _around(mark)
    if mark[0][0] == "`" or mark[0] in _ALWAYS_OPEN:
        return True
    return after != "" and not after.isspace() and not _is_within_a_word(mark[0], before)


def _closes(mark: re.Match[str]) -> bool:
    before, after = _around(mark)
    if mark[0] in _ALWAYS_CLOSE:
        return True
    return mark[0][0] != "`" and not before.isspace() and not _is_within_a_word(mark[0], after)


def _around(mark: re.Match[str]) -> tuple[str, str]:
    return mark.string[mark.start() - 1 : mark.start()], mark.string[mark.end() : mark.end() + 1]


def _is_within_a_word(mark: str, neighbour: str) -> bool:
    """An apostrophe, or a quote in a script with spaces; other scripts put quotes right beside a letter."""
    return neighbour.isalnum() and (mark == "'" or neighbour.isascii())


def _beside(span: _QuotedSpan, quoted: list[_QuotedSpan], line: str) -> Iterator[_QuotedSpan]:
    """The quotations right before and right after it, in the same sentence."""
    index = bisect_left(quoted, span)
    for one in quoted[max(0, index - 1) : index + 1]:
        first, second = sorted((one, span))
        between = line[first.end : second.start]
        if first.end <= second.start and len(between) <= _BESIDE and not _SENTENCE_ENDS.search(between):
            yield one


def _without(line: str, spans: Iterable[_QuotedSpan]) -> str:
    own, start = [], 0
    for span in sorted(spans):
        if span.start >= start:
            own += [line[start : span.start], GAP]
            start = span.end
    return "".join([*own, line[start:]])
