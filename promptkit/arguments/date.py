"""A calendar date, such as 2026-11-02."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from promptkit.argument_type import ArgumentType, Control, written
from promptkit.language import Language
from promptkit.model import Argument, Profile, Scalar


class DateType(ArgumentType):
    """A date without a time."""

    def parse(self, text: str, today: datetime.date) -> Scalar:
        """An ISO 8601 date as a date."""
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            return text

    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """It must be a date without a time."""
        is_date = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
        return None if is_date else words.said("it must be a date such as 2026-11-02")

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """Year, month, day."""
        return written(value)

    def need(self, argument: Argument, words: Language) -> str:
        """A date."""
        return words.said("a date")

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """The browser's own date picker, which accepts no impossible date."""
        return Control("date", "pattern", {"pattern": "[0-9]{4}-[0-9]{2}-[0-9]{2}"})

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """The last day of a month."""
        return [datetime.date(2026, 1, 31)]


TYPE = DateType()
