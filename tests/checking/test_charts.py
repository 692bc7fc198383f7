"""A chart names columns or totals that are there, and draws nothing that cannot be compared."""

import pytest

from promptkit.checking.library import check_prompt_file
from promptkit.errors import Collector
from promptkit.library.store import version_digest


def problems_with(copy, name, chart):
    """What check says once a view is drawn like this."""
    path = copy.prompts / f"{name}.yaml"
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("chart: ")]
    at = lines.index("template: |")
    path.write_text("\n".join([*lines[:at], f"chart: {chart}", *lines[at:]]) + "\n", "utf-8")
    collector = Collector()
    with collector.collect():
        collector.problems += check_prompt_file(copy, path)
    return [(problem.code, problem.message) for problem in collector.problems]


@pytest.mark.parametrize(
    ("name", "chart", "said"),
    [
        ("renewal_calendar", "{type: bars, heading: Renewals, x: [app], y: [days_left]}", "names the table Renewals"),
        ("renewal_calendar", "{type: bars, x: [apps], y: [days_left]}", "names the column apps"),
        ("renewal_calendar", "{type: bars, x: [app], y: [amounts], per: currency}", "names the column amounts"),
        ("renewal_calendar", "{type: bars, x: [app], y: [amount], per: money}", "names the column money"),
        ("renewal_calendar", "{type: bars, x: [app], y: [amount]}", "mixes the currencies of Renewal calendar"),
        ("renewal_calendar", "{type: bars, x: [app], by: month}", "is by month, but not of one column of days"),
        ("renewal_calendar", "{type: bars, x: [app]}", "measures nothing"),
        ("renewal_calendar", "{type: bars, y: [days_left]}", "has no labels"),
        ("renewal_calendar", "{type: bars, x: [app], y: [owner]}", "measures owner, which is not a number"),
        ("renewal_calendar", "{type: bars, x: [app], y: [amount, days_left], per: currency}", "different kinds"),
        ("renewal_calendar", "{type: bars, totals: [contract]}", "names the total contract"),
        ("renewal_calendar", "{type: bars, totals: [amount]}", "is of totals that are money"),
        ("renewal_calendar", "{type: bars, totals: [contracts], x: [app]}", "is of totals and of rows"),
        ("renewal_calendar", "{type: lines, x: [app], y: [days_left], stacked: true}", "stacks what cannot be"),
        ("ownership_gaps", "{type: bars, totals: [apps, apps_with_gap]}", "is of totals per different things"),
        ("external_access", "{type: shares, x: [app], y: [external, non_human]}", "shares of several figures"),
        ("data_quality", "{type: shares, x: [field], y: [share]}", "adds up percentages"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_reported(copy, name, chart, said):
    ((code, message),) = problems_with(copy, name, chart)
    assert code == "wrong-chart"
    assert message.startswith("the chart ")
    assert said in message


@pytest.mark.parametrize(("chart", "said"), [("{type: pie, x: [app]}", "type is pie"), ("[app]", "chart is a list")])
def test_a_chart_of_no_known_kind_is_a_wrong_value(copy, chart, said):
    ((code, message),) = problems_with(copy, "renewal_calendar", chart)
    assert (code, message.startswith(said)) == ("wrong-value", True)


def test_a_view_may_say_why_it_is_not_drawn(copy):
    assert problems_with(copy, "renewal_calendar", "Names and dates are read best as a list.") == []


def test_how_a_view_is_drawn_needs_no_new_version(copy):
    def digest():
        return version_digest(copy.prompt_document(copy.prompts / "renewal_calendar.yaml"))

    before = digest()
    assert problems_with(copy, "renewal_calendar", "{type: bars, x: [app], y: [days_left]}") == []
    assert digest() == before
