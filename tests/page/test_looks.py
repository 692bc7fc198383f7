"""Every page at every size, light, dark and printed: no violation of accessibility rules, nothing cut off, fast."""

import shutil

import pytest

from promptkit.library import Library
from promptkit.page.build import build_page
from promptkit.page.views import SampleAnswer
from tests.page.conftest import PROFILE

PAGES = ["", "#every_type", "#renewal_calendar", "#setup"]
SIZES = [(360, 740), (1920, 1080)]
LIMIT_BYTES = 600 * 1024
FIRST_PAINT_MS = 300
VIEWS = 36
FIRST_PAINT = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) resolve(entry.startTime);
}).observe({type: "paint", buffered: true}))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("fragment", PAGES)
def test_axe_finds_no_violation(fragment, size, scheme, open_page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(fragment, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    if fragment == "#every_type":
        page.click("#view-every_type >> text=Copy prompt")
    found = axe.run(page)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


@pytest.mark.parametrize("size", [*SIZES, (768, 1024), (1280, 800)], ids=str)
@pytest.mark.parametrize("fragment", PAGES)
def test_nothing_is_wider_than_the_window(fragment, size, open_page):
    page = open_page(fragment, viewport={"width": size[0], "height": size[1]})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_large_page_is_small_and_paints_at_once(browser, page_library, tmp_path):
    shutil.copytree(page_library.root, tmp_path, dirs_exist_ok=True)
    text = (page_library.prompts / "renewal_calendar.yaml").read_text("utf-8")
    for number in range(VIEWS - len(page_library.prompt_names())):
        copy = tmp_path / "prompts" / f"view_{number}.yaml"
        copy.write_text(text.replace("name: renewal_calendar", f"name: view_{number}"), "utf-8")
    library = Library(tmp_path)
    row = "| 2026-03-31 | 59 | Annual plan 2026 | Example App | someone@example.com | yes | 12345.00 | USD |\n"
    answer = "## Renewal calendar\n| a | b | c | d | e | f | g | h |\n|---|---|---|---|---|---|---|---|\n" + row * 60
    answers = {name: SampleAnswer(answer, {}) for name in library.prompt_names()}
    html = build_page(library, PROFILE, answers=answers)
    assert len(html.encode()) < LIMIT_BYTES
    path = tmp_path / "index.html"
    path.write_text(html, "utf-8")
    assert min(first_paint_ms(browser, path.as_uri()) for _ in range(5)) < FIRST_PAINT_MS


def first_paint_ms(browser, address: str) -> float:
    page = browser.new_page()
    page.goto(address)
    milliseconds = page.evaluate(FIRST_PAINT)
    page.close()
    return milliseconds
