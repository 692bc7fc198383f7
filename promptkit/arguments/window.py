"""A span of days: the next 90 days, the last 30 days, or from one date to another. Typed words become dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from promptkit.argument_type import ArgumentType, Control
from promptkit.language import Language
from promptkit.model import Argument, Profile, Scalar

_DATE = "20[0-9]{2}-[0-9]{2}-[0-9]{2}"
# They mean the same in JavaScript: the page reads what people type by these expressions too.
FORMS = {
    "days": "(?:in the |the )?(?:(next|last) )?([0-9]{1,4})(?: days?)?",
    "dates": f"(?:from )?({_DATE}) to ({_DATE})",
    "period": "(?:in |in the |the )?(this|next|last) (week|month|quarter|qtr|year)",
    "quarter": "(?:in )?q([1-4]) (20[0-9]{2})",
}
WORDS = rf"\b(?:{FORMS['period']}|{FORMS['quarter']})\b"
"""What in a question is a period in words. The page's search finds it by this expression too."""
LEAST, MOST = 1, 3660
_MONTHS = {"month": 1, "quarter": 3, "qtr": 3, "year": 12}
_STEPS = {"last": -1, "this": 0, "next": 1}


class WindowType(ArgumentType):
    """A number of days, which lie ahead unless the default begins with `last`; `last 30 days`; or `DATE to DATE`.

    Limits are in days. Words such as `next quarter` are understood only where a person types them: a prompt, a case or
    a profile must mean the same every day.
    """

    has_limits = True
    widens = ("integer",)

    def parse(self, text: str, today: datetime.date) -> Scalar:
        """Days as they are, words as the two dates that they mean today."""
        if found := _read("days", text):
            way, count = found
            return f"{way} {_days(int(count))}" if way else int(count)
        if found := _read("dates", text):
            return " to ".join(found)
        if found := _read("period", text):
            which, unit = found
            return _between(*_period(which, unit, today))
        if found := _read("quarter", text):
            quarter, year = map(int, found)
            return _between(*_months(year * 4 + quarter - 1, 3))
        return text

    def why_not_valid(self, argument: Argument, value: object, profile: Profile, words: Language) -> str | None:
        """It must be days within the limits, or two dates in order that are no further apart."""
        if isinstance(value, str) and (_read("period", value) or _read("quarter", value)):
            return words.said("such words mean other dates every day; write days or dates here")
        least, most = _limits(argument)
        length = _length(value)
        if length is None:
            return words.said("it must be %(what)s", what=_possible(words))
        if length > most:
            return words.said("the most is %(limit)s", limit=_days_in(words, most))
        if length < 0:
            return words.said("the second date is before the first")
        if length < least and not _dates(value):
            return words.said("the least is %(limit)s", limit=_days_in(words, least))
        return None

    def shown(self, argument: Argument, value: Scalar, profile: Profile, words: Language) -> str | bool:
        """As the end of a question: `in the next 90 days`, `from 2027-01-01 to 2027-03-31`."""
        if dates := _dates(value):
            first, last = (date.isoformat() for date in dates)
            return words.says.dates.format(first=first, last=last)
        way, count = _counted(argument, value)
        return _in_words(words)[way][count != 1].format(count=words.grouped(count))

    def parameters(self, name: str, argument: Argument, value: Scalar, today: datetime.date) -> dict[str, Scalar]:
        """Its first and its last day, as `:NAME_from` and `:NAME_to`."""
        first, last = _dates(value) or _reach(*_counted(argument, value), today)
        return {f"{name}_from": first.isoformat(), f"{name}_to": last.isoformat()}

    def need(self, argument: Argument, words: Language) -> str:
        """What can be typed, and the limits."""
        return f"{_possible(words)}, {self.limits(argument, words)}"

    def limits(self, argument: Argument, words: Language) -> str:
        """Both limits."""
        least, most = _limits(argument)
        return words.said("from %(low)s to %(high)s", low=words.grouped(least), high=_days_in(words, most))

    def control(self, argument: Argument, profile: Profile, words: Language) -> Control:
        """A text field, read by the expressions of `FORMS`."""
        least, most = _limits(argument)
        rule = {"forms": FORMS, "way": way_of(argument), "least": least, "most": most}
        return Control(
            "text",
            "window",
            rule | {"says": {**_in_words(words), "dates": words.says.dates, "thousands": words.numbers.thousands}},
        )

    def trials(self, argument: Argument, profile: Profile) -> Sequence[Scalar]:
        """The least, the most, and a day."""
        return [*_limits(argument), "2026-01-31 to 2026-01-31"]


