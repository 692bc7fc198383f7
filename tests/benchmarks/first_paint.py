"""How soon the page with all views paints from disk, beside the least that a page can take in the same browser."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio
from playwright.sync_api import Browser, sync_playwright

from promptkit.commands.export_page import sample_answers
from promptkit.library.store import Library, default_root
from promptkit.model import DEFAULT_PROFILE
from promptkit.page.build import build_page
from tests.benchmarks.ratio import Ratio, least
from tests.browsers import CHROMIUM

REPEATS = 10
GOAL_MS = 300
NOTHING = "<!doctype html><title>.</title><p>."
PAINTED = """() => new Promise((resolve) => new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) resolve(entry.startTime);
}).observe({type: "paint", buffered: true}))"""


def painting(browser: Browser, path: Path) -> Callable[[], float]:
    def painted() -> float:
        page = browser.new_page()
        page.goto(path.as_uri())
        milliseconds: float = page.evaluate(PAINTED)
        page.close()
        return milliseconds

    return painted


def rows() -> Iterator[Ratio]:
    library = Library(default_root())
    # Before the browser, whose library has an event loop of its own.
    html = build_page(library, DEFAULT_PROFILE, samples=anyio.run(sample_answers, library, DEFAULT_PROFILE))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ours, base = Path(folder, "ours.html"), Path(folder, "nothing.html")
        ours.write_text(html, "utf-8")
        base.write_text(NOTHING, "utf-8")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        painted, nothing = least(REPEATS, painting(browser, ours), painting(browser, base))
        browser.close()
    yield Ratio("first paint, all views", painted, nothing, "an empty page")
    yield Ratio("first paint, all views", painted, GOAL_MS, "the goal", 1)
