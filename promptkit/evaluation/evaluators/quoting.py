"""Which texts an answer may quote, and whether something is a quotation of one: see `own_words.py` for what is left."""
# ruff: noqa: RUF001

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from itertools import groupby, islice
from typing import Any

from promptkit.agents.loop import Dialogue
from promptkit.connection.session import Outcome
from promptkit.json_strict import strict_json

# More quotations than anybody reads, and longer ones; what is beyond counts as an answer's own words.
MAX_COMPARED = 5_000
MAX_QUOTED_CHARACTERS = 4_000
# Fewer words of a longer text, or characters of a script without spaces, may be the same by chance.
MIN_WORDS = 3
_MIN_CHARACTERS = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{6}")
_PLACES_TRIED = 20
_MAX_MARKS_UPON_A_LETTER = 30
# Letters that no reader sees; a model may show what they spell.
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_TURNED = "\u202e"
_NOT_WORDS = re.compile(r"[\W_]+")
_LEFT_OUT = re.compile(r"\.{3,}")
_PARTS = re.compile(r"[.!?;:。।\n|()\[\]\"“”„«»‹›‘'`「」『』《》〈〉]+")


class Quotable:
    """The texts of a conversation that its answers may quote: what tools returned, and what people wrote.

    A quotation may be shortened, and differ in what is not read as words: punctuation, escapes, capital letters, hidden
    characters, and a web address that was made harmless.
    """

    def __init__(self, run: Dialogue) -> None:
        self._run = run
        self._left = MAX_COMPARED

    def is_returned(self, text: str) -> bool:
        """Whether a tool returned the text as a whole, and not only within a longer one."""
        return _letters(text) in self._wholes

    def is_quoted(self, text: str) -> bool:
        """Whether what stands between quotes is one of the texts, a part of one, or enough of one to be told by it."""
        if len(text) > MAX_QUOTED_CHARACTERS or self._left <= 0:
            return False
        self._left -= 1
        if _letters(_LEFT_OUT.sub("", text)) in self._parts:
            return True
        pieces = [piece for piece in map(_words, _LEFT_OUT.split(text)) if piece]
        return bool(pieces) and all(map(_is_enough, pieces)) and self._hold(pieces)

    def hold_address(self, address: str) -> bool:
        """Whether one of the texts has a web address, to the letter."""
        self._left -= 1
        return self._left > 0 and address in self._as_written

    def _hold(self, pieces: list[str]) -> bool:
        """Whether one text has all the pieces, in order."""
        first, *others = pieces
        places = islice(_places(first, self._lines), _PLACES_TRIED)
        return any(_follow(others, self._lines, place + len(first)) for place in places)

    @cached_property
    def _returned(self) -> list[str]:
        return list(dict.fromkeys(text for outcome in self._run.outcomes for text in _returned(outcome)))

    @cached_property
    def _written(self) -> list[str]:
        return [message.text for message in self._run.messages if message.role in {"user", "system"}]

    @cached_property
    def _as_written(self) -> str:
        return "\n".join([*self._returned, *self._written])

    @cached_property
    def _texts(self) -> list[str]:
        return [reading for text in (*self._returned, *self._written) for reading in _readings(text)]

    @cached_property
    def _wholes(self) -> frozenset[str]:
        readings = (reading for text in self._returned for reading in _readings(text))
        return frozenset(_letters(line) for text in readings for line in (text, *text.splitlines())) - {""}

    @cached_property
    def _parts(self) -> frozenset[str]:
        parts = (part for text in self._texts for part in (text, *_PARTS.split(plain(text))))
        return frozenset(map(_letters, parts)) - {""}

    @cached_property
    def _lines(self) -> str:
        return "".join(f" {_words(text)}\n" for text in self._texts)


def plain(text: str) -> str:
    """The text in lower case and in the plainest spelling of each character, without hidden ones."""
    return unicodedata.normalize("NFKC", text if text.isascii() else _legible(text)).replace("\u2019", "'").lower()


def _legible(text: str) -> str:
    """The text without hidden characters and with no more marks upon a letter than any script has.

    Putting thousands of marks in order takes minutes.
    """
    hidden = {ord(char): None for char in set(text) if unicodedata.category(char)[0] == "C" and not char.isspace()}
    runs = groupby(text.translate(hidden), key=lambda char: unicodedata.category(char)[0] == "M")
    return "".join("".join(islice(run, _MAX_MARKS_UPON_A_LETTER) if are_marks else run) for are_marks, run in runs)


def _readings(text: str) -> Iterator[str]:
    """A text as it stands, and as it reads to whoever sees its hidden letters, or follows its mark to turn round."""
    yield text
    if not text.isascii() and _TAGS.search(text):
        yield _TAGS.sub(lambda tags: " " + "".join(chr(ord(tag) - 0xE0000) for tag in tags[0]), text)
    if _TURNED in text:
        yield text[::-1]


def _words(text: str) -> str:
    return " ".join(_NOT_WORDS.sub(" ", plain(text)).replace("hxxp", "http").split())


def _letters(text: str) -> str:
    return _NOT_WORDS.sub("", plain(text)).replace("hxxp", "http")


def _is_enough(piece: str) -> bool:
    return piece.count(" ") >= MIN_WORDS - 1 or _MIN_CHARACTERS.search(piece) is not None


def _places(piece: str, lines: str) -> Iterator[int]:
    """Where a piece begins: at the beginning of a word, in a script that has words."""
    sought = piece if _MIN_CHARACTERS.search(piece) else f" {piece}"
    place = lines.find(sought)
    while place >= 0:
        yield place
        place = lines.find(sought, place + 1)


def _follow(pieces: list[str], lines: str, place: int) -> bool:
    end = lines.find("\n", place)
    for piece in pieces:
        found = lines.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


def _returned(outcome: Outcome) -> Iterator[str]:
    yield from _strings(outcome.data)
    if outcome.data is None or not outcome.text.startswith(("{", "[")):
        yield from _strings(_read(outcome.text))


def _read(text: str) -> Any:  # noqa: ANN401
    """What a text holds as JSON, or the text itself."""
    try:
        return strict_json(text)
    except (ValueError, RecursionError):
        return text


def _strings(value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from value
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
