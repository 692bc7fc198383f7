"""The chart of a view in real Chromium: it draws what the rows and totals say, and tells it in words as well."""

from collections import defaultdict

import pytest

FIGURES = """() => [...document.querySelectorAll("canvas")].map((canvas) => {
  const { type, data } = Chart.getChart(canvas).config;
  const title = canvas.closest("figure").querySelector("figcaption").textContent;
  return { title, type, labels: data.labels, series: data.datasets.map((one) => [one.label, one.data]) };
})"""
COLOURS = "() => Chart.getChart(document.querySelector('canvas')).data.datasets[0].backgroundColor"


def drawn(page):
    return {one["title"]: one for one in page.evaluate(FIGURES)}


def names(answer, at=0):
    return [column["name"] for column in answer["tables"][at]["columns"]]


def test_bars_are_amounts_by_month_with_a_picture_for_each_currency(open_dashboard, answers):
    answer = answers["renewal_calendar"]
    at = names(answer)
    sums = defaultdict(lambda: defaultdict(float))
    for row in answer["tables"][0]["rows"]:
        if row[at.index("currency")]:
            sums[row[at.index("currency")]][row[at.index("end_date")][:7]] += row[at.index("amount")] or 0
    pictures = drawn(open_dashboard(answer))
    assert set(pictures) == {f"Amount by month of end date, {currency}" for currency in sums}
    for currency, months in sums.items():
        picture = pictures[f"Amount by month of end date, {currency}"]
        assert picture["type"] == "bar"
        ((_, figures),) = picture["series"]
        found = {month: figure for month, figure in zip(picture["labels"], figures, strict=True) if figure}
        assert found == pytest.approx(months)
        assert picture["labels"] == sorted(set().union(*sums.values()))
    assert len(sums) > 1


def test_months_without_a_row_are_drawn_as_nothing(open_dashboard, answers):
    answer = answers["connection_contracts"]
    rows = answer["tables"][0]["rows"]
    rows[:] = [["2026-11-30", *rows[0][1:]], ["2027-02-01", *rows[1][1:]], ["2027-02-02", *rows[2][1:]]]
    answer["tables"][0]["total_rows"] = 3
    (picture,) = drawn(open_dashboard(answer)).values()
    assert picture["labels"] == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert picture["series"] == [["Rows", [1, 0, 0, 2]]]


def test_lines_are_drawn_over_time(open_dashboard, answers):
    answer = answers["spend_trend"]
    (picture,) = drawn(open_dashboard(answer)).values()
    at = names(answer)
    rows = answer["tables"][0]["rows"]
    assert picture["type"] == "line"
    assert picture["labels"] == [row[at.index("month")] for row in rows]
    assert picture["series"] == [["Spend", [row[at.index("spend")] for row in rows]]]


def test_shares_list_each_part_with_its_percentage(open_dashboard, answers):
    page = open_dashboard(answers["portfolio_overview"])
    (picture,) = drawn(page).values()
    ((_, figures),) = picture["series"]
    assert picture["type"] == "doughnut"
    parts = page.locator(".legend li").all_inner_texts()
    share = 100 * figures[0] / sum(figures)
    assert parts[0] == f"{picture['labels'][0]}: {figures[0]} ({share:.1f} %)"
    assert len(parts) == len(figures)


def test_many_parts_are_the_largest_and_the_others(open_dashboard, answers):
    answer = answers["portfolio_overview"]
    answer["tables"][0]["rows"] = [[f"state {number}", number, 0, 0] for number in range(1, 13)]
    (picture,) = drawn(open_dashboard(answer)).values()
    assert picture["labels"] == [*(f"state {number}" for number in range(12, 5, -1)), "5 others"]
    assert picture["series"] == [["Apps", [12, 11, 10, 9, 8, 7, 6, 15]]]


def test_used_and_unused_licences_are_parts_of_one_bar(open_dashboard, answers):
    page = open_dashboard(answers["licence_utilization"])
    (picture,) = drawn(page).values()
    assert [name for name, _ in picture["series"]] == ["Active", "Inactive", "Unassigned"]
    assert page.evaluate("Chart.getChart(document.querySelector('canvas')).options.scales.x.stacked")


def test_totals_per_kind_are_drawn_side_by_side(open_dashboard, answers):
    answer = answers["ownership_gaps"]
    (picture,) = drawn(open_dashboard(answer)).values()
    told = {(total["name"], total["key"]): total["value"] for total in answer["totals"] if "key" in total}
    kinds = ["no owner", "owner left", "owner leaving"]
    assert picture["labels"] == ["No owner", "Owner left", "Owner leaving"]
    assert picture["series"] == [
        ["Apps", [told["apps", kind] for kind in kinds]],
        ["Contracts", [told["contracts", kind] for kind in kinds]],
    ]


def test_plain_totals_are_drawn_by_their_names(open_dashboard, answers):
    (picture,) = drawn(open_dashboard(answers["what_changed"])).values()
    assert picture["labels"][:2] == ["New apps", "New contracts"]


def test_a_cut_table_makes_a_chart_that_says_so(open_dashboard, answers):
    answer = answers["vendors"]
    assert answer["tables"][0]["total_rows"] > len(answer["tables"][0]["rows"]) > 15
    page = open_dashboard(answer)
    (picture,) = drawn(page).values()
    assert len(picture["labels"]) == 15
    assert (
        page.inner_text(".chart > .hint")
        == f"The chart shows the first 15 of {answer['tables'][0]['total_rows']} rows."
    )


def test_a_chart_of_all_rows_says_nothing_of_the_kind(open_dashboard, answers):
    assert open_dashboard(answers["spend_trend"]).locator(".chart > .hint").count() == 0


def test_a_chart_is_told_in_one_sentence(open_dashboard, answers):
    answer = answers["connection_apps"]
    page = open_dashboard(answer)
    rows = answer["tables"][0]["rows"]
    highest, lowest = max(rows, key=lambda row: row[2]), min(rows, key=lambda row: row[2])
    told = f"Active users by app Highest: {highest[2]} ({highest[0]}). Lowest: {lowest[2]} ({lowest[0]})."
    assert page.get_by_role("img", name=told, exact=True).count() == 1


def test_where_a_list_is_better_the_view_says_why(open_dashboard, answers):
    page = open_dashboard(answers["digest"])
    assert page.locator("canvas").count() == 0
    assert page.inner_text(".chart") == answers["digest"]["chart"]


def test_without_rows_there_is_nothing_to_draw(open_dashboard, answers):
    answer = answers["vendors"]
    answer["tables"][0] |= {"rows": [], "total_rows": 0}
    page = open_dashboard(answer)
    assert page.inner_text(".chart .hint") == "There is nothing to draw."
    assert page.inner_text(".count") == "0 rows"


def test_a_chart_of_partial_data_says_so(open_dashboard, answers):
    page = open_dashboard(answers["vendors"] | {"status": "partial"})
    assert "Data is missing, so more may belong here." in page.inner_text(".chart")


def test_a_chart_is_drawn_again_when_the_scheme_changes(open_dashboard, answers):
    page = open_dashboard(answers["vendors"], color_scheme="light")
    light = page.evaluate(COLOURS)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"() => ({COLOURS})() !== {light!r}")
