"""Field drift: an approved mapping against what the local Torii has now."""

import anyio
import pytest

from promptkit.answering.parsed import parse_answer
from promptkit.connection.open_session import open_session
from promptkit.model import Profile
from tests.builders import answered

PLACES = {"public": "open", "internal": "closed", "confidential": "closed"}
PROFILE = Profile.model_validate(
    {
        "organizational_views": [
            {"label": "Entity", "entity": "contract", "field": "c_legalEntity_2", "aliases": {"Acme Inc.": "Acme"}},
            {"label": "Placed", "entity": "app", "field": "c_dataClassification_3", "aliases": PLACES},
            {"label": "Deleted", "entity": "app", "field": "c_department_9"},
            {"label": "Manager", "entity": "user", "field": "manager"},
        ]
    }
)


@pytest.fixture(scope="module")
def answers(library):
    """The answer by each view of the profile, read back, by label."""

    async def run():
        async with open_session(library, "local", PROFILE) as opened:
            labels = [view.label for view in PROFILE.organizational_views]
            given = [{"slice": label, "approved_coverage": 95} for label in labels]
            answers = [await answered(library, opened, "field_drift", one, PROFILE) for one in given]
            return {label: parse_answer(answer.text) for label, answer in zip(labels, answers, strict=True)}

    return anyio.run(run)


def results(answer) -> dict[str, str]:
    return {check: result for check, _, _, result in answer.tables["Mapping"][1:]}


def new_values(answer) -> list[str]:
    return [value for value, *_ in answer.tables["Values without a place"][1:]]


def test_a_value_that_the_mapping_names_has_a_place_and_others_are_new(answers):
    assert new_values(answers["Entity"]) == ["Acme GmbH", "Acme Ltd"]


def test_a_mapping_that_places_every_value_has_nothing_new(answers):
    assert results(answers["Placed"]) == {"field": "ok", "coverage": "lower", "new values": "ok"}
    assert new_values(answers["Placed"]) == []


def test_a_deleted_field_is_missing_and_no_rows_are_read(answers):
    answer = answers["Deleted"]
    assert results(answer) == {"field": "missing"}
    assert answer.lists["Evidence"][0] == "Tools: list_app_metadata"


def test_more_groups_than_torii_gives_are_a_gap_without_totals(answers):
    answer = answers["Manager"]
    assert "list_users gave" in answer.lists["Evidence"][-1]
    assert "Totals" not in answer.lists
