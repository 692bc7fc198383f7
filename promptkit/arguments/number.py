"""A number, whole or not, within the argument's limits."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Any

from promptkit.argument_type import ArgumentType, Control, written
from promptkit.language import Language
from promptkit.model import Argument, Profile, Scalar

# From here on, Python and browsers write a number differently.
TOO_LARGE = 1e21


class NumberType(ArgumentType):
    """A number; whole numbers have their own type."""

    has_limits = True
    keyboard = "decimal"
    classes: tuple[type[int] | type[float], ...] = (int, float)
    # What a number field in a browser gives; float() would accept 1_0 and Arabic digits too.
    pattern = r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?"

    def noun(self, words: Language) -> str:
        """What it is called."""
        return words.said("a number")

    def parse(self, text: str, today: datetime.date) -> Scalar:
        """Digits as a number."""
        return float(text) if re.fullmatch(self.pattern, text) else text

    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """It must be a number within the limits, and a boolean is not a number."""
        if isinstance(value, bool) or not isinstance(value, self.classes) or value != value:
            return words.said("it must be %(what)s", what=self.noun(words))
        if abs(value) >= TOO_LARGE:
            return words.said("it must be a number below 1e21")
        if argument.minimum is not None and value < argument.minimum:
            return words.said("the least is %(limit)s", limit=argument.minimum)
        if argument.maximum is not None and value > argument.maximum:
            return words.said("the most is %(limit)s", limit=argument.maximum)
        return None

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """In digits; whole numbers without a decimal point."""
        return written(value)

    def need(self, argument: Argument, words: Language) -> str:
        """The kind of number, and its limits."""
        limits, noun = self.limits(argument, words), self.noun(words)
        has_both = argument.minimum is not None and argument.maximum is not None
        return f"{noun}{' ' if has_both else ', '}{limits}" if limits else noun

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A text field: of 1,5 a browser's field for numbers makes 15, or nothing, without a word."""
        rule: dict[str, Any] = {"pattern": self.pattern, "below": TOO_LARGE}
        if argument.minimum is not None:
            rule["minimum"] = argument.minimum
        if argument.maximum is not None:
            rule["maximum"] = argument.maximum
        return Control("text", "number", rule, {"inputmode": self.keyboard})

    def limits(self, argument: Argument, words: Language) -> str:
        """Both limits, or the only one, as they can be typed."""
        low, high = (None if limit is None else str(limit) for limit in (argument.minimum, argument.maximum))
        if low is not None and high is not None:
            return words.said("from %(low)s to %(high)s", low=low, high=high)
        if low is not None:
            return words.said("%(low)s or more", low=low)
        return words.said("%(high)s or less", high=high) if high is not None else ""

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """The least, the most and the default; 1 if there are none."""
        numbers = (argument.minimum, argument.maximum, argument.default)
        return [number for number in numbers if number is not None] or [1]


TYPE = NumberType()
