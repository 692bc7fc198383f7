"""A group of the chosen Organizational View: the tenant's own where the profile records them."""

import pytest

from promptkit.argument_type import type_of
from promptkit.errors import PromptkitError
from promptkit.library.render import render, resolve_arguments
from promptkit.model import Profile
from promptkit.views.finding import described

VIEWS = [
    {"label": "Department", "entity": "user", "field": "department", "aliases": {"Eng": "Engineering"}},
    {"label": "Legal entity", "entity": "contract", "field": "c_entity"},
]
GROUPS = [["Engineering", "Marketing", "Customer Success"], ["Acme GmbH", "Acme Inc."]]
PROFILE = Profile.model_validate(
    {"organizational_views": [view | {"approved_groups": groups} for view, groups in zip(VIEWS, GROUPS, strict=True)]}
)


@pytest.fixture(scope="module")
def prompt(library):
    return library.load_prompt("organizational_drilldown")


@pytest.mark.parametrize(
    ("value", "slice_", "reason"),
    [
        ("Marketting", "Department", "Department has no such approved group; near it: Marketing; promptkit init"),
        ("Tax", "Department", "no such approved group; it has Engineering, Marketing, Customer Success, Unassigned"),
        ("Eng", "Department", "Department has it as part of Engineering"),
        ("Acme GmbH", "Department", "that is a group of Legal entity, and Department is chosen"),
        ("Marketing", "Legal entity", "that is a group of Department, and Legal entity is chosen"),
    ],
)
def test_another_group_is_refused_with_the_near_ones(value, slice_, reason, prompt):
    with pytest.raises(PromptkitError) as caught:
        resolve_arguments(prompt, {"value": value, "slice": slice_}, PROFILE)
    assert reason in caught.value.problems[0].message


@pytest.mark.parametrize("value", ["Marketing", "marketing", " customer  success", "Unassigned"])
def test_a_group_of_the_view_is_right_however_it_is_written(value, prompt):
    assert resolve_arguments(prompt, {"value": value}, PROFILE)["value"] == value


@pytest.mark.parametrize("views", [VIEWS, [VIEWS[0], VIEWS[1] | {"approved_groups": ["Acme GmbH"]}]])
def test_where_the_groups_are_not_known_any_text_is_right(views, prompt):
    profile = Profile.model_validate({"organizational_views": views})
    assert '"Marketting"' in render(prompt, {"value": "Marketting"}, profile)
    assert type_of(prompt.arguments["value"]).options(prompt.arguments["value"], profile) == ()


def test_a_model_is_given_the_groups_of_all_views(prompt):
    choices = described(prompt, PROFILE, {})["arguments"]["value"]["choices"]
    assert choices == ["Engineering", "Marketing", "Customer Success", "Unassigned", "Acme GmbH", "Acme Inc."]


def test_more_groups_than_a_model_can_read_are_not_given(prompt):
    many = PROFILE.organizational_views[0].model_copy(update={"approved_groups": [f"Team {one}" for one in range(99)]})
    profile = PROFILE.model_copy(update={"organizational_views": (many,)})
    assert "choices" not in described(prompt, profile, {})["arguments"]["value"]
