"""The values of one field and the groups they are read as: what is shown to a person, who decides what is one group."""

from __future__ import annotations

from promptkit.errors import PromptkitError, nearest
from promptkit.model import OrganizationalView
from promptkit.onboarding.interview import Interview, ShownTable
from promptkit.onboarding.mapping import FieldValues, buckets, with_alias
from promptkit.onboarding.spellings import NearSpellings, near_spellings
from promptkit.onboarding.typed import NONE, picked, value_and_group
from promptkit.text import legible, sanitized

_ALL = "all"


class Grouping:
    """A view of one field while a person decides on it; `view` is how it stands."""

    def __init__(self, view: OrganizationalView, values: FieldValues) -> None:
        self.view = view
        self._values = values

    @property
    def unseen(self) -> list[str]:
        """The values with an alias that no row holds."""
        return sorted(self.view.aliases.keys() - self._values.rows.keys())

    @property
    def _rows(self) -> dict[str, int]:
        return dict(buckets(self.view, self._values))

    def in_words(self) -> str:
        """All groups with their rows in one paragraph, and which values may be spellings of one group."""
        groups = ", ".join(f"{legible(group)} {rows:,}" for group, rows in self._rows.items())
        view = self.view
        told = f"{legible(view.label)}, {view.entity}.{view.field}, {self._values.total:,} rows: {groups}."
        near = "; ".join(f"{_named(one.others)} ({legible(one.group)}?)" for one in self._near())
        return told + (f"\n  These may be spellings of one group, and stay apart: {near}." if near else "")

    def ask_for_near(self, interview: Interview) -> None:
        """Ask which values that look alike are one group; nothing is one that nobody picks."""
        near = self._near()
        if not near:
            return
        rows = [
            [
                str(number),
                legible(one.group),
                ", ".join(f"{legible(name)} ({self._rows[name]:,})" for name in one.others),
            ]
            for number, one in enumerate(near, 1)
        ]
        places = interview.ask(
            f"Which lines are one group? Numbers with commas between them, {_ALL} or {NONE}.",
            NONE,
            lambda text: _places(text, len(near)),
            listing=ShownTable(("", self.view.label, "may mean the same (rows)"), rows),
        )
        for place in places:
            for name in near[place].others:
                self.view = with_alias(self.view, name, near[place].group)

    def ask_for_others(self, interview: Interview) -> None:
        """Show all groups, and ask for values to read as others until nobody names one."""
        total = self._values.total
        rows = [[legible(group), f"{rows:,}", f"{100 * rows / total:.1f} %"] for group, rows in self._rows.items()]
        count = len(self._rows.keys() - {self.view.unassigned})
        note = f"{count:,} groups, {total:,} rows in all."
        listing: ShownTable | None = ShownTable((self.view.label, "rows", "share"), rows, note)
        question = f"Read one value of {self.view.label} as another? VALUE = GROUP, or {NONE} if it is right."
        while pair := interview.ask(question, NONE, self._pair, listing=listing):
            listing = None
            self.view = with_alias(self.view, *pair)
            group = self.view.aliases.get(pair[0], pair[1])
            interview.say_once(f"  {legible(group)} has {self._rows.get(group, 0):,} rows.")

    def _near(self) -> list[NearSpellings]:
        return near_spellings({group: rows for group, rows in self._rows.items() if group != self.view.unassigned})

    def _pair(self, text: str) -> tuple[str, str] | None:
        if text == NONE:
            return None
        value, group = value_and_group(text)
        known = [*self._rows, *self._values.rows]
        if value not in known:
            fix = nearest(value, known, "write it as the list has it")
            raise PromptkitError.of("no-such-value", f"no row holds {sanitized(value)}", fix)
        return value, group


def _places(text: str, count: int) -> list[int]:
    """The places, from 0, of the lines that somebody picked."""
    numbers = [str(number) for number in range(1, count + 1)]
    return [*range(count)] if text == _ALL else [] if text == NONE else picked(text, numbers)


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(map(legible, names))
