"""The groups of the tenant as choices in a form: those of the way to slice that is chosen, and no other text."""

import pytest

from promptkit.library.render import render
from promptkit.model import Profile
from promptkit.page.build import build_page

PROFILE = Profile.model_validate(
    {
        "organizational_views": [
            {
                "label": "Department",
                "entity": "user",
                "field": "department",
                "approved_groups": ["R&D", "<b>Sales</b>"],
            },
            {"label": "Entity", "entity": "contract", "field": "c_entity", "approved_groups": ["Acme GmbH"]},
            {"label": "Region", "entity": "app", "field": "c_region"},
        ]
    }
)
VALUE, SLICE, TEXT, ERROR = (
    f"#{part}"
    for part in (
        "organizational_drilldown-value",
        "organizational_drilldown-slice",
        "text-organizational_drilldown",
        "organizational_drilldown-value-error",
    )
)


@pytest.fixture(scope="module")
def page_file(library, tmp_path_factory):
    path = tmp_path_factory.mktemp("groups") / "index.html"
    path.write_text(build_page(library, PROFILE), encoding="utf-8", newline="\n")
    return path


def offered(page):
    return page.eval_on_selector_all(f"{VALUE}-groups option", "options => options.map((option) => option.value)")


def test_the_groups_of_the_chosen_way_to_slice_are_offered(open_page):
    page = open_page("#organizational_drilldown")
    assert offered(page) == ["R&D", "<b>Sales</b>", "Unassigned"]
    page.select_option(SLICE, "Entity")
    assert offered(page) == ["Acme GmbH", "Unassigned"]
    page.select_option(SLICE, "Region")
    assert offered(page) == []


def test_a_group_that_the_tenant_does_not_have_makes_no_prompt(open_page):
    page = open_page("#organizational_drilldown")
    page.fill(VALUE, "R&DD")
    assert (page.text_content(TEXT), page.text_content(ERROR)) == ("", "This needs one of the values in its list.")
    page.fill(VALUE, "r&d")
    assert page.text_content(ERROR) == ""


def test_the_page_makes_the_prompt_that_python_makes(open_page, library):
    page = open_page("#organizational_drilldown?value=Acme GmbH&slice=Entity&days=30")
    values = {"value": "Acme GmbH", "slice": "Entity", "days": 30}
    assert page.text_content(TEXT) == render(library.load_prompt("organizational_drilldown"), values, PROFILE)


def test_where_the_groups_are_not_known_any_text_makes_a_prompt(open_page):
    page = open_page("#organizational_drilldown?value=Anything&slice=Region&days=30")
    assert '"Anything"' in page.text_content(TEXT)
