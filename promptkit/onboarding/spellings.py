"""Values of one field that are probably spellings of one group: proposals for a person, who decides."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA

_LEAST_SHORT, _LEAST_TYPO = 3, 5
_MOST_OF_A_WORD = 0.6
"""The part of a word that its short form may be: Prod of Product, but not Product of Production."""
_RARER = 2
"""How many times as many rows the right spelling has as one with a slip; Lisbon and Lisboa may both be right."""
_INITIALS = re.compile(r"[A-Z](?:[A-Z&/.]{0,4}[A-Z])\.?")
_LISTED = re.compile(r"[;|,]")


@dataclass(frozen=True)
class NearSpellings:
    """Values that may all mean `group`, which is the most frequent of them and not in `others`."""

    group: str
    others: tuple[str, ...]


def near_spellings(rows: Mapping[str, int]) -> list[NearSpellings]:
    """The values that look like spellings of a more frequent one, by that one, the most frequent first.

    A value that could be a spelling of several is not proposed, and neither is one that lists several groups.
    """
    found: dict[str, list[str]] = {}
    heads: dict[str, list[_Spelling]] = defaultdict(list)
    for value in sorted(rows, key=lambda value: (-rows[value], value)):
        one = _Spelling(value, rows[value])
        if not one.words or _LISTED.search(value):
            continue
        near = [head for head in heads[one.first] if _is_near(one, head)]
        if len(near) == 1:
            found[near[0].value].append(value)
        elif not near:
            heads[one.first].append(one)
            found[value] = []
    return [NearSpellings(group, tuple(others)) for group, others in found.items() if others]


@dataclass(frozen=True)
class _Spelling:
    value: str
    rows: int

    @cached_property
    def words(self) -> Sequence[str]:
        plain = unicodedata.normalize("NFKD", self.value.casefold())
        plain = "".join(char for char in plain if not unicodedata.combining(char))
        return [word for word in re.findall(r"\w+", plain.replace("_", " ")) if word != "and"]

    @property
    def first(self) -> str:
        return self.words[0][0]

    @property
    def numbers(self) -> list[str]:
        return re.findall(r"\d+", self.value)


def _is_near(one: _Spelling, other: _Spelling) -> bool:
    """Whether `one` may be a spelling of `other`, which has at least as many rows and the same first letter."""
    if one.numbers != other.numbers:
        return False
    if "".join(one.words) == "".join(other.words) or _has_initials(one, other) or _has_initials(other, one):
        return True
    is_rarer = one.rows * _RARER <= other.rows
    pairs = list(zip(one.words, other.words, strict=False))
    return len(one.words) == len(other.words) and all(_is_near_word(*pair, is_rarer=is_rarer) for pair in pairs)


def _has_initials(short: _Spelling, long: _Spelling) -> bool:
    initials = "".join(word[0] for word in long.words)
    return (
        len(initials) > 1
        and bool(_INITIALS.fullmatch(short.value.replace(" ", "")))
        and "".join(short.words) == initials
    )


def _is_near_word(one: str, other: str, *, is_rarer: bool) -> bool:
    short, long = sorted((one, other), key=len)
    if one == other or _is_short_form(short, long):
        return True
    has_slip = len(short) >= _LEAST_TYPO and short[0] == long[0] and OSA.distance(short, long, score_cutoff=1) <= 1
    return is_rarer and has_slip


def _is_short_form(short: str, long: str) -> bool:
    """Whether it is the beginning of a word, such as Eng, or the word without vowels, such as Mktg."""
    if len(short) < _LEAST_SHORT or len(short) > _MOST_OF_A_WORD * len(long) or short[0] != long[0]:
        return False
    letters = iter(long)
    is_within = all(letter in letters for letter in short)
    return long.startswith(short) or (is_within and not re.search("[aeiou]", short[1:]))
