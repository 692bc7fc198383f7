"""Takes people out of a result: e-mail addresses, and the names that the addresses give away."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from promptkit.audit.audit import Call, Result
from promptkit.private import ADDRESS
from promptkit.transcript import Text

_NAMED = re.compile(r"((?:\b[^\W\d_][\w'-]{1,40} ){1,3}\b[^\W\d_][\w'-]{1,40}) ?[<(]$")
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[^\W\d_]{2,}")


def redact(result: Result) -> Result:
    """`result` without addresses and known names, and without arguments in its reason.

    A name is known if an address of the conversation is made of it (`ada.lovelace@…`) or stands beside it
    (`Ada Lovelace <…>`); a name that only stands in prose cannot be found. The path stays, so that it can be opened.
    """
    hide = _hider([text.text for text in result.texts] + [result.reason, result.conversation])
    return replace(
        result,
        conversation=hide(result.conversation),
        reason=_ARGUMENTS_REASON if result.ground == "arguments" else hide(result.reason),
        calls=[_without_people(call, hide) for call in result.calls],
        texts=[Text(text.role, hide(text.text)) for text in result.texts],
    )


def _without_people(call: Call, hide: _Hider) -> Call:
    time = hide(call.time) if call.time else None
    return replace(call, name=hide(call.name), location=hide(call.location), time=time)


_ARGUMENTS_REASON = "The arguments of a read tool are not in the record, or do not fit what was reviewed."


class _Hider:
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


def _hider(texts: Iterable[str]) -> _Hider:
    names: set[str] = set()
    for text in texts:
        for address in ADDRESS.finditer(text):
            parts = _PART.findall(address[1])
            if len(parts) > 1:
                names |= {" ".join(parts), " ".join(reversed(parts))}
            if beside := _NAMED.search(text, max(0, address.start() - 130), address.start()):
                # The first of the words may be none of the name, as in "Ask Ada Lovelace <…>".
                names |= {beside[1], " ".join(beside[1].split()[-2:])}
    return _Hider(names)
