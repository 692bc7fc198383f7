"""The page of problem codes has every code that the sources have, and no other."""

import re

from tests.problem_codes import PAGE, page
from tests.sources import ROOT

BROKEN = sorted((ROOT / "tests/bad").rglob("*.yaml"))


def codes(text):
    return set(re.findall(r"\| `([a-z0-9-]+)` \|", text))


def test_the_page_is_what_the_sources_say():
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.problem_codes"


def test_the_codes_of_all_broken_files_are_found_in_the_sources():
    seen = {code for path in BROKEN for code in re.findall(r"\[([a-z0-9-]+)\] ", path.read_text("utf-8"))}
    assert seen
    assert seen <= codes(page())