def period_in(question: str) -> str:
    """The first period in words of a question, as a window takes it; empty without one."""
    found = re.search(WORDS, question, re.ASCII | re.IGNORECASE)
    if found is None:
        return ""
    which, unit, quarter, year = found.groups()
    return f"{which} {unit}".lower() if which else f"Q{quarter} {year}"


def _possible(words: Language) -> str:
    """What can be typed. The words that become dates are English in every language."""
    return words.said(
        "a number of days such as 90 or last 30 days, words such as this month, next quarter, this year or Q1 2027, or two dates such as 2027-01-01 to 2027-03-31"  # noqa: E501
    )


def _days_in(words: Language, count: int) -> str:
    return words.said("1 day") if count == 1 else words.said("%(count)s days", count=words.grouped(count))


def _in_words(words: Language) -> dict[str, tuple[str, str]]:
    """How days are written that lie ahead, and behind: one day, and several."""
    return {"next": (words.says.next_day, words.says.next_days), "last": (words.says.last_day, words.says.last_days)}


def _read(form: str, text: str) -> list[str] | None:
    """The parts of a text in one of the `FORMS`, in small letters; None if it has another form."""
    match = re.fullmatch(f" *(?:{FORMS[form]}) *", text, re.ASCII | re.IGNORECASE)
    return [(part or "").lower() for part in match.groups()] if match else None


def _period(which: str, unit: str, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of this, the next or the last week (from Monday), month, quarter or year."""
    if unit == "week":
        monday = today + datetime.timedelta(weeks=_STEPS[which], days=-today.weekday())
        return monday, monday + datetime.timedelta(days=6)
    months = _MONTHS[unit]
    return _months((today.year * 12 + today.month - 1) // months + _STEPS[which], months)


def _months(number: int, months: int) -> tuple[datetime.date, datetime.date]:
    """The first and the last day of a period of so many months, counted from the year 0."""
    first, after = (datetime.date(month // 12, month % 12 + 1, 1) for month in (number * months, (number + 1) * months))
    return first, after - datetime.timedelta(days=1)


def _between(first: datetime.date, last: datetime.date) -> str:
    return f"{first.isoformat()} to {last.isoformat()}"


def _days(count: int) -> str:
    return f"{count:,} day{'s' * (count != 1)}"


def _dates(value: object) -> tuple[datetime.date, datetime.date] | None:
    """The two dates of a valid window; None if it is a number of days."""
    found = _read("dates", value) if isinstance(value, str) else None
    try:
        first, last = map(datetime.date.fromisoformat, found or ())
    except ValueError:
        return None
    return first, last


def _length(value: object) -> int | None:
    """How many days it is from its first day to its last, negative if they are swapped; None if it is not a window."""
    if dates := _dates(value):
        return (dates[1] - dates[0]).days
    if isinstance(value, int) and not isinstance(value, bool):
        return max(value, 0)
    found = _read("days", value) if isinstance(value, str) else None
    return int(found[1]) if found else None


def _counted(argument: Argument, value: Scalar) -> tuple[str, int]:
    """Whether days lie ahead (`next`) or behind (`last`), and how many they are."""
    way, count = _read("days", str(value)) or ("", "0")
    return way or way_of(argument), int(count)


def way_of(argument: Argument) -> str:
    """Whether a number of days lies ahead, `next`, or behind, `last`: as its default does."""
    way, _ = _read("days", str(argument.default)) or ("", "")
    return way or "next"


def _reach(way: str, count: int, today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Today and the day so many days from it, the earlier one first."""
    days = datetime.timedelta(days=count)
    return (today, today + days) if way == "next" else (today - days, today)


def _limits(argument: Argument) -> tuple[int, int]:
    least = LEAST if argument.minimum is None else int(argument.minimum)
    most = MOST if argument.maximum is None else int(argument.maximum)
    return least, most


TYPE = WindowType()
