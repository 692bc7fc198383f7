"""Whether a regular expression that a server wrote can be matched here: Python knows it, and no text makes it slow.

JSON Schema means the expressions of JavaScript. Python's matcher goes back and tries anew wherever a text can be
divided among the parts of an expression in several ways, so what allows many ways is refused: in doubt, without need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import prod

# Private in Python 3.11 to 3.14; the module that shows them is deprecated.
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from promptkit.policy.decision import MAX_MATCHED_CHARS

# What the longest text takes that is tried from each of its places on, with some to spare: seconds, at the worst.
_MAX_STEPS = 4 * MAX_MATCHED_CHARS**2
_FEW = 4
_SHARED = "several parts can take the same characters"
# With them, other characters are the same, or other places a start.
_FLAGS = "it sets flags"
_CATEGORIES = {
    kinds.CATEGORY_DIGIT: r"\d",
    kinds.CATEGORY_NOT_DIGIT: r"\D",
    kinds.CATEGORY_SPACE: r"\s",
    kinds.CATEGORY_NOT_SPACE: r"\S",
    kinds.CATEGORY_WORD: r"\w",
    kinds.CATEGORY_NOT_WORD: r"\W",
}
_REPEATS = {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}
_SINGLE = [[kinds.ANY], [kinds.IN], [kinds.LITERAL], [kinds.NOT_LITERAL]]
_STARTS = [(kinds.AT, kinds.AT_BEGINNING), (kinds.AT, kinds.AT_BEGINNING_STRING)]
_LOOKS = {kinds.ASSERT, kinds.ASSERT_NOT}
_FIRST_OTHER = 256
# One of each sort stands for all the others, which nothing here tells apart.
_OTHERS = frozenset(map(ord, "Āء٠中\u2028\U0001f600"))
_ALL = frozenset(range(_FIRST_OTHER)) | _OTHERS
Characters = frozenset[int]


class SlowPatternError(ValueError):
    """An expression that some text could make slow."""


class _Part(NamedTuple):
    """A part of an expression: the characters that it may take, those that it may begin with, how many it takes.

    `ways` is how many ways there may be to take one text. A look-around takes none, and its ways are its steps.
    """

    characters: Characters
    first: Characters
    least: int
    most: int
    ways: int = 1
    is_look: bool = False

    @property
    def is_fixed(self) -> bool:
        return self.least == self.most

    @property
    def lengths(self) -> int:
        return min(self.most - self.least + 1, MAX_MATCHED_CHARS)


def why_not_matchable(pattern: str) -> str | None:
    """Why texts cannot be matched with an expression here, in words that go after it; None when they can."""
    try:
        tree = parser.parse(pattern)
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"is not an expression that Python knows ({error})"
    try:
        items = list(tree)
        if tree.state.flags != re.UNICODE:
            raise SlowPatternError(_FLAGS)
        starts = 1 if items and items[0] in _STARTS else MAX_MATCHED_CHARS
        if starts * _steps(_parts(_that_can_fail(items))) > _MAX_STEPS:
            return f"may take very long on some texts ({_SHARED})"
    except (SlowPatternError, RecursionError) as error:
        return f"may take very long on some texts ({error})"
    return None


def _that_can_fail(items: list[Any]) -> list[Any]:
    """An expression without a last `.*`: whatever the text, it is met there, and nothing is tried anew."""
    is_met = any(
        kind in _REPEATS and value[0] == 0 and [one for one, _ in value[2]] in _SINGLE for kind, value in items[-1:]
    )
    return items[:-1] if is_met else items


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
        return [_Part(frozenset(), frozenset(), 0, 0, _steps(_parts(list(value[1]))), is_look=True)]
    if kind is kinds.SUBPATTERN:
        _, set_flags, unset_flags, body = value
        if set_flags or unset_flags:
            raise SlowPatternError(_FLAGS)
        return _parts(list(body))
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
        return frozenset({value}) if value < _FIRST_OTHER else _OTHERS
    if kind is kinds.NOT_LITERAL:
        return _ALL - {value}
    if kind is kinds.ANY:
        return _ALL
    if kind is kinds.RANGE:
        low, high = value
        return frozenset(range(low, min(high + 1, _FIRST_OTHER))) | (_OTHERS if high >= _FIRST_OTHER else frozenset())
    if kind is kinds.CATEGORY:
        return frozenset(one for one in _ALL if re.match(_CATEGORIES[value], chr(one)))
    if kind is kinds.IN:
        is_negated = value[0][0] is kinds.NEGATE
        found = frozenset[int]().union(*(_characters(*one) for one in value[is_negated:]))
        return _ALL - found | _OTHERS if is_negated else found
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
    ways = prod(part.ways * (part.lengths if _overlaps(parts, place) else 1) for place, part in enumerate(parts))
    return _Part(everything, first, least, most, ways)


def _either(branches: list[list[Any]]) -> _Part:
    found = [_joined(_parts(branch)) for branch in branches]
    return _Part(
        frozenset[int]().union(*(one.characters for one in found)),
        frozenset[int]().union(*(one.first for one in found)),
        min(one.least for one in found),
        max(one.most for one in found),
        max(one.ways for one in found) if _are_apart(branches) else sum(one.ways for one in found),
    )


def _repeated(body: list[Any], least: int, most: int) -> list[_Part]:
    parts = _parts(body)
    one = _joined(parts)
    if one.ways == 1 and _is_unique(body) and (most == 1 or one.is_fixed or _is_delimited(parts)):
        return [one._replace(least=one.least * least, most=one.most * most)]
    if most > _FEW:
        raise SlowPatternError("a repeated part can take the same text in several ways")
    return [*parts * least, *[one._replace(least=0)] * (most - least)]


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
    return any(not later.is_fixed for later in _takers(parts, place))


def _takers(parts: list[_Part], place: int) -> Iterator[_Part]:
    """The parts that could take the end of the text of an earlier one, or the end of what those took before."""
    part, *others = parts[place:]
    if part.is_fixed:
        return
    taken = part.characters
    for later in others:
        if later.first & taken:
            taken |= later.characters
            yield later
        elif later.least:
            return


def _is_delimited(parts: list[_Part]) -> bool:
    """Whether a character that is nowhere else in a round tells how many there are, and no two can share a text."""
    others = [[*parts[:place], *parts[place + 1 :]] for place in range(len(parts))]
    is_told = any(
        one.least == one.most == 1 and not any(one.characters & other.characters for other in rest)
        for one, rest in zip(parts, others, strict=True)
    )
    return is_told and not any(_overlaps(parts * 2, place) for place in range(len(parts)))


def _steps(parts: list[_Part]) -> int:
    """How many steps it may take to find that parts in a row do not fit at one place of a text."""
    steps, arrivals = 0, 1
    for part in parts:
        if part.is_look:
            steps += arrivals * part.ways
        else:
            arrivals *= part.lengths * part.ways
    taking = [part for part in parts if not part.is_look]
    return steps + _joined(taking).ways * max((part.lengths for part in taking), default=1)
