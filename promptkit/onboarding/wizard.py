"""The wizard: asks what an admin decides once and proposes a mapping of their fields."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from rich.console import Console
from rich.prompt import Confirm, Prompt
from rich.table import Table
from rich.text import Text

from promptkit.connection.open_session import OpenedSession, open_session
from promptkit.errors import PromptkitError, UsageError
from promptkit.files import Document
from promptkit.library.profile import checked_profile, profile_text
from promptkit.library.store import Library
from promptkit.model import Agreement, OrganizationalView, Profile
from promptkit.onboarding.mapping import (
    Candidate,
    FieldChange,
    FieldValues,
    as_seen,
    buckets,
    drafted,
    field_changes,
    label_for,
    proposed,
    read_candidates,
    read_values,
)
from promptkit.text import sanitized

_SHOWN_BUCKETS = 15


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
        yes: ask nothing, and accept every proposal.
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
    yes: bool = False
    replace: bool = False


class Wizard:
    """Asks the questions in order. Pressing Enter accepts the usual answer; what was given is not asked."""

    def __init__(self, library: Library, given: Answers, before: Profile) -> None:
        self._library = library
        self._given = given
        self._before = before
        self._console = Console(stderr=True, highlight=False)

    async def run(self, server: str, path: Path, old: Profile | None) -> tuple[Profile | None, list[FieldChange]]:
        """The profile to write, None if nobody wants one; and what has changed since the old one."""
        async with open_session(self._library, server, cache=False) as opened:
            changes = await self._changes(opened, old) if old else []
            if old and not self._may_replace(path, changes):
                self._say(f"{path} was not changed; --replace overwrites it.")
                return None, changes
            views = await self._views(opened)
        profile = self._decide(views)
        self._say(profile_text(profile).rstrip())
        if not self._given.yes and not Confirm.ask(f"Write this to {path}?", console=self._console, default=True):
            return None, changes
        at = "" if server == "local" else f" --server {server}"
        self._say(f"Next: promptkit doctor --profile {path}{at}")
        return profile, changes

    async def _changes(self, opened: OpenedSession, old: Profile) -> list[FieldChange]:
        changes: list[FieldChange] = []
        for view in old.organizational_views:
            changes += field_changes(view, await read_values(self._library, opened, view.entity, view.field))
        for change in changes:
            self._say(f"{change.view}: {change.kind}. {sanitized(change.seen, 400)}\n    next: {change.next}")
        if not changes:
            self._say("Nothing has changed since the mapping was approved.")
        return changes

    def _may_replace(self, path: Path, changes: Sequence[FieldChange]) -> bool:
        if self._given.replace or self._given.yes:
            return self._given.replace
        question = f"{path} already exists. Overwrite it? Comments in it are lost."
        return Confirm.ask(question, console=self._console, default=bool(changes))

    async def _views(self, opened: OpenedSession) -> list[OrganizationalView]:
        wanted = self._ask("What do you slice the company by?", self._given.wanted, "department")
        candidates, gap = await read_candidates(self._library, opened, wanted)
        if not candidates:
            fix = "try another word with --wanted, or find out why with promptkit doctor"
            raise PromptkitError.of(
                "no-fields", f"Torii shows no field to slice by{gap and ': '}{sanitized(gap, 300)}", fix
            )
        if gap:
            self._say(f"Not everything could be read: {sanitized(gap, 400)}")
        chosen = self._choose(candidates, wanted)
        views: list[OrganizationalView] = []
        for candidate, label in chosen:
            values = await read_values(self._library, opened, candidate.entity, candidate.field)
            if values.gap:
                fix = "choose another field, or try again"
                raise PromptkitError.of(
                    "field-not-read", f"{candidate.key} was not read completely: {sanitized(values.gap, 300)}", fix
                )
            views.append(self._view(candidate, label or self._label(candidate, views), values))
        if unused := {word.partition(":")[0] for word in self._given.aliases} - {view.label for view in views}:
            labels = ", ".join(view.label for view in views)
            raise UsageError.of(
                "unknown-label", f"no view is called {sanitized(min(unused))}", f"the views are: {labels}"
            )
        return views

    def _choose(self, candidates: Sequence[Candidate], wanted: str) -> list[tuple[Candidate, str]]:
        """The fields to map, each with its label if one was given."""
        table = Table(box=None)
        for header in ("field", "name", "rows", "coverage", "values", "noise", "fits"):
            table.add_column(header, overflow="fold")
        for one in candidates:
            figures = [f"{one.rows:,}", f"{one.coverage} %", str(one.values), str(one.noise)]
            table.add_row(*map(Text, [one.key, one.name, *figures, "yes" if one.fits else "no"]))
        self._console.print(table)
        self._say(
            "coverage: rows with a value. noise: other spellings of the same value. fits: good enough to slice by."
        )
        usual = [one.key for one in proposed(candidates, wanted)] or [candidates[0].key]
        question = "Which fields, the usual one first?"
        words = self._given.fields or self._ask(question, None, " ".join(usual)).split()
        known = {one.key: one for one in candidates}
        split = [word.partition("=") for word in words]
        if unknown := [key for key, _, _ in split if key not in known]:
            raise UsageError.of(
                "unknown-field", f"there is no candidate {sanitized(unknown[0])}", f"choose from: {', '.join(known)}"
            )
        return [(known[key], label) for key, _, label in split]

    def _label(self, candidate: Candidate, views: Sequence[OrganizationalView]) -> str:
        earlier = next((v.label for v in self._before.organizational_views if v.field == candidate.field), None)
        taken = [view.label for view in views]
        usual = earlier if earlier and earlier not in taken else label_for(candidate, taken)
        return self._ask(f"What do people call {candidate.key}?", None, usual)

    def _view(self, candidate: Candidate, label: str, values: FieldValues) -> OrganizationalView:
        """One view, not approved yet: who approves it is asked later."""
        pairs = [word.removeprefix(f"{label}:") for word in self._given.aliases if word.startswith(f"{label}:")]
        view = drafted(candidate, label, values, self._before.view(label), _pairs(pairs, "alias"))
        self._preview(view, values)
        while not self._given.yes and not pairs:
            typed = self._ask("Read one value as another? VALUE = GROUP, or Enter if it is right", None, "")
            if not typed:
                break
            try:
                view = view.model_copy(update={"aliases": {**view.aliases, **_pairs([typed], "alias")}})
            except PromptkitError as error:
                self._say(str(error))
            self._preview(view, values)
        return as_seen(view, values)

    def _preview(self, view: OrganizationalView, values: FieldValues) -> None:
        if unseen := sorted(view.aliases.keys() - values.rows.keys()):
            self._say(f"No row holds {', '.join(map(sanitized, unseen))}. Is it spelt as Torii has it?")
        groups = buckets(view, values)
        table = Table(box=None)
        for header in (Text(view.label), "rows", "share"):
            table.add_column(header)
        for group, rows in groups[:_SHOWN_BUCKETS]:
            table.add_row(Text(sanitized(group)), f"{rows:,}", f"{100 * rows / values.total:.1f} %")
        self._console.print(table)
        if len(groups) > _SHOWN_BUCKETS:
            rest = sum(rows for _, rows in groups[_SHOWN_BUCKETS:])
            self._say(f"and {len(groups) - _SHOWN_BUCKETS} more with {rest:,} rows; {values.total:,} in all")

    def _decide(self, views: Sequence[OrganizationalView]) -> Profile:
        given, before = self._given, self._before
        zone = self._ask("Time zone of your dates?", given.time_zone, before.time_zone, _time_zone)
        currency = self._ask("Currency to show?", given.display_currency, before.display_currency, _currency)
        usual = " ".join(f"{name}={value:g}" for name, value in before.thresholds.items())
        question = "Thresholds of your own, such as days=120? Enter for the prompts' defaults"
        words = given.thresholds or self._ask(question, None, usual).split()
        agreed = before.read_only_agreement
        question = "Who agrees that the assistant only reads, and approves this mapping? Enter if nobody does yet"
        name = self._ask(question, given.agreed_by, agreed.by if agreed else "")
        day = given.on or datetime.datetime.now(ZoneInfo(zone)).date()
        approval = {"approved_by": name, "approved_on": day} if name else {}
        if not name:
            self._say("Nobody has agreed to read-only use yet: promptkit doctor will say so until somebody has.")
        data = before.model_copy(
            update={
                "time_zone": zone,
                "display_currency": currency,
                "organizational_views": tuple(view.model_copy(update=approval) for view in views),
                "thresholds": {key: _number(key, value) for key, value in _pairs(words, "threshold").items()},
                "read_only_agreement": Agreement(by=name, on=day) if name else None,
            }
        ).model_dump()
        return checked_profile(Document("your answers", data), self._library)

    def _ask(self, question: str, given: str | None, usual: str, fits: Callable[[str], str] = str.strip) -> str:
        """What was given, or what somebody types, asked again until it is valid; Enter accepts `usual`."""
        if given is not None or self._given.yes:
            return fits(usual if given is None else given)
        while True:
            typed = Prompt.ask(Text(question), console=self._console, default=usual, show_default=bool(usual))
            try:
                return fits(typed)
            except PromptkitError as error:
                self._say(str(error))

    def _say(self, text: str) -> None:
        self._console.print(Text(text))


def _pairs(words: Iterable[str], what: str) -> Mapping[str, str]:
    split = [word.partition("=") for word in words]
    for name, equals, value in split:
        if not (name.strip() and equals and value.strip()):
            raise UsageError.of("wrong-pair", f"{sanitized(name)} is not a pair for {what}", "write NAME=VALUE")
    return {name.strip(): value.strip() for name, _, value in split}


def _number(name: str, text: str) -> int | float:
    try:
        number = float(text)
    except ValueError as error:
        raise UsageError.of(
            "wrong-number", f"{sanitized(name)} is {sanitized(text)}", "write a number, such as 120 or 0.8"
        ) from error
    return int(number) if number.is_integer() else number


def _time_zone(text: str) -> str:
    if text.strip() not in available_timezones():
        fix = "write a name such as Europe/Berlin or America/New_York"
        raise PromptkitError.of("unknown-time-zone", f"{sanitized(text)} is not a time zone", fix)
    return text.strip()


def _currency(text: str) -> str:
    code = text.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise PromptkitError.of(
            "wrong-currency", f"{sanitized(text)} is not a currency", "write three letters, such as EUR"
        )
    return code
