"""The proposing and comparing behind `promptkit init`, on plain values."""

from decimal import Decimal

import pytest

from promptkit.model import Entity, OrganizationalView
from promptkit.onboarding.mapping import (
    Candidate,
    FieldChangeKind,
    FieldValues,
    as_seen,
    buckets,
    drafted,
    field_changes,
    label_for,
    proposed,
    spelling_aliases,
)

VALUES = FieldValues(True, {"Sales": 30, "R&D": 20, "sales": 5, "SALES": 5}, 40)


def candidate(field, entity=Entity.USER, *, name="", fits=True):
    return Candidate(entity, field, name or field, 100, Decimal(90), 5, 0, fits)


def view(**given):
    return OrganizationalView(label="Team", entity=Entity.USER, field="team", **given)


def test_the_wanted_field_is_proposed_before_a_more_complete_one():
    fields = [candidate("country"), candidate("hr_1", name="Department"), candidate("okta_department")]
    assert [one.key for one in proposed(fields, "department")] == ["user.hr_1"]


def test_each_entity_with_a_fitting_field_has_one_proposal_users_first():
    fields = [candidate("a", Entity.CONTRACT), candidate("b", Entity.APP, fits=False), candidate("c"), candidate("d")]
    assert [one.key for one in proposed(fields, "department")] == ["user.c", "contract.a"]


def test_a_label_that_is_taken_names_its_entity():
    field = candidate("department", Entity.TRANSACTION, name="Department")
    assert label_for(field, ["Region"]) == "Department"
    assert label_for(field, ["Department"]) == "Department (transaction)"


def test_spellings_are_read_as_the_most_frequent_one():
    assert spelling_aliases(VALUES) == {"sales": "Sales", "SALES": "Sales"}


def test_coverage_is_the_share_of_rows_with_a_value():
    assert (VALUES.total, VALUES.coverage) == (100, 60.0)
    assert FieldValues(True, {}).coverage == 0


def test_buckets_follow_the_aliases_and_add_up_to_all_rows():
    found = buckets(view(aliases={"sales": "Sales", "SALES": "Sales"}, unassigned="Nobody"), VALUES)
    assert found == [("Sales", 40), ("Nobody", 40), ("R&D", 20)]


def test_a_draft_keeps_what_an_earlier_view_of_its_label_said():
    earlier = view(aliases={"R&D": "Product"}, unassigned="Nobody")
    draft = drafted(candidate("department"), "Team", VALUES, earlier, {"Sales": "Commercial"})
    assert (draft.field, draft.unassigned) == ("department", "Nobody")
    assert draft.aliases == {"sales": "Sales", "SALES": "Sales", "R&D": "Product", "Sales": "Commercial"}


def test_what_was_just_approved_has_not_changed():
    assert list(field_changes(as_seen(view(), VALUES), VALUES)) == []


@pytest.mark.parametrize(
    ("now", "drift", "seen"),
    [
        (FieldValues(False, {}), FieldChangeKind.GONE, "Torii shows no user field team any more"),
        (FieldValues(True, {"A": 1}, 0, "403"), FieldChangeKind.UNREAD, "user.team could not be read completely: 403"),
        (FieldValues(True, {"A": 60, "B": 30, "C": 1}, 9), FieldChangeKind.NEW_VALUES, "1: C"),
        (FieldValues(True, {"A": 91}, 9), FieldChangeKind.LOST_VALUES, "1: B"),
        (FieldValues(True, {"A": 60, "B": 24}, 16), FieldChangeKind.COVERAGE, "84 % of rows have a value, 90 % when"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_each_drift_is_told_with_what_to_do(now, drift, seen):
    approved = as_seen(view(), FieldValues(True, {"A": 60, "B": 30}, 10))
    (change,) = field_changes(approved, now)
    assert (change.kind, change.seen[: len(seen)]) == (drift, seen)
    assert change.next


def test_an_alias_gives_a_new_value_its_place():
    approved = as_seen(view(), FieldValues(True, {"A": 9}))
    mapped = approved.model_copy(update={"aliases": {"B": "A"}})
    assert list(field_changes(mapped, FieldValues(True, {"A": 8, "B": 1}))) == []


def test_a_view_that_nobody_recorded_is_only_looked_up():
    assert list(field_changes(view(), VALUES)) == []
