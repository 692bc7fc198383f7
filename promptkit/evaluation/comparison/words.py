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
# Only an answer says so: where one of these is right, it is a value like any other.
_ABSENT = frozenset(
    {
        "unknown",
        "not known",
        "not set",
        "not recorded",
        "not given",
        "not stated",
        "not visible",
        "not tracked",
        "no data",
    }
    | {"open-ended", "open ended", "uncategorised", "uncategorized"}
)
# A mark of a note, as in "none*" and "5 [1]".
_NOTE_MARKS = re.compile(r"(?<=.)(?:[*\u2020\u2021\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}| ?\[\^?(?:\d{1,2}|[a-z])\])$")
_LONGEST_NOTE = len(" [^12]")
# What is said of a name behind it: "Department (slice)". What doubts or denies the name says nothing of it.
_SAID_OF_IT = re.compile(
    r"(.{1,200}?) ?\((?!\W{0,3}(?:or|and|maybe|perhaps|possibly|not|should|up to)\b)([^()]{1,100})\)"
)
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019", "\u00ab": "\u00bb", "`": "`"}
# Between digits these belong to a number; elsewhere they are how something is written.
_NO_SIGN = re.compile(r"(?<=\d),(?=\d{3})|(?!(?<=\d)[.](?=\d)|(?<![\w])-(?=\d))[\W_]+")
_PARTS = re.compile(r"[;,\n\u00b7\u2022]| and | & ")
_MORE = re.compile(r"\W{0,4}(?:and )?(\d{1,9}) (?:more|others?)\W{0,2}", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+%-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,100}){1,10}")
_NAME = re.compile(r"[^\W\d_]{1,40}(?:[ .'-]{1,2}[^\W\d_]{1,40}){0,5}[ ,:]{0,2}[(<\[`]{0,2}[)>\]`]{0,2}")
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
    return unquoted(without_note(text)).casefold() in _NOTHING


def says_nothing(text: str, column: str) -> bool:
    """Whether a cell of an answer says that there is nothing, in words of its own: `unknown`, or `no owner`."""
    if is_nothing(text) or unquoted(text).casefold() in _ABSENT:
        return True
    words = column.split("_")
    return folded(text) in {"no" + "".join(words[at:]).casefold() for at in range(len(words))}


def without_note(text: str) -> str:
    """The text without the mark of a note behind it."""
    whole = text.rstrip()
    found = _NOTE_MARKS.search(whole, max(0, len(whole) - _LONGEST_NOTE))
    return whole[: found.start()] if found else whole


def name_and_aside(text: str) -> tuple[str, str]:
    """A name, and what is said of it in brackets behind it; without such, the text and nothing."""
    found = _SAID_OF_IT.fullmatch(text.strip())
    return (found[1], found[2]) if found else (text, "")


def unquoted(text: str) -> str:
    """The text without quotes around it."""
    plain = text.strip()
    return plain[1:-1].strip() if len(plain) > 1 and _QUOTES.get(plain[0]) == plain[-1] else plain


def is_the_address(have: str, want: str) -> bool:
    """Whether an e-mail address is shown, alone or with a name beside it: `Ivan Costa (ivan.costa@acme.example)`."""
    found = _ADDRESS.findall(have[:MAX_CHARACTERS])
    is_it = len(found) == 1 and _ADDRESS.fullmatch(want) is not None and folded(found[0]) == folded(want)
    return is_it and _NAME.fullmatch(have.replace(found[0], "")) is not None


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
    return [_MORE.sub(r"\1 more", part) for part in map(str.strip, _PARTS.split(text[:MAX_CHARACTERS])) if part]


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
