"""Yes or no. A template asks for it with `{% if name %}`."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from promptkit.argument_type import ArgumentType, Control
from promptkit.language import Language
from promptkit.model import Argument, Profile, Scalar


class BooleanType(ArgumentType):
    """True or false."""

    untouched = False  # A checkbox has no third state.

    def parse(self, text: str, today: datetime.date) -> Scalar:
        """`true` or `false` as a boolean."""
        return text == "true" if text in {"true", "false"} else text

    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """It must be a boolean, and 0 and 1 are numbers."""
        return None if isinstance(value, bool) else words.said("it must be true or false")

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """A boolean, for the template's conditions."""
        return bool(value)

    def need(self, argument: Argument, words: Language) -> str:
        """Yes or no."""
        return words.said("yes or no")

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A checkbox."""
        return Control("checkbox", "truth")

    def options(self, argument: Argument, profile: Profile) -> tuple[str, ...]:
        """Both."""
        return ("true", "false")

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """Both."""
        return [False, True]


TYPE = BooleanType()
