"""Every format that there is, found in the folder: what it does with text made to break out of it."""

import json
import pkgutil
import re
from html.parser import HTMLParser
from importlib import import_module
from xml.etree.ElementTree import fromstring

import pytest
from markdown_it import MarkdownIt

from promptkit import reports
from promptkit.reports.files import ReportFiles
from promptkit.reports.write import writer
from promptkit.text import hidden_characters
from tests.reports.examples import HOSTILE_REPORTS

MODULES = [module.name for module in pkgutil.iter_modules(reports.__path__)]
WRITERS = [name for name in MODULES if hasattr(import_module(f"promptkit.reports.{name}"), "write")]
JUNIT = {"testsuites", "testsuite", "testcase", "properties", "property", "failure", "error"}


class Page(HTMLParser):
    """What a browser would load, run or follow of a page, links to its own parts aside."""

    def __init__(self, text):
        super().__init__()
        self.live = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        wrong = [name for name, value in attributes if name.startswith("on") or name == "src"]
        links = [value for name, value in attributes if name == "href" and not value.startswith("#")]
        self.live += [*wrong, *links, *([tag] if tag in {"script", "img", "iframe", "link"} else [])]


def foreign_elements(text):
    return [element.tag for element in fromstring(text).iter() if element.tag not in JUNIT]  # noqa: S314


def links_in_messages(text):
    results = json.loads(text)["runs"][0]["results"]
    return [link for one in results for link in re.findall(r"\[[^\]]*\]\([^)]*\)", one["message"]["text"])]


def live_in_markdown(text):
    return Page(MarkdownIt("commonmark").enable("table").render(text)).live


def live_in_html(text):
    return Page(text).live


# How whoever reads a format finds what would be live in it: a format that is added here says so too.
LIVE = {
    "html": live_in_html,
    "junit": foreign_elements,
    "markdown": live_in_markdown,
    "sarif": links_in_messages,
}


def test_every_format_has_a_file_of_its_own_and_a_reader_here():
    assert WRITERS == sorted(vars(ReportFiles())) == sorted(LIVE)


@pytest.mark.parametrize("found", HOSTILE_REPORTS)
@pytest.mark.parametrize("name", WRITERS)
def test_text_made_to_do_harm_is_shown_and_does_none(name, found):
    text = writer(name).write(HOSTILE_REPORTS[found])
    assert "intruder" in text
    assert set(hidden_characters(text)) <= {"\n"}
    assert LIVE[name](text) == []
