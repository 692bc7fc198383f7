import datetime
from zoneinfo import available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptkit.errors import PromptkitError
from promptkit.files import load_yaml, validate
from promptkit.library.profile import load_profile
from promptkit.library.render import render
from promptkit.library.store import Library
from promptkit.model import DEFAULT_PROFILE, Entity, OrganizationalView, Profile
from tests.builders import prompt
from tests.sources import ROOT

DAY = datetime.date(2026, 1, 1)

FULL = """\
time_zone: Europe/Berlin
display_currency: EUR
organizational_views:
  - label: Region
    entity: app
    field: c_businessUnit_1
    aliases: {EMEA North: EMEA}
    unassigned: Nobody
    approved_by: Dana Reyes
    approved_on: 2026-10-01
thresholds: {days: 120}
views: [renewal_calendar]
read_only_agreement: {by: Dana Reyes, on: 2026-10-01}
"""


def load(tmp_path, text: str) -> Profile:
    path = tmp_path / "dashboard.yaml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path, Library(ROOT))


def test_the_documented_defaults_are_utc_and_departments_of_users():
    assert (DEFAULT_PROFILE.time_zone, DEFAULT_PROFILE.organizational_views[0].label) == ("UTC", "Department")


def test_a_view_is_written_out_in_the_prompt_with_its_field_and_aliases(tmp_path):
    text = render(prompt("By {{ view }}.", view={"type": "organizational_view"}), {}, load(tmp_path, FULL))
    assert text.startswith(
        'By "Region" (the app field c_businessUnit_1; empty is "Nobody"; read "EMEA North" as "EMEA").'
    )


@pytest.mark.parametrize("entity", ["user", "app", "contract", "transaction"])
def test_a_view_of_each_entity_renders(tmp_path, entity):
    profile = load(tmp_path, FULL.replace("entity: app", f"entity: {entity}"))
    assert f"the {entity} field" in render(prompt("{{ view }}", view={"type": "organizational_view"}), {}, profile)


def test_a_threshold_is_the_default_of_the_argument_of_its_name(tmp_path):
    view = prompt("{{ days }}", days={"type": "integer", "default": 60, "maximum": 365})
    assert render(view, {}, load(tmp_path, FULL)).startswith("120\n")
    assert render(view, {"days": 7}, load(tmp_path, FULL)).startswith("7\n")


def test_a_threshold_that_an_argument_cannot_take_leaves_it_its_default(tmp_path):
    view = prompt("{{ days }}", days={"type": "integer", "default": 60, "maximum": 100})
    assert render(view, {}, load(tmp_path, FULL)).startswith("60\n")


VIEWS = st.builds(
    OrganizationalView,
    label=st.from_regex(r"[A-Z][A-Za-z &\"{}%]{0,20}", fullmatch=True),
    entity=st.sampled_from(Entity),
    field=st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,20}", fullmatch=True),
    aliases=st.dictionaries(st.sampled_from(["Eng", "R&D", "{{ x }}"]), st.sampled_from(["Engineering", '"Labs"'])),
)
TEXTS = {"string", "organizational_group"}
PROFILES = st.builds(
    Profile,
    time_zone=st.sampled_from(sorted(available_timezones())),
    display_currency=st.from_regex(r"[A-Z]{3}", fullmatch=True),
    organizational_views=st.lists(VIEWS, min_size=1, max_size=3, unique_by=lambda view: view.label).map(tuple),
    thresholds=st.dictionaries(
        st.sampled_from(["days", "top", "min_users", "min_spend", "max_missing"]),
        st.integers(-9, 999) | st.floats(0, 50),
    ),
)


@pytest.fixture(scope="module")
def views(library):
    return library.load_prompts()


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(profile=PROFILES)
def test_every_prompt_renders_with_any_valid_profile(views, profile):
    for view in views:
        values = {name: "Slack" for name, one in view.arguments.items() if one.type in TEXTS and not one.default}
        values |= {name: 90 for name, one in view.arguments.items() if one.type == "integer" and one.default is None}
        values |= {name: DAY for name, one in view.arguments.items() if one.type == "date" and not one.default}
        assert render(view, values, profile).splitlines()[-1].startswith(f"[{view.name}@")


def test_a_view_that_the_profile_lacks_is_refused():
    with pytest.raises(PromptkitError, match="the profile has Department"):
        render(prompt("{{ view }}", view={"type": "organizational_view"}), {"view": "Region"})


@pytest.mark.parametrize(
    ("old", "new", "report"),
    [
        ("Europe/Berlin", "Berlin", ":1:1: [unknown-time-zone] Berlin is not a time zone"),
        ("EUR", "euro", ":2:1: [wrong-value] display_currency is euro"),
        ("entity: app", "entity: team", ":5:5: [wrong-value] entity is team"),
        ("label: Region", "labels: Region", ":4:5: [unknown-key] labels is not a key here"),
        ("c_businessUnit_1", "a b", ":6:5: [wrong-value] field is a b"),
        ("{days: 120}", "{day: 120}", ":11:14: [unknown-threshold] no prompt has an argument day\n    fix: write days"),
        ("{days: 120}", "{days: 9999}", ":11:14: [wrong-threshold] days is 9999, which no prompt accepts: the most is"),
        ("[renewal_calendar]", "[renewals]", ":12:9: [unknown-view] there is no prompt renewals"),
        (
            "label: Region",
            'label: "Re\\u200Bgion"',
            ":4:5: [hidden-character] Re\\u200bgion holds the hidden character U+200B",
        ),
        ("unassigned: Nobody", 'unassigned: "No\\u202Ebody"', ":8:5: [hidden-character]"),
        ("EMEA North: EMEA", '"EMEA\\u00AD North": EMEA', ":7:15: [hidden-character]"),
        ("EMEA North: EMEA", 'EMEA North: "EM\\rEA"', ":7:15: [hidden-character]"),
        ("approved_by: Dana Reyes", 'approved_by: "Dana\\U000E0041"', ":9:5: [hidden-character]"),
        ("{by: Dana Reyes", '{by: "Dana\\u2028Reyes"', ":13:23: [hidden-character]"),
    ],
)
def test_a_mistake_is_reported_at_its_line(tmp_path, old, new, report):
    with pytest.raises(PromptkitError) as caught:
        load(tmp_path, FULL.replace(old, new))
    assert report in str(caught.value)


def test_two_views_of_one_label_are_refused(tmp_path):
    views = "organizational_views:\n" + "  - {label: Team, entity: user, field: team}\n" * 2
    with pytest.raises(PromptkitError, match=r":3:\d+: \[repeated-label\]"):
        load(tmp_path, views)


def test_the_defaults_are_a_valid_file(tmp_path):
    path = tmp_path / "dashboard.yaml"
    path.write_text(DEFAULT_PROFILE.model_dump_json(), encoding="utf-8")
    assert validate(load_yaml(path), Profile) == DEFAULT_PROFILE


def test_a_language_that_nobody_has_is_named_at_its_place(tmp_path):
    with pytest.raises(PromptkitError, match=r":1:1: \[unknown-language\] there is no language fr"):
        load(tmp_path, "language: fr\n")
