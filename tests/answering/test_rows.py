"""The group of each row in an Organizational View."""

import pytest

from promptkit.answering.rows import slices_of
from promptkit.model import Entity, OrganizationalView


def view(**aliases):
    return OrganizationalView(label="Team", entity="user", field="team", aliases=aliases)


@pytest.mark.parametrize(
    ("values", "aliases", "slices"),
    [
        (["Sales", "sales ", "SALES", "sales"], {}, ["sales"] * 4),
        (["b", "B", "a b", "A  B"], {}, ["B", "B", "A B", "A B"]),
        (["eng", "ENG", "engineering"], {"Eng": "Engineering"}, ["Engineering"] * 3),
        ([None, " ", "unassigned"], {}, ["Unassigned"] * 3),
    ],
)
def test_values_that_differ_only_in_capitals_or_spaces_are_one_group(values, aliases, slices):
    assert slices_of(view(**aliases), Entity.USER, [{"team": value} for value in values]) == slices


def test_a_spelling_counts_as_often_as_its_group_has_rows():
    groups = [{"key": "ops", "groupCount": 2, "aggs": {}}, {"key": "Ops", "groupCount": 5, "aggs": {}}]
    assert slices_of(view(), Entity.USER, groups) == ["Ops", "Ops"]


def test_rows_of_another_entity_have_no_group():
    assert slices_of(view(), Entity.APP, [{"team": "Sales"}]) == [None]
