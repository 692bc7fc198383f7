"""Whether a regular expression that a server wrote can be matched here: Python knows it, and no text makes it slow.

JSON Schema means the expressions of JavaScript. Python's matcher goes back and tries anew wherever a text can be
divided among the parts of an expression in several ways, so what allows many ways is refused: in doubt, without need.
"""

from __future__ import annotations

import re

# Private in Python 3.11 to 3.14; the module that shows them is deprecated.
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

_LONG = 64
_MAX_DEGREE = 2
_MAX_CHOICES = 8
_FEW = 4
_SHARED = "several parts of any length can take the same characters"
_MANY = "many parts can take the same characters"
_CATEGORIES = {
    kinds.CATEGORY_DIGIT: r"\d",
    kinds.CATEGORY_NOT_DIGIT: r"\D",
    kinds.CATEGORY_SPACE: r"\s",
    kinds.CATEGORY_NOT_SPACE: r"\S",
    kinds.CATEGORY_WORD: r"\w",
    kinds.CATEGORY_NOT_WORD: r"\W",
}
_REPEATS = {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}
_STARTS = [(kinds.AT, kinds.AT_BEGINNING), (kinds.AT, kinds.AT_BEGINNING_STRING)]
_LOOKS = {kinds.ASSERT, kinds.ASSERT_NOT}
# One of each sort beyond the 256 that are all looked at.
_OTHERS = frozenset(map(ord, "Āء٠中\u2028\U0001f600"))
_ALL = frozenset(range(256)) | _OTHERS
Characters = frozenset[int]


class SlowPatternError(ValueError):
    """An expression that some text could make slow."""


class _Part(NamedTuple):
    """A part of an expression: the characters that it may take, those that it may begin with, how many it takes.

    `choices` counts the places in it where a text can go on in more than one way.
    """

    characters: Characters
    first: Characters
    least: int
    most: int
    choices: int = 0

    @property
    def is_fixed(self) -> bool:
        return self.least == self.most


def why_not_matchable(pattern: str) -> str | None:
    """Why texts cannot be matched with an expression here, in words that go after it; None when they can."""
    try:
        tree = parser.parse(pattern)
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not an expression that Python knows ({error})"
    try:
        items = list(tree)
        parts = _parts(items)
        degree = _degree(parts)
        is_anchored = bool(items) and items[0] in _STARTS
        if degree + (degree > 0 and not is_anchored) > _MAX_DEGREE:
            return f"may take very long on some texts ({_SHARED})"
        if _joined(parts).choices > _MAX_CHOICES:
            return f"may take very long on some texts ({_MANY})"
    except (SlowPatternError, RecursionError) as error:
        return f"may take very long on some texts ({error})"
    return None


def _parts(items: list[Any]) -> list[_Part]:
    return [part for item in items for part in _parts_of(*item)]


def _parts_of(kind: Any, value: Any) -> list[_Part]:  # noqa: ANN401
    """The parts that one item of a parsed expression is made of.

    Raises:
        SlowPatternError: it is one that no rule here understands, or that is slow by itself.
    """
    if kind is kinds.AT:
        return []
    if kind in _LOOKS:
        _degree_within(_parts(list(value[1])))
        return []
    if kind is kinds.SUBPATTERN:
        return _parts(list(value[-1]))
    if kind is kinds.ATOMIC_GROUP:
        return _parts(list(value))
    if kind is kinds.BRANCH:
        return [_either([list(branch) for branch in value[1]])]
    if kind in _REPEATS:
        return _repeated(list(value[2]), value[0], value[1])
    characters = _characters(kind, value)
    return [_Part(characters, characters, 1, 1)]


def _characters(kind: Any, value: Any) -> Characters:  # noqa: ANN401
    if kind is kinds.LITERAL:
        return frozenset({value, ord(chr(value).lower()[0]), ord(chr(value).upper()[0])})
    if kind is kinds.NOT_LITERAL:
        return _ALL - {value}
    if kind is kinds.ANY:
        return _ALL
    if kind is kinds.RANGE:
        low, high = value
        return frozenset({low, high}) | {one for one in _ALL if low <= one <= high}
    if kind is kinds.CATEGORY:
        return frozenset(one for one in _ALL if re.match(_CATEGORIES[value], chr(one)))
    if kind is kinds.IN:
        is_negated = value[0][0] is kinds.NEGATE
        found = frozenset[int]().union(*(_characters(*one) for one in value[is_negated:]))
        return _ALL - found if is_negated else found
    raise SlowPatternError(f"it uses {str(kind).lower()}")


