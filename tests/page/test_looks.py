"""Every page at every size, light, dark and printed: no violation of accessibility rules, nothing cut off."""

import pytest

from promptkit.page.build import build_page
from tests.browsers import opening
from tests.page.samples import PROFILE

PAGES = ["", "#every_type", "#renewal_calendar", "#setup"]
LOOKS = [((320, 740), "light"), ((1920, 1080), "dark")]


@pytest.mark.parametrize(("size", "scheme"), LOOKS, ids=str)
@pytest.mark.parametrize("fragment", PAGES)
def test_axe_finds_no_violation_and_nothing_is_wider_than_the_window(fragment, size, scheme, open_page):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python").Axe()
    page = open_page(fragment, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    if fragment == "#every_type":
        page.click("#view-every_type >> text=Copy prompt")
    found = axe.run(page)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("size", [(768, 1024), (1280, 800)], ids=str)
@pytest.mark.parametrize("fragment", PAGES)
def test_nothing_is_wider_than_windows_between_these(fragment, size, open_page):
    page = open_page(fragment, viewport={"width": size[0], "height": size[1]})
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("language", ["de"])
def test_the_longer_words_of_a_language_fit_the_narrowest_phone(language, browser, page_library, tmp_path):
    path = tmp_path / "index.html"
    path.write_text(build_page(page_library, PROFILE.model_copy(update={"language": language})), "utf-8")
    with opening(browser, path) as open_:
        for fragment in PAGES:
            page = open_(fragment, viewport={"width": 320, "height": 740})
            assert (fragment, page.evaluate("document.documentElement.scrollWidth")) == (fragment, 320)
