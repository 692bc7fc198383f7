"""Proposes Organizational Views from the tenant's fields, and finds what has changed since one was approved.

The analyst reads the fields, by the recipes of `field_discovery` and `field_drift`, so that evals and SQL check it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from promptkit.answering.answer import analyst_for, answer
from promptkit.answering.contract import NOTHING, Figures
from promptkit.answering.rows import slices_of
from promptkit.connection.open_session import OpenedSession
from promptkit.library.render import resolve_arguments
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Entity, OrganizationalView, Scalar
from promptkit.text import hidden_characters, sanitized

COVERAGE_TOLERANCE = 5
"""Percentage points by which coverage may differ from what was approved; the default in field_drift."""

_MAX_NAMED = 8
_MAX_GROUP = 300


@dataclass(frozen=True)
class Candidate:
    """A field that could be used to slice the company.

    `coverage` is the percentage of `rows` with a value; `noise` counts further spellings of the same values.
    """

    entity: Entity
    field: str
    name: str
    rows: int
    coverage: Decimal
    values: int
    noise: int
    fits: bool

    @property
    def key(self) -> str:
        """Its name for people, such as user.department."""
        return f"{self.entity}.{self.field}"


@dataclass(frozen=True)
class FieldValues:
    """The values of one field: rows by value, the most frequent first, and the number of rows without a value.

    `gap` says why this is incomplete; empty if it is complete.
    """

    exists: bool
    rows: Mapping[str, int]
    empty: int = 0
    gap: str = ""

    @property
    def total(self) -> int:
        """The number of all rows."""
        return sum(self.rows.values()) + self.empty

    @property
    def coverage(self) -> float:
        """The percentage of rows with a value."""
        return round(100 * (self.total - self.empty) / self.total, 1) if self.total else 0.0


async def read_candidates(library: Library, opened: OpenedSession, wanted: str) -> tuple[list[Candidate], str]:
    """The fields whose names suggest a way to slice or contain `wanted`; and what could not be read, if anything."""
    figures, gap = await _ask(library, opened, "field_discovery", {"wanted": wanted, "with_transactions": True})
    rows = figures.tables[0]
    return [_candidate(*row) for row in rows], gap


async def read_values(library: Library, opened: OpenedSession, entity: Entity, field: str) -> FieldValues:
    """The values of a field, before any alias."""
    view = OrganizationalView(label=field, entity=entity, field=field, unassigned=NOTHING)
    figures, gap = await _ask(library, opened, "field_drift", {"slice": field, "approved_coverage": 0}, view)
    checks = {row[0]: row[2] for row in figures.tables[0]}
    rows = {NOTHING if value is None else str(value): int(str(count)) for value, count, _ in figures.tables[1]}
    return FieldValues(
        checks.get("field") == "present", rows, int(str(figures.totals.get("rows_without_value") or 0)), gap
    )


async def _ask(
    library: Library,
    opened: OpenedSession,
    name: str,
    given: Mapping[str, Scalar],
    view: OrganizationalView | None = None,
) -> tuple[Figures, str]:
    prompt, recipe = library.load_prompt(name), library.load_recipe(name)
    profile = DEFAULT_PROFILE.model_copy(update={"organizational_views": (view,)}) if view else DEFAULT_PROFILE
    values = resolve_arguments(prompt, given, profile)
    answered = await answer(opened.session, analyst_for(library, prompt, recipe, values, opened.today, profile))
    return answered.figures, answered.gaps


def _candidate(*row: Any) -> Candidate:  # noqa: ANN401
    entity, field, name, rows, coverage, values, noise, fits = row
    return Candidate(Entity(entity), str(field), str(name or NOTHING), rows, coverage, values, noise, fits == "yes")


def proposed(candidates: Sequence[Candidate], wanted: str) -> list[Candidate]:
    """The best fitting field of each entity that has one: with `wanted` in its name, or else the most complete."""
    best: dict[Entity, Candidate] = {}
    for one in sorted(candidates, key=lambda one: wanted.lower() not in f"{one.name} {one.field}".lower()):
        if one.fits:
            best.setdefault(one.entity, one)
    return [best[entity] for entity in Entity if entity in best]


def label_for(candidate: Candidate, taken: Sequence[str]) -> str:
    """The field's name, with its entity if another view already has that name."""
    return f"{candidate.name} ({candidate.entity})" if candidate.name in taken else candidate.name


def spelling_aliases(values: FieldValues) -> dict[str, str]:
    """Spellings that differ from a more frequent one only in capital letters -> the more frequent one."""
    spellings: dict[str, list[str]] = defaultdict(list)
    for value in sorted(values.rows, key=lambda value: (-values.rows[value], value)):
        spellings[value.casefold()].append(value)
    return {other: first for first, *others in spellings.values() for other in others}


