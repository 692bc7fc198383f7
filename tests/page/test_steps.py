import pytest

from promptkit.errors import PromptkitError
from promptkit.page.steps import template_steps
from tests.builders import prompt


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
    assert template_steps(prompt(template, n={"type": "string"}), {"zone": "UTC"}) == steps


def test_an_argument_hides_a_setting_of_the_same_name():
    assert template_steps(prompt("{{ zone }}", zone={"type": "string"}), {"zone": "UTC"}) == [{"name": "zone"}]


@pytest.mark.parametrize(
    "template", ["{% if n > 5 %}A{% endif %}", "{% if n == 5 %}A{% endif %}", "{{ n == n == n }}", "{{ 5 }}"]
)
def test_what_the_browser_could_do_differently_is_refused(template):
    with pytest.raises(PromptkitError, match="page-template"):
        template_steps(prompt(template, n={"type": "integer"}), {})
