"""Which lines of totals belong together: by the words of their labels, in whatever order people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from promptkit.evaluation.comparison.cells import ColumnMeaning, Latitude, other_currency
from promptkit.evaluation.comparison.compared import ComparedRow, ComparedTable
from promptkit.evaluation.comparison.numbers import currency_in, numbers_in
from promptkit.evaluation.comparison.stated import TOTALS, StatedTotal
from promptkit.evaluation.comparison.words import is_nothing
from promptkit.model import Answer, Total

_WORD = re.compile(r"[^\W_]+")
_CURRENCY = "currency"


def compared_totals(
    answer: Answer, right: Sequence[StatedTotal], have: Sequence[StatedTotal], latitude: Latitude
) -> ComparedTable:
    """Compare the totals. A line of zero or nothing may be left out or added, and an answer may have more figures.

    Args:
        answer: the contract, which says what each total is.
        right: the right totals.
        have: the totals of the answer.
        latitude: what a reader of this tenant may take for granted.
    """
    free = dict.fromkeys(have)
    found: dict[StatedTotal, StatedTotal] = {}
    lines = [_RightLine(one, total, latitude) for one in right if (total := _total_of(answer, one)) is not None]
    for is_found in (_RightLine.is_named, _RightLine.is_held, _RightLine.is_meant):
        for line in (line for line in lines if line.right not in found):
            if (other := next((one for one in free if is_found(line, one)), None)) is not None:
                found[line.right] = other
                del free[other]
    rows = [line.compared(found.get(line.right)) for line in lines]
    extra = [ComparedRow(None, (one.label, one.value)) for one in free if _is_too_many(answer, one)]
    return ComparedTable(TOTALS, ("total", "value"), [*rows, *extra], [0])


class _RightLine:
    """A right line of totals, and how a line of an answer may be recognised as the same."""

    def __init__(self, right: StatedTotal, total: Total, latitude: Latitude) -> None:
        self.right = right
        self._meaning = ColumnMeaning(total.type, [right.value], latitude)
        self._words = _words(right.label)
        self._is_money = total.per == _CURRENCY

    def is_named(self, one: StatedTotal) -> bool:
        """Whether the line has the same words, with the currency in the label or beside the figure."""
        return self._words in {_words(one.label), _words(f"{one.label} {currency_in(one.value) or ''}")}

    def is_held(self, one: StatedTotal) -> bool:
        """Whether the line has the same words among others, and the right figure."""
        return self.is_meant(one) and self._is_right(one)

    def is_meant(self, one: StatedTotal) -> bool:
        """Whether the line has the same words among others. A line of zero needs no line, so it takes no other's."""
        words = set(_words(f"{one.label} {currency_in(one.value) or ''}"))
        return words.issuperset(self._words) and not _is_zero(self.right.value)

    def compared(self, found: StatedTotal | None) -> ComparedRow:
        expected = (self.right.label, self.right.value)
        if found is None:
            return ComparedRow(expected, expected if _is_zero(self.right.value) else None)
        wrong = frozenset() if self._is_right(found) else frozenset({1})
        return ComparedRow(expected, (found.label, found.value), wrong)

    def _is_right(self, one: StatedTotal) -> bool:
        if self._is_money and other_currency(one.value, self.right.label.rpartition(" ")[2]):
            return False
        both_zero = _is_zero(one.value) and _is_zero(self.right.value)
        return both_zero or self._meaning.same(one.value, self.right.value)


def _total_of(answer: Answer, one: StatedTotal) -> Total | None:
    """What the contract says about a line that was written in its form."""
    return next((total for total in answer.totals if total.name == one.label.split(" ")[0]), None)


def _is_too_many(answer: Answer, one: StatedTotal) -> bool:
    """Whether a line that nobody expected is a figure of the contract: a total again, or for another currency."""
    if _is_zero(one.value):
        return False
    words, currency = _words(one.label), currency_in(f"{one.label} {one.value}")
    named = {_words(total.name): total for total in answer.totals}
    if total := named.get(words):
        return not total.per or currency is not None
    bare = tuple(word for word in words if word != (currency or "").lower())
    return currency is not None and bare in named and named[bare].per == _CURRENCY


def _is_zero(text: str) -> bool:
    """Whether a line says that there is nothing, or none of it."""
    return is_nothing(text) or any(not number.value for number in numbers_in(text))


def _words(label: str) -> tuple[str, ...]:
    return tuple(sorted(_WORD.findall(unicodedata.normalize("NFKC", label).casefold())))