def with_alias(view: OrganizationalView, value: str, group: str) -> OrganizationalView:
    """The view with one value read as another; what was read as that value goes along."""
    known = {name: other for name, other in view.aliases.items() if (name, other) != (group, value)}
    group = known.get(group, group)
    aliases = {name: group if other == value else other for name, other in known.items()} | {value: group}
    return view.model_copy(update={"aliases": {name: other for name, other in aliases.items() if name != other}})


def why_not_usable(values: FieldValues) -> str:
    """Why a field cannot be mapped, as a person reads it; empty if it can."""
    if values.gap:
        return f"it was not read completely: {sanitized(values.gap, 300)}"
    if not values.exists:
        return "Torii shows no such field any more"
    if any(len(value) > _MAX_GROUP for value in values.rows):
        return f"it holds texts of more than {_MAX_GROUP} characters, which are no names of groups"
    hidden = [value for value in values.rows if hidden_characters(" ".join(value.split()))]
    return f"{sanitized(hidden[0])} has a hidden character; correct it in Torii" if hidden else ""


def drafted(
    candidate: Candidate,
    label: str,
    values: FieldValues,
    earlier: OrganizationalView | None,
    aliases: Mapping[str, str],
) -> OrganizationalView:
    """A view of a candidate: based on an earlier view with its label, with aliases for spellings and the given ones."""
    view = earlier or OrganizationalView(label=label, entity=candidate.entity, field=candidate.field)
    every = {**spelling_aliases(values), **view.aliases, **aliases}
    return view.model_copy(update={"entity": candidate.entity, "field": candidate.field, "aliases": every})


def as_seen(view: OrganizationalView, values: FieldValues) -> OrganizationalView:
    """The view with the current state of its field, to compare with later."""
    groups = tuple(group for group, _ in buckets(view, values) if group != view.unassigned)
    return view.model_copy(update={"approved_groups": groups, "approved_coverage": values.coverage})


def buckets(view: OrganizationalView, values: FieldValues) -> list[tuple[str, int]]:
    """The groups of a view and their numbers of rows, the largest first. They add up to all rows."""
    counts = [*values.rows.items(), ("", values.empty)]
    names = slices_of(view, view.entity, [{view.field: value, "groupCount": rows} for value, rows in counts])
    counted: Counter[str] = Counter()
    for name, (_, rows) in zip(names, counts, strict=True):
        counted[name or view.unassigned] += rows
    return [(group, rows) for group, rows in counted.most_common() if rows]


class FieldChangeKind(StrEnum):
    """What can have happened to a field since a view of it was approved."""

    GONE = "field gone"
    UNREAD = "not read"
    NEW_VALUES = "new values"
    LOST_VALUES = "values gone"
    COVERAGE = "coverage changed"


@dataclass(frozen=True)
class FieldChange:
    """One thing that has changed since approval, and what to do next."""

    view: str
    kind: FieldChangeKind
    seen: str
    next: str


def field_changes(view: OrganizationalView, now: FieldValues) -> Iterator[FieldChange]:
    """What has changed since a view was approved. Anything that was not recorded then is not compared."""
    if now.gap:
        again = "try again; until it can be read, nobody knows whether it has changed"
        yield FieldChange(
            view.label,
            FieldChangeKind.UNREAD,
            f"{view.entity}.{view.field} could not be read completely: {now.gap}",
            again,
        )
        return
    if not now.exists:
        seen = f"Torii shows no {view.entity} field {view.field} any more"
        yield FieldChange(view.label, FieldChangeKind.GONE, seen, "stop using views of it, and map another field")
        return
    groups = {group for group, _ in buckets(view, now)} - {view.unassigned}
    known = {*view.approved_groups, *view.aliases.values()}
    if view.approved_groups and (new := sorted(groups - known)):
        yield FieldChange(
            view.label,
            FieldChangeKind.NEW_VALUES,
            _named(new),
            "decide which group each belongs to, with an alias if necessary",
        )
    if lost := sorted({*view.approved_groups} - groups):
        yield FieldChange(
            view.label, FieldChangeKind.LOST_VALUES, _named(lost), "find out whether the units were renamed"
        )
    before = view.approved_coverage
    if before is not None and abs(now.coverage - before) > COVERAGE_TOLERANCE:
        seen = f"{now.coverage:g} % of rows have a value, {before:g} % when it was approved"
        yield FieldChange(
            view.label, FieldChangeKind.COVERAGE, seen, "find out what fills the field before you use figures by it"
        )


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MAX_NAMED} more" if len(names) > _MAX_NAMED else ""
    return f"{len(names)}: {', '.join(names[:_MAX_NAMED])}{more}"
