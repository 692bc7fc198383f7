"""Every dashboard at every size, light, dark and printed: no violation of accessibility rules, nothing cut off."""

import pytest

VIEWS = ["renewal_calendar", "spend_trend", "portfolio_overview", "licence_utilization", "digest"]
LOOKS = [((360, 740), "dark"), ((1280, 800), "light")]


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=str)
@pytest.mark.parametrize("name", VIEWS)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(name, size, scheme, open_dashboard, answers):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    viewport = {"width": size[0], "height": size[1]}
    page = open_dashboard(answers[name], viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    page.locator("button.sort").first.click()
    found = axe.run(page)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_axe_finds_no_violation_in_a_partial_answer_with_a_notice(open_dashboard, answers):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    answer = answers["vendors"] | {"status": "partial", "totals": []}
    answer["tables"][0]["rows"] = []
    found = axe.run(open_dashboard(answer, notice="This could not be refreshed."))
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_nothing_moves(open_dashboard, answers):
    page = open_dashboard(answers["vendors"])
    assert page.evaluate("Chart.getChart(document.querySelector('canvas')).options.animation") is False
    assert page.evaluate("document.getAnimations().length") == 0
