"""A Chromium on this machine, and pages opened in it."""

import shutil
from contextlib import contextmanager
from pathlib import Path

# The shell draws pages as the whole browser does, and takes a third less time.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def opening(browser, page_file):
    """Opens the page as new visitors do; at the end, nothing may have been fetched, refused or thrown."""
    contexts, wrong = [], []

    def watch(page):
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: None if request.is_navigation_request() else wrong.append(request.url))

    def open_(fragment: str = "", file: Path = page_file, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(file.as_uri() + fragment)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def pasted(page) -> tuple[str, list[str]]:
    """What a paste brings, as text and as the kinds of content on the clipboard."""
    other = page.context.new_page()
    other.set_content("<textarea></textarea>")
    other.evaluate("addEventListener('paste', (event) => { window.kinds = [...event.clipboardData.types]; })")
    other.focus("textarea")
    other.keyboard.press("Control+v")
    found = other.input_value("textarea"), other.evaluate("window.kinds")
    other.close()
    return found
