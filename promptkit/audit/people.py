"""Finds people in texts: e-mail addresses, and the names that stand beside them or that they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from promptkit.private import ADDRESS

_NAMED = re.compile(r"((?:\b[^\W\d_][\w'-]{1,40} ){1,3}\b[^\W\d_][\w'-]{1,40}) ?[<(]$")
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[^\W\d_]{2,}")


class Hider:
    """Takes addresses and names out of texts. A name is found word by word, however many names there are."""

    def __init__(self, names: Iterable[str]) -> None:
        # What a name begins with, and whether it is the whole of one.
        self._beginnings: dict[str, bool] = {}
        for name in names:
            folded = " ".join(name.split()).casefold()
            ends = [word.end() for word in _WORD.finditer(folded)]
            for end in ends:
                self._beginnings[folded[:end]] = self._beginnings.get(folded[:end], False) or end == ends[-1]

    def __call__(self, text: str) -> str:
        """The text without them."""
        text = ADDRESS.sub("[e-mail]", text)
        return self._without_names(text) if self._beginnings else text

    def _without_names(self, text: str) -> str:
        words = list(_WORD.finditer(text))
        kept, at, first = [], 0, 0
        while first < len(words):
            after = self._after_name(text, words, first)
            if after > first:
                kept += [text[at : words[first].start()], "[name]"]
                at = words[after - 1].end()
            first = max(after, first + 1)
        return "".join([*kept, text[at:]])

    def _after_name(self, text: str, words: Sequence[re.Match[str]], first: int) -> int:
        """The number of the word after the longest name that begins with a word; `first` itself where none does."""
        read, after, index = words[first][0].casefold(), first, first
        while read in self._beginnings:
            index += 1
            after = index if self._beginnings[read] else after
            if index == len(words):
                break
            between = text[words[index - 1].end() : words[index].start()]
            read += (" " if between.isspace() else between.casefold()) + words[index][0].casefold()
        return after


def hider_of(texts: Iterable[str]) -> Hider:
    """Takes out the people that some texts tell of.

    A name is known if an address is made of it (`ada.lovelace@…`) or stands beside it (`Ada Lovelace <…>`); one that
    only stands in prose cannot be found.
    """
    names: set[str] = set()
    for text in texts:
        for address in ADDRESS.finditer(text):
            parts = _PART.findall(address[1])
            if len(parts) > 1:
                names |= {" ".join(parts), " ".join(reversed(parts))}
            if beside := _NAMED.search(text, max(0, address.start() - 130), address.start()):
                # The first of the words may be none of the name, as in "Ask Ada Lovelace <…>".
                names |= {beside[1], " ".join(beside[1].split()[-2:])}
    return Hider(names)
