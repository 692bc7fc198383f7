"""Names and states as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from promptkit.answering.contract import one_line

_NOTHING = frozenset(
    {"", "-", "\u2013", "\u2014", "none", "n/a", "na", "null", "nil", "not available", "(none)", "empty"}
)
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019", "\u00ab": "\u00bb", "`": "`"}
# Between digits these belong to a number; elsewhere they are how something is written.
_NO_SIGN = re.compile(r"(?<=\d),(?=\d{3})|(?!(?<=\d)[.](?=\d)|(?<![\w])-(?=\d))[\W_]+")
_PARTS = re.compile(r"[;,\n]| and | & ")
_MARKS = "*.\u2020\u2026 "
_BRACKETS = {")": "(", "]": "["}
MAX_CHARACTERS = 2_000


@lru_cache(maxsize=16_384)
def folded(text: str) -> str:
    """A text without what only spells it: capitals, spaces, quotes, punctuation, hidden characters, broken links."""
    plain = unicodedata.normalize("NFKC", one_line(text[:MAX_CHARACTERS])).casefold().replace("hxxp", "http")
    return _NO_SIGN.sub("", plain) or plain


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is nothing."""
    return unquoted(text).casefold() in _NOTHING


def unquoted(text: str) -> str:
    """The text without quotes around it."""
    plain = text.strip()
    return plain[1:-1].strip() if len(plain) > 1 and _QUOTES.get(plain[0]) == plain[-1] else plain


def are_same_parts(have: str, want: str, is_alike: Callable[[str, str], bool] | None = None) -> bool:
    """Whether two lists have the same parts, in whatever order; a part may be alike if nothing else is the same."""
    left, right = (_parts(text) for text in (have, want))
    if len(left) != len(right) or len(left) < 2:
        return False
    same = Counter(map(folded, left)) & Counter(map(folded, right))
    left, right = _without(left, same), _without(right, same)
    if is_alike is None:
        return not left
    alike = [[other for other in right if is_alike(part, other)] for part in left]
    return all(len(others) == 1 for others in alike) and len({others[0] for others in alike}) == len(right)


def _parts(text: str) -> list[str]:
    return [part for part in map(str.strip, _PARTS.split(text[:MAX_CHARACTERS])) if part]


def _without(parts: Sequence[str], same: Mapping[str, int]) -> list[str]:
    left = Counter(same)
    kept = []
    for part in parts:
        if left[folded(part)]:
            left[folded(part)] -= 1
        else:
            kept.append(part)
    return kept


def is_beginning(have: str, want: str) -> bool:
    """Whether a name is the beginning of a longer one, up to the end of a word. A mark after it is no part of it."""
    name = " ".join(unquoted(_unmarked(one_line(have))).split()).casefold()
    whole = " ".join(one_line(want).split()).casefold()
    return bool(name) and whole.startswith(name) and not whole[len(name) : len(name) + 1].isalnum()


def _unmarked(name: str) -> str:
    """A name without what says that it was cut: an asterisk, dots, or a word in brackets."""
    bare = name.rstrip(_MARKS)
    if opening := _BRACKETS.get(bare[-1:]):
        bare = bare.rpartition(opening)[0] or bare
    return bare.rstrip(_MARKS)
