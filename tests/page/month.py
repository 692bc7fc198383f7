"""A month of a year, such as 2026-11: a type that nothing knows but this file, for tests/page/test_new_type.py."""

import re

from promptkit.argument_type import ArgumentType, Control, written

PATTERN = "[1-9][0-9]{3}-(0[1-9]|1[0-2])"


class MonthType(ArgumentType):
    def why_not_valid(self, argument, value, profile, words):
        is_month = isinstance(value, str) and re.fullmatch(PATTERN, value)
        return None if is_month else "it must be a month such as 2026-11"

    def shown(self, argument, value, profile, words):
        return written(value)

    def need(self, argument, words):
        return "a month"

    def control(self, argument, profile, words):
        return Control("month", "pattern", {"pattern": PATTERN})

    def trials(self, argument, profile):
        return ["2026-11"]


TYPE = MonthType()
