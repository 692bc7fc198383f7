"""The index of a folder of dashboards: what it says, and how it looks in real Chromium."""

import pytest

from promptkit.dashboard.build import build_dashboard
from promptkit.dashboard.index import IndexEntry, State, build_index, figure_text, is_index
from promptkit.language import english
from tests.dashboard.answers import answer, partial

WHY = "list_contracts could not be read: <b>403</b> \u202eforbidden"
COMMAND = "promptkit answer app_dossier -a app=... --server https://api.toriihq.com/mcp --html out/app_dossier.html"
MONEY = [
    {"name": "yearly_spend", "key": key, "type": "money", "value": 1234567.5} for key in ("EUR", "GBP", "USD", "ILS")
]
GROUPS = {
    "What we have": [
        IndexEntry("apps", "Which apps do we have?", State.FRESH, answer(totals=MONEY)),
        IndexEntry("app_dossier", "What do we know about one app?", State.NEEDS, None, "app", COMMAND),
    ],
    "Renewals & contracts": [
        IndexEntry("kept", "What renews soon?", State.KEPT, answer(), WHY),
        IndexEntry("partial", "Which contracts must we decide on first?", State.PARTIAL, partial(), WHY),
        IndexEntry("failed", "Do our payments match our contracts?", State.FAILED, None, WHY),
    ],
}


@pytest.fixture(scope="module")
def html():
    return build_index(GROUPS, source="https://api.toriihq.com/mcp", at="2026-11-27 07:00 (UTC)")


@pytest.fixture(scope="module")
def page_file(html, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    (folder / "index.html").write_text(html, "utf-8")
    (folder / "apps.html").write_text(build_dashboard(answer()), "utf-8")
    return folder / "index.html"


def row(page, name):
    return page.locator("tr", has=page.locator(f"a[href='{name}.html']")).inner_text()


def test_an_index_is_known_again_and_no_other_page_is(html):
    assert is_index(html)
    assert not is_index(build_dashboard(answer()))


@pytest.mark.parametrize(
    ("total", "text"),
    [
        ({"name": "yearly_spend", "key": "EUR", "type": "money", "value": 1234.5}, "yearly spend 1,234.50 EUR"),
        ({"name": "failure_rate", "type": "percent", "value": 12.34}, "failure rate 12.3 %"),
        ({"name": "apps", "type": "integer", "unit": "apps", "value": 1234}, "apps 1,234"),
        ({"name": "next_end_date", "type": "date", "value": "2026-12-01"}, "next end date 2026-12-01"),
        ({"name": "average", "type": "number", "value": 2}, "average 2.00"),
        ({"name": "spend", "type": "money", "value": None}, "spend none"),
    ],
)
def test_a_total_is_written_as_the_answer_writes_it(total, text):
    assert figure_text([total], english()) == text


def test_each_view_says_how_it_is_and_links_to_its_file_beside_the_index(open_page):
    page = open_page()
    assert page.inner_text(".lead").startswith("1 of 5 views are up to date. Refreshed on 2026-11-27 07:00 (UTC)")
    assert page.inner_text(".lead").endswith("from https://api.toriihq.com/mcp.")
    links = page.eval_on_selector_all("main a", "all => all.map((one) => one.getAttribute('href'))")
    assert links == ["apps.html", "kept.html", "partial.html"]
    assert "yearly spend 1,234,567.50 EUR" in row(page, "apps")
    assert "1,234,567.50 ILS" in row(page, "apps")
    assert "Not refreshed" in row(page, "kept")
    assert "2026-11-01 (UTC)" in row(page, "kept")
    assert "Partial" in row(page, "partial")
    page.click("text=Which apps do we have?")
    assert page.inner_text("h1") == "Which apps do we have?"


def test_a_view_that_needs_something_names_it_and_the_command_and_has_no_link(open_page):
    told = open_page().locator("tr", has_text="What do we know about one app?").inner_text()
    assert "Needs: app" in told
    assert COMMAND in " ".join(told.split())


def test_a_reason_from_a_server_is_shown_and_not_run(open_page):
    told = open_page().locator("tr", has_text="Do our payments match").inner_text()
    assert "<b>403</b> U+202Eforbidden" in told


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(360, 740), (1280, 800), (1920, 1080)], ids=str)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(size, scheme, open_page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    found = axe.run(page)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_no_table_hides_a_part_of_itself(width, open_page):
    page = open_page(viewport={"width": width, "height": 800})
    hidden = page.eval_on_selector_all(".scroll, .day", "all => all.map((one) => one.scrollWidth - one.clientWidth)")
    assert set(hidden) == {0}
