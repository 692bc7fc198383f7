"""A whole number within the argument's limits."""

from __future__ import annotations

import datetime
import re

from promptkit.arguments.number import NumberType
from promptkit.language import Language
from promptkit.model import Scalar


class IntegerType(NumberType):
    """A whole number of at most 15 characters, which browsers still store exactly."""

    keyboard = "numeric"
    classes = (int,)
    pattern = "-[0-9]{1,14}|[0-9]{1,15}"

    def noun(self, words: Language) -> str:
        """A whole number."""
        return words.said("a whole number")

    def parse(self, text: str, today: datetime.date) -> Scalar:
        """Digits as a whole number."""
        return int(text) if re.fullmatch(self.pattern, text) else text


TYPE = IntegerType()
