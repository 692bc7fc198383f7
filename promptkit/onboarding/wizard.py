"""The wizard: asks what an admin decides once and proposes a mapping of their fields."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from promptkit.errors import PromptkitError, UsageError, nearest
from promptkit.files import Document
from promptkit.library.profile import checked_profile
from promptkit.library.standards import time_zone
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Agreement, OrganizationalView, Profile
from promptkit.onboarding.given import Answers
from promptkit.onboarding.grouping import Grouping
from promptkit.onboarding.interview import BackRequest, Interview, ShownTable
from promptkit.onboarding.mapping import (
    Candidate,
    FieldChange,
    FieldValues,
    as_seen,
    drafted,
    field_changes,
    label_for,
    proposed,
    why_not_usable,
)
from promptkit.onboarding.tenant_fields import TenantFields
from promptkit.onboarding.typed import (
    NONE,
    NamedField,
    line,
    optional_line,
    picked,
    threshold_words,
    thresholds,
    upper_currency,
    view_label,
    yes_or_no,
)
from promptkit.text import legible, sanitized

_FIELD_HEADERS = ("", "field", "name", "rows", "coverage", "values", "noise", "fits")
_FIELD_NOTE = (
    "rows: those looked at here, of transactions the newest 1,000; the values are then counted in all rows.\n"
    "coverage: rows with a value. noise: other spellings of the same value. fits: good enough to slice by."
)


class Wizard:
    """Asks the questions in order. What was given is not asked.

    Args:
        library: holds the prompts that thresholds are for.
        given: what the command line says, each right by itself.
        old: the profile that is there already; None if there is none.
        fields: the tenant's fields.
        interview: with the person, or with nobody.
    """

    def __init__(
        self, library: Library, given: Answers, old: Profile | None, fields: TenantFields, interview: Interview
    ) -> None:
        self._library = library
        self._given = given
        self._old = old
        self._before = old or DEFAULT_PROFILE
        self._fields = fields
        self._interview = interview
        self._unseen: dict[str, int] = {}

    def run(self, path: Path) -> tuple[Profile | None, list[FieldChange]]:
        """The profile to write, None if nobody wants one; and what has changed since the old one.

        Raises:
            UsageError: what the command line says does not fit this tenant.
            PromptkitError: Torii cannot be read.
            EOFError: there is nobody to answer.
        """
        self._interview.resume()
        changes = self._changes()
        while True:
            self._interview.begin()
            try:
                return self._profile(path, changes), changes
            except BackRequest:
                self._interview.go_back()

    def _profile(self, path: Path, changes: Sequence[FieldChange]) -> Profile | None:
        if self._old and not self._may_replace(path, changes):
            self._interview.say(f"{path} was not changed; --replace overwrites it.")
            return None
        profile = self._decide(self._views())
        summary = ShownTable(("what", "as you decided"), self._summary(profile))
        if self._given.yes:
            self._interview.show(summary)
        question = f"Write this to {path}?"
        is_right = self._interview.ask(question, "y", yes_or_no, listing=summary, is_kept=False)
        return profile if is_right else None

    def _changes(self) -> list[FieldChange]:
        if self._old is None:
            return []
        changes = [
            change
            for view in self._old.organizational_views
            for change in field_changes(view, self._fields.values(view.entity, view.field))
        ]
        for change in changes:
            self._interview.say(f"{change.view}: {change.kind}. {legible(change.seen, 400)}\n    next: {change.next}")
        if not changes:
            self._interview.say("Nothing has changed since the mapping was approved.")
        return changes

    def _may_replace(self, path: Path, changes: Sequence[FieldChange]) -> bool:
        if self._given.replace or self._given.yes:
            return self._given.replace
        question = f"{path} already exists. Overwrite it? Comments in it are lost."
        return self._interview.ask(question, "y" if changes else "n", yes_or_no, is_kept=False)

    def _views(self) -> list[OrganizationalView]:
        views: list[OrganizationalView] = []
        for candidate, label in self._chosen():
            values = self._fields.values(candidate.entity, candidate.field)
            views.append(self._view(candidate, label or self._label(candidate, views), values))
        labels = [view.label for view in views]
        if unused := sorted({one.label for one in self._given.named_aliases} - {*labels}):
            fix = nearest(unused[0], labels, f"the views are: {', '.join(labels)}")
            raise UsageError.of("unknown-label", f"no view is called {sanitized(unused[0])}", fix)
        if gone := [view for view in (self._old.organizational_views if self._old else ()) if view.label not in labels]:
            self._interview.say_once(f"No longer mapped: {', '.join(legible(view.label) for view in gone)}")
        return views

    def _chosen(self) -> list[tuple[Candidate, str]]:
        """The fields to map, each with its label if one was given."""
        wanted, candidates = self._candidates()
        known = {one.key: one for one in candidates}
        if named := self._given.named_fields:
            return [(self._given_candidate(one, known), one.label) for one in named]
        usual = self._usual_fields(candidates, wanted)
        note = _FIELD_NOTE if usual else f"No field has {legible(wanted)} in its name. {_FIELD_NOTE}"
        most_complete = [one.key for one in proposed(candidates, wanted)] or [candidates[0].key]
        if self._given.yes and not usual:
            fix = "name another part of it with --wanted, or a field with --field"
            raise UsageError.of("no-fields", f"no field has {sanitized(wanted)} in its name", fix)
        rows = [_field_row(number, one) for number, one in enumerate(candidates, 1)]
        keys = self._interview.ask(
            "Which fields? Numbers or names, with commas between them; views use the first unless told otherwise.",
            ", ".join(usual or most_complete),
            lambda text: self._picked(text, known),
            listing=ShownTable(_FIELD_HEADERS, rows, note),
        )
        return [(known[key], "") for key in keys]

    def _candidates(self) -> tuple[str, Sequence[Candidate]]:
        """What to slice by, and the fields that could be used for it."""
        given = self._given.wanted
        if given is not None:
            return given.strip(), self._found(given.strip())
        question = "What do you slice the company by? Part of a field's name."
        return self._interview.ask(question, "department", self._meant)

    def _meant(self, text: str) -> tuple[str, Sequence[Candidate]]:
        """A word with the fields to choose from; one that is nearly in a name is a slip, and asked again."""
        candidates = self._found(line(text, "the word"))
        names = {name.lower() for one in candidates for name in (one.name, one.field)}
        slip = not any(text.lower() in name for name in names) and nearest(text.lower(), names, "")
        if slip:
            raise PromptkitError.of("no-fields", f"no field has {sanitized(text)} in its name", slip)
        return text, candidates

    def _found(self, wanted: str) -> Sequence[Candidate]:
        candidates, gap = self._fields.candidates(wanted)
        if not candidates:
            fix = "try again, or find out why with promptkit doctor" if gap else "try another word"
            raise PromptkitError.of(
                "no-fields", f"Torii shows no field to slice by{gap and ': '}{sanitized(gap, 300)}", fix
            )
        if gap:
            self._interview.say_once(f"Not everything could be read: {sanitized(gap, 400)}")
        return candidates

    def _usual_fields(self, candidates: Sequence[Candidate], wanted: str) -> list[str]:
        """The fields of the old mapping, else those that are proposed; none if no name has the word."""
        keys = [one.key for one in candidates]
        views = self._old.organizational_views if self._old else ()
        if mapped := [key for view in views if (key := f"{view.entity}.{view.field}") in keys]:
            return mapped
        is_found = any(wanted.lower() in f"{one.name} {one.field}".lower() for one in candidates)
        return ([one.key for one in proposed(candidates, wanted)] or keys[:1]) if is_found else []

    def _given_candidate(self, named: NamedField, known: dict[str, Candidate]) -> Candidate:
        if named.key not in known:
            fix = nearest(named.key, known, f"name part of it with --wanted, or take one of: {', '.join(known)}")
            raise UsageError.of("unknown-field", f"no field to slice by is called {sanitized(named.key)}", fix)
        self._require_usable(known[named.key])
        return known[named.key]

    def _picked(self, text: str, known: dict[str, Candidate]) -> list[str]:
        keys = [[*known][place] for place in picked(text, [*known])]
        if not keys:
            raise PromptkitError.of("blank", "no field is named", "pick at least one")
        for key in keys:
            self._require_usable(known[key])
        return keys

    def _require_usable(self, candidate: Candidate) -> None:
        if reason := why_not_usable(self._fields.values(candidate.entity, candidate.field)):
            fix = "choose another field, or try again"
            raise PromptkitError.of("field-not-read", f"{candidate.key} cannot be used: {reason}", fix)

    def _label(self, candidate: Candidate, views: Sequence[OrganizationalView]) -> str:
        taken = [view.label for view in views] + [one.label for one in self._given.named_fields]
        earlier = next((v.label for v in self._before.organizational_views if v.field == candidate.field), None)
        usual = earlier if earlier and earlier not in taken else label_for(candidate, taken)
        return self._interview.ask(f"What do people call {candidate.key}?", usual, lambda text: _label(text, taken))

    def _view(self, candidate: Candidate, label: str, values: FieldValues) -> OrganizationalView:
        """One view, not approved yet: who approves it is asked later."""
        aliases = {one.value: one.group for one in self._given.named_aliases if one.label == label}
        grouping = Grouping(drafted(candidate, label, values, self._before.view(label), aliases), values)
        self._unseen[label] = len(grouping.unseen)
        if unseen := grouping.unseen:
            self._interview.say_once(f"No row holds {', '.join(map(legible, unseen))}. Is it spelt as Torii has it?")
        if self._given.yes:
            self._interview.say(grouping.in_words())
        else:
            grouping.ask_for_near(self._interview)
            grouping.ask_for_others(self._interview)
        return as_seen(grouping.view, values)

    def _summary(self, profile: Profile) -> list[list[str]]:
        rows = [
            [legible(view.label), _of_view(view, self._unseen.get(view.label, 0))]
            for view in profile.organizational_views
        ]
        numbers = ", ".join(f"{name} {value:g}" for name, value in profile.thresholds.items())
        agreed = profile.read_only_agreement
        return [
            *rows,
            ["time zone", profile.time_zone],
            ["currency", profile.display_currency],
            ["thresholds", numbers or "the prompts' defaults"],
            ["read-only use", f"agreed by {legible(agreed.by)} on {agreed.on}" if agreed else "nobody has agreed yet"],
        ]

    def _decide(self, views: Sequence[OrganizationalView]) -> Profile:
        given, before, ask = self._given, self._before, self._interview.ask
        zone = given.time_zone or ask("Time zone of your dates?", before.time_zone, time_zone)
        currency = given.display_currency or ask("Currency to show?", before.display_currency, upper_currency)
        usual = " ".join(f"{name}={value:g}" for name, value in before.thresholds.items())
        numbers = thresholds(given.thresholds, self._library) or ask(
            f"Thresholds of your own, such as days=120? {NONE.capitalize()} for the prompts' defaults.",
            usual or NONE,
            lambda text: thresholds(threshold_words(text), self._library),
        )
        agreed = before.read_only_agreement
        name = given.agreed_by or ask(
            f"Who agrees that the assistant only reads, and approves this mapping? {NONE.capitalize()} if nobody does.",
            agreed.by if agreed else NONE,
            lambda text: optional_line(text, "the name"),
        )
        today = datetime.datetime.now(ZoneInfo(zone)).date()
        if given.on and given.on > today:  # Which day it is there is known only now.
            message = f"{given.on} is still to come in {zone}"
            raise UsageError.of("future-date", message, "write the day on which they agreed", path="--on")
        # Where nobody was asked, nobody has agreed anew.
        is_kept = agreed is not None and given.yes and name == agreed.by and not given.agreed_by
        day = given.on or (agreed.on if agreed and is_kept else today)
        approval = {"approved_by": name, "approved_on": day} if name else {}
        if not name:
            told = "Nobody has agreed to read-only use yet: promptkit doctor will say so until somebody has."
            self._interview.say_once(told)
        data = before.model_copy(
            update={
                "time_zone": zone,
                "display_currency": upper_currency(currency),
                "organizational_views": tuple(view.model_copy(update=approval) for view in views),
                "thresholds": numbers,
                "read_only_agreement": Agreement(by=name, on=day) if name else None,
            }
        ).model_dump()
        return checked_profile(Document("your answers", data), self._library)


def _label(text: str, taken: Sequence[str]) -> str:
    label = view_label(text)
    if label in taken:
        raise PromptkitError.of("repeated-label", f"{sanitized(label)} is used twice", "write another name")
    return label


def _field_row(number: int, one: Candidate) -> list[str]:
    figures = [f"{one.rows:,}", f"{one.coverage} %", str(one.values), str(one.noise)]
    return [str(number), one.key, legible(one.name), *figures, "yes" if one.fits else "no"]


def _of_view(view: OrganizationalView, unseen: int) -> str:
    """A view in words; `unseen` is how many of its aliases are for values that no row holds."""
    seen = len(view.aliases) - unseen
    spellings = f", {seen} {'value' if seen == 1 else 'values'} read as another" if seen else ""
    spellings += f", {unseen} more if a row ever holds {'it' if unseen == 1 else 'them'}" if unseen else ""
    field = f"{view.entity}.{view.field}, {view.approved_coverage:g} % of rows have a value"
    return f"{field}; {len(view.approved_groups)} groups{spellings}"
