import pytest

from promptkit.errors import PromptkitError
from promptkit.model import DEFAULT_PROFILE
from promptkit.page.steps import template_steps
from tests.builders import prompt
from tests.page.samples import PROFILE


@pytest.mark.parametrize(
    ("template", "steps"),
    [
        ("Plain.\n", ["Plain."]),
        ("In {{ n }} days, {{ zone }}.", ["In ", {"name": "n"}, " days, UTC."]),
        ("{% if n %}\n  A\n{% endif %}\nB", [{"if": {"name": "n"}, "then": ["  A\n"], "else": []}, "B"]),
        ("{% if not n %}A{% endif %}", [{"if": {"not": [{"name": "n"}]}, "then": ["A"], "else": []}]),
        (
            '{% if n == "x" %}A{% elif n != "y" %}B{% else %}C{% endif %}',
            [
                {
                    "if": {"equal": [{"name": "n"}, {"const": "x"}]},
                    "then": ["A"],
                    "else": [
                        {
                            "if": {"not": [{"equal": [{"name": "n"}, {"const": "y"}]}]},
                            "then": ["B"],
                            "else": ["C"],
                        }
                    ],
                }
            ],
        ),
        ("{{ 'a' }}{{ true }}{# note #}", ["aTrue"]),
    ],
)
def test_a_template_becomes_steps(template, steps):
    assert template_steps(prompt(template, n={"type": "string"}), {"zone": "UTC"}, DEFAULT_PROFILE) == steps


def test_an_argument_hides_a_setting_of_the_same_name():
    view = prompt("{{ zone }}", zone={"type": "string"})
    assert template_steps(view, {"zone": "UTC"}, DEFAULT_PROFILE) == [{"name": "zone"}]


SLICED = prompt('{% if org_entity == "user" %}Who{% else %}What{% endif %}', slice={"type": "organizational_view"})


def test_what_every_slice_of_a_profile_says_is_text():
    assert template_steps(SLICED, {}, DEFAULT_PROFILE) == ["Who"]


def test_what_slices_say_differently_depends_on_the_chosen_one():
    (step,) = template_steps(SLICED, {}, PROFILE)
    read, _ = step["if"]["equal"]
    assert (read["name"], [*read["gives"].values()]) == ("slice", ["user", "contract"])


@pytest.mark.parametrize(
    "template", ["{% if n > 5 %}A{% endif %}", "{% if n == 5 %}A{% endif %}", "{{ n == n == n }}", "{{ 5 }}"]
)
def test_what_the_browser_could_do_differently_is_refused(template):
    with pytest.raises(PromptkitError, match="page-template"):
        template_steps(prompt(template, n={"type": "integer"}), {}, DEFAULT_PROFILE)
