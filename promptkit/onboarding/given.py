"""What the command line of `init` already says, checked before anything is read from Torii."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from promptkit.errors import Problem, PromptkitError, UsageError
from promptkit.library.standards import time_zone
from promptkit.library.store import Library
from promptkit.onboarding.typed import (
    NamedAlias,
    NamedField,
    alias,
    field,
    host_name,
    line,
    not_in_future,
    require_writable,
    thresholds,
    upper_currency,
)
from promptkit.text import sanitized

_EARLIEST_ZONE = datetime.timedelta(hours=14)


@dataclass(frozen=True)
class Answers:
    """What the command line already says, so that nobody is asked for it.

    Args:
        wanted: what to slice by: part of the field's name.
        fields: such as `user.department` or `user.department=Team`, where Team is the label.
        aliases: such as `Team:Eng=Engineering`.
        thresholds: such as `days=120`.
        agreed_by: who agreed to read-only use and approves the mapping.
        on: when they did; today by default.
        allowed_hosts: hosts besides Torii's own at which its data may be read.
        yes: ask nothing, and take the usual answer to every question.
        replace: overwrite an existing file.
    """

    wanted: str | None = None
    fields: Sequence[str] = ()
    aliases: Sequence[str] = ()
    time_zone: str | None = None
    display_currency: str | None = None
    thresholds: Sequence[str] = ()
    agreed_by: str | None = None
    on: datetime.date | None = None
    allowed_hosts: Sequence[str] = ()
    yes: bool = False
    replace: bool = False

    @property
    def named_fields(self) -> list[NamedField]:
        """The fields, each with its label if it has one."""
        return [field(text) for text in self.fields]

    @property
    def named_aliases(self) -> list[NamedAlias]:
        """The aliases, each with the label of its view."""
        return [alias(text) for text in self.aliases]

    def require_right(self, path: Path, library: Library) -> None:
        """That each is right by itself, and that the file can be written.

        Raises:
            UsageError: everything that is wrong, each by its option.
        """
        if problems := [*self._problems(path, library)]:
            raise UsageError(problems)

    def _problems(self, path: Path, library: Library) -> Iterator[Problem]:
        zone, currency, on = self.time_zone, self.display_currency, self.on
        wanted, person = self.wanted, self.agreed_by
        yield from _wrong("--out", lambda: require_writable(path))
        yield from _wrong("--wanted", lambda: wanted is None or line(wanted, "the word"))
        for text in self.fields:
            yield from _wrong("--field", lambda text=text: field(text))  # type: ignore[misc]
        for text in self.aliases:
            yield from _wrong("--alias", lambda text=text: alias(text))  # type: ignore[misc]
        yield from _wrong("--time-zone", lambda: zone is None or time_zone(zone))
        yield from _wrong("--currency", lambda: currency is None or upper_currency(currency))
        yield from _wrong("--threshold", lambda: thresholds(self.thresholds, library))
        yield from _wrong("--agreed-by", lambda: person is None or line(person, "the name"))
        for host in self.allowed_hosts:
            yield from _wrong("--allow-host", lambda host=host: host_name(host))  # type: ignore[misc]
        yield from _wrong("--on", lambda: on is None or not_in_future(on, self._latest_day()))
        yield from _wrong("--field", self._require_one_view_each)

    def _latest_day(self) -> datetime.date:
        """Today in the time zone given; without one, where the day begins first."""
        now = datetime.datetime.now(datetime.UTC)
        try:
            return now.astimezone(ZoneInfo(time_zone(self.time_zone or ""))).date()
        except PromptkitError:
            return (now + _EARLIEST_ZONE).date()

    def _require_one_view_each(self) -> None:
        try:
            named = self.named_fields
        except PromptkitError:
            return
        for given in ([one.key for one in named], [one.label for one in named if one.label]):
            if repeated := [text for text in given if given.count(text) > 1]:
                raise PromptkitError.of("repeated-field", f"{sanitized(repeated[0])} is given twice", "leave one out")


def _wrong(option: str, parse: Callable[[], object]) -> Iterator[Problem]:
    try:
        parse()
    except PromptkitError as error:
        yield from (replace(problem, path=option, line=0, column=0) for problem in error.problems)
