"""Whether what stands in a cell means what is right, by the type of its column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from promptkit.answering.contract import one_line
from promptkit.evaluation.comparison.numbers import currency_in, figure_of, numbers_in, shows_moment, shows_month
from promptkit.evaluation.comparison.words import (
    are_same_parts,
    folded,
    is_beginning,
    is_nothing,
    is_the_address,
    name_and_aside,
    says_nothing,
    unquoted,
    without_note,
)
from promptkit.model import ColumnType

NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.PERCENT, ColumnType.MONEY})
_MOMENTS = frozenset({ColumnType.DATE, ColumnType.DATETIME})
_BOOLEANS = {
    "true": "yes",
    "y": "yes",
    "✓": "yes",
    "✔": "yes",
    "✅": "yes",
    "false": "no",
    "n": "no",
    "✗": "no",
    "✘": "no",
    "❌": "no",
}


class Latitude(NamedTuple):
    """What a reader may take for granted about a tenant.

    Args:
        labels: for the folded label of a state, the folded value that Torii keeps; from Torii's own fields.
        names_may_be_cut: whether names have text planted after them, which an answer does well to leave out.
    """

    labels: Mapping[str, str] = {}
    names_may_be_cut: bool = False


class ColumnMeaning:
    """What the cells of one column mean.

    Args:
        kind: the column's type.
        right: the cells that are right.
        latitude: what a reader of this tenant may take for granted.
        name: the column's name, which people repeat in a cell: `run 2`, or `no owner`.
    """

    def __init__(self, kind: ColumnType, right: Iterable[str], latitude: Latitude, name: str = "") -> None:
        self.kind = kind
        self._name = name
        self._right = list(dict.fromkeys(right))
        self._latitude = latitude

    def same(self, have: str, want: str) -> bool:
        """Whether `have` means what `want` says, with or without the mark of a note."""
        return have == want or any(self._same(text, want) for text in dict.fromkeys((have, without_note(have))))

    def _same(self, have: str, want: str) -> bool:
        if self._is_empty(want):
            return says_nothing(figure_of(have), self._name)
        if is_nothing(have):
            return False
        if self.kind in NUMERIC:
            return self._same_number(have, want)
        if self.kind in _MOMENTS:
            return shows_moment(unquoted(figure_of(have)), want)
        return self.key(have) == self.key(want) or self._same_name(have, want)

    def _is_empty(self, want: str) -> bool:
        # Of a name, unknown could be the name.
        return is_nothing(want) or (self.kind in NUMERIC | _MOMENTS and want == "unknown")

    def key(self, text: str) -> Hashable:
        """Equal for cells spelled alike; case and spaces count only where right cells differ in nothing else."""
        if is_nothing(text):
            return None
        name = self._canonical(text)
        return unquoted(one_line(text)) if name in self._ambiguous else name

    def _canonical(self, text: str) -> str:
        name = folded(text)
        name = _BOOLEANS.get(name, name)
        return self._latitude.labels.get(name, name)

    @cached_property
    def _ambiguous(self) -> set[str]:
        spellings: dict[str, set[str]] = defaultdict(set)
        for text in self._right:
            spellings[self._canonical(text)].add(unquoted(one_line(text)))
        return {name for name, texts in spellings.items() if len(texts) > 1}

    def _same_number(self, have: str, want: str) -> bool:
        have, rights = figure_of(have), numbers_in(want)
        # The first reading of what we wrote ourselves is the one that was meant.
        right = rights[0] if rights else None
        if right is None:
            return False
        if self.kind is ColumnType.INTEGER:
            return any(number.value == right.value for number in numbers_in(have))
        return any(number.shows(right) for number in numbers_in(have))

    def _same_name(self, have: str, want: str) -> bool:
        is_named = bool(self._name) and folded(have) == folded(f"{self._name} {want}")
        if is_named or are_same_parts(have, want) or is_the_address(have, want) or shows_month(have, want):
            return True
        if self._has_an_aside(have, want):
            return True
        if not self._latitude.names_may_be_cut:
            return False
        return self._is_cut(have, want) or are_same_parts(have, want, is_beginning)

    def _has_an_aside(self, have: str, want: str) -> bool:
        """Whether a name is followed by a word on it in brackets, which is no other value of its column."""
        name, aside = name_and_aside(have)
        if not aside or self.key(name) != self.key(want):
            return False
        others = {*map(self._canonical, self._right), *_BOOLEANS.values(), *self._latitude.labels.values()}
        return others.isdisjoint({self._canonical(have), self._canonical(aside)})

    def _is_cut(self, have: str, want: str) -> bool:
        """Whether a name is shown without the end of it, and no other right name begins so."""
        return is_beginning(have, want) and sum(is_beginning(have, right) for right in self._right) == 1


def other_currency(have: str, currency: str) -> bool:
    """Whether a cell with an amount names another currency than the one that is right."""
    named = currency_in(have)
    # A bare $ may be the dollar of several countries.
    return (
        named is not None and not is_nothing(currency) and named != currency and not ("$" in have and "D" in currency)
    )
