"""An answer in another language -> the same answer in the keys: the English words by which it is parsed and judged.

Only what a language file spells is turned: headings, the labels of the evidence, the words for none, yes and no,
phrases about reading, and the signs of numbers. Names, column heads and all else stay, and English words stay English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from promptkit.language import Language, Numbers, ReadingPhrases, Spellings

_LEAD = r"(\s*(?:#+\s*|\*\*|__)?(?:\d{1,3}[.)]\s*)?)"
_MARK = r"(\W{0,20}(?:\d{1,3}[.)]\s)?\W{0,4})"
_OTHER_HEADING = re.compile(r"[ \t]{0,12}(?:#|(\*\*|__)[^*_]{1,200}\1[ \t]{0,12}\Z)")
_PARTIAL, _ALL_READ = "partial", "all rows were read"
_CELL_ENDS = re.compile(r"(?<!\\)\|")
_NUMBER = re.compile(r"(?<![\w.,@:-])(-?)(\d{1,3}(?:\.\d{3})+|\d{1,15})(,\d{1,2})?(?![\w]|[.,]\d)")
_NUMBER_ALONE = re.compile(r"\W{0,4}(?:[A-Z]{3} ?)?-?[\d.]{1,20}(?:,\d{1,2})? ?(?:%|[A-Z]{3}|[€$£])?\W{0,4}")
_Turns = Sequence[tuple[re.Pattern[str], str]]


def keyed(text: str, language: Language) -> str:
    """An answer, or what a line of its evidence says, in the keys."""
    if language.spellings is None:
        return text
    turner = _Turner(language.spellings, language.readings, language.numbers)
    return "\n".join(map(turner.line, text.split("\n")))


class _Turner:
    """Turns line after line; the labels of the evidence only below its heading."""

    def __init__(self, spellings: Spellings, readings: ReadingPhrases, numbers: Numbers) -> None:
        # In an answer that mixes the two, the labels may be of this language below the English heading.
        headings = {key: (*some, key) for key, some in spellings.headings.items()}
        self._headings = _turns(rf"{_LEAD}(?:%s)([\s:*_]*)", headings)
        self._labels = _turns(rf"{_MARK}(?:%s)\b(?=[^:=|]{{0,40}}[:=|])()", spellings.labels)
        self._values = _turns(r"(.{0,200}?[:=]\W{0,4}|\W{0,4})(?:%s)(\W{0,4})\Z", spellings.cells)
        self._cells = _turns(r"(\W{0,4})(?:%s)(\W{0,4})\Z", spellings.cells)
        # That all was read comes first, since it may deny what admits the opposite: "no further pages".
        phrases = {_ALL_READ: readings.all_read, _PARTIAL: readings.admits, **spellings.phrases}
        self._phrases = [(re.compile(rf"\b(?:{one})\b", re.IGNORECASE), key) for key, one in _joined(phrases)]
        self._has_comma = numbers.decimal == ","
        self._in_evidence = False

    def line(self, line: str) -> str:
        if line.lstrip().startswith("|"):
            return "|".join(map(self._cell, _CELL_ENDS.split(line)))
        for pattern, key in self._headings:
            if pattern.fullmatch(line):
                self._in_evidence = key == "Evidence"
                return _first(line, self._headings)
        if _OTHER_HEADING.match(line):
            self._in_evidence = False
            return line
        line = _first(line, self._labels) if self._in_evidence else line
        line = self._numbers(_first(line, self._values))
        for pattern, key in self._phrases:
            line = pattern.sub(key, line)
        return line

    def _cell(self, cell: str) -> str:
        cell = _first(cell, self._cells)
        return self._numbers(cell) if _NUMBER_ALONE.fullmatch(cell) else cell

    def _numbers(self, text: str) -> str:
        return _NUMBER.sub(_with_point, text) if self._has_comma else text


def _joined(spellings: Mapping[Any, Iterable[str]]) -> list[tuple[str, str]]:
    return [(key, "|".join(f"(?:{one})" for one in some)) for key, some in spellings.items()]


def _turns(form: str, spellings: Mapping[Any, Iterable[str]]) -> _Turns:
    return [(re.compile(form.replace("%s", some), re.IGNORECASE), key) for key, some in _joined(spellings)]


def _first(text: str, turns: _Turns) -> str:
    """The text with the first spelling that it begins with turned."""
    for pattern, key in turns:
        if found := pattern.match(text):
            return f"{found[1]}{key}{found[2]}{text[found.end() :]}"
    return text


def _with_point(found: re.Match[str]) -> str:
    sign, whole, decimals = found.groups("")
    return f"{sign}{whole.replace('.', ',')}{decimals.replace(',', '.')}"
