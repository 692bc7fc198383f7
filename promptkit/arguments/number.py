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
    noun = "a number"
    keyboard = "decimal"
    classes: tuple[type[int] | type[float], ...] = (int, float)
    # What a number field in a browser gives; float() would accept 1_0 and Arabic digits too.
    pattern = r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)([eE][+-]?[0-9]+)?"

    def parse(self, text: str, today: datetime.date) -> Scalar:
        """Digits as a number."""
        return float(text) if re.fullmatch(self.pattern, text) else text

    def why_not_valid(self, argument: Argument, value: object, profile: Profile) -> str | None:
        """It must be a number within the limits, and a boolean is not a number."""
        if isinstance(value, bool) or not isinstance(value, self.classes) or value != value:
            return f"it must be {self.noun}"
        if abs(value) >= TOO_LARGE:
            return "it must be a number below 1e21"
        if argument.minimum is not None and value < argument.minimum:
            return f"the least is {argument.minimum}"
        if argument.maximum is not None and value > argument.maximum:
            return f"the most is {argument.maximum}"
        return None

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """In digits; whole numbers without a decimal point."""
        return written(value)

    def need(self, argument: Argument) -> str:
        """The kind of number, and its limits."""
        limits = self.limits(argument)
        has_both = argument.minimum is not None and argument.maximum is not None
        return f"{self.noun}{' ' if has_both else ', '}{limits}" if limits else self.noun

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A text field: of 1,5 a browser's field for numbers makes 15, or nothing, without a word."""
        rule: dict[str, Any] = {"pattern": self.pattern, "below": TOO_LARGE}
        if argument.minimum is not None:
            rule["minimum"] = argument.minimum
        if argument.maximum is not None:
            rule["maximum"] = argument.maximum
        return Control("text", "number", rule, {"inputmode": self.keyboard})

    def limits(self, argument: Argument) -> str:
        """Both limits, or the only one, as they can be typed."""
        low, high = (None if limit is None else str(limit) for limit in (argument.minimum, argument.maximum))
        if low is not None and high is not None:
            return f"from {low} to {high}"
        return f"{low} or more" if low is not None else f"{high} or less" if high is not None else ""

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """The least, the most and the default; 1 if there are none."""
        numbers = (argument.minimum, argument.maximum, argument.default)
        return [number for number in numbers if number is not None] or [1]


TYPE = NumberType()