def _joined(parts: list[_Part]) -> _Part:
    """Parts in a row as one."""
    first: Characters = frozenset()
    for part in parts:
        first |= part.first
        if part.least:
            break
    everything = frozenset[int]().union(*(part.characters for part in parts))
    least, most = sum(part.least for part in parts), sum(part.most for part in parts)
    choices = sum(part.choices + _overlaps(parts, place) for place, part in enumerate(parts))
    return _Part(everything, first, least, most, choices)


def _either(branches: list[list[Any]]) -> _Part:
    found = [_joined(_parts(branch)) for branch in branches]
    return _Part(
        frozenset[int]().union(*(one.characters for one in found)),
        frozenset[int]().union(*(one.first for one in found)),
        min(one.least for one in found),
        max(one.most for one in found),
        max(one.choices for one in found) + (not _are_apart(branches)),
    )


def _repeated(body: list[Any], least: int, most: int) -> list[_Part]:
    parts = _parts(body)
    one = _joined(parts)
    if most > 1 and _is_unique(body) and (one.is_fixed or _is_delimited(parts)):
        return [one._replace(least=one.least * least, most=one.most * most)]
    if most > _FEW:
        raise SlowPatternError("a repeated part can take the same text in several ways")
    _degree_within(parts)
    return [one._replace(least=one.least if number < least else 0) for number in range(most)]


def _is_unique(items: list[Any]) -> bool:
    """Whether there is only one way to take a text, apart from where the whole of it ends."""
    parts = _parts(items)
    return not any(_overlaps(parts, place) for place in range(len(parts))) and all(
        _is_unique_item(*one) for one in items
    )


def _is_unique_item(kind: Any, value: Any) -> bool:  # noqa: ANN401
    if kind is kinds.SUBPATTERN:
        return _is_unique(list(value[-1]))
    if kind in _REPEATS:
        # What may be left out and may be empty can take an empty text in two ways.
        is_twice_empty = value[0] == 0 and _joined(_parts(list(value[2]))).least == 0
        return not is_twice_empty and _is_unique(list(value[2]))
    return kind is not kinds.BRANCH or _are_apart([list(branch) for branch in value[1]])


def _are_apart(branches: list[list[Any]]) -> bool:
    """Whether the first character tells which of the branches it is, and at most one takes an empty text."""
    found = [_joined(_parts(branch)) for branch in branches]
    firsts = [one.first for one in found]
    is_apart = all(not (one & other) for place, one in enumerate(firsts) for other in firsts[:place])
    return is_apart and sum(one.least == 0 for one in found) <= 1 and all(_is_unique(branch) for branch in branches)


def _overlaps(parts: list[_Part], place: int) -> bool:
    """Whether a part of several lengths could leave some of its text to one that comes after it."""
    part = parts[place]
    if part.is_fixed:
        return False
    for later in parts[place + 1 :]:
        if later.characters & part.characters:
            if not later.is_fixed:
                return True
        elif later.least:
            return False
    return False


def _is_delimited(parts: list[_Part]) -> bool:
    """Whether each round begins or ends with characters that are nowhere else in it."""
    if not parts:
        return False
    for end, rest in ((parts[0], parts[1:]), (parts[-1], parts[:-1])):
        if end.is_fixed and end.least == 1 and not any(end.characters & part.characters for part in rest):
            return True
    return False


def _degree_within(parts: list[_Part]) -> None:
    if _degree(parts) > 1:
        raise SlowPatternError(_SHARED)


def _degree(parts: list[_Part]) -> int:
    """How many long parts in a row can share a text between them: the power with which the time grows.

    Raises:
        SlowPatternError: many short parts can.
    """
    degree = 0
    for place, part in enumerate(parts):
        if part.is_fixed:
            continue
        taken, long, short = part.characters, int(_is_long(part)), int(not _is_long(part))
        for later in parts[place + 1 :]:
            if later.characters & taken:
                if not later.is_fixed:
                    taken |= later.characters
                    long, short = long + _is_long(later), short + (not _is_long(later))
            elif later.least:
                break
        if short > _MAX_CHOICES:
            raise SlowPatternError(_MANY)
        degree = max(degree, long)
    return degree


def _is_long(part: _Part) -> bool:
    return part.most - part.least > _LONG
