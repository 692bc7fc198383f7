"""A stored prompt's text as the beginning of a draft: its variables become arguments, and nothing else gets in."""

import re
import shlex
import subprocess
import sys

import pytest

from promptkit.checking.library import check_library
from promptkit.errors import PromptkitError
from promptkit.library.render import render
from promptkit.library.scaffold import scaffold
from promptkit.library.stored_prompt import MAX_LETTERS, read_stored_prompt
from tests.sources import ROOT


@pytest.fixture
def stored(tmp_path):
    def read(text):
        path = tmp_path / "stored.txt"
        path.write_text(text, "utf-8")
        return read_stored_prompt(path)

    return read


def test_a_draft_begins_with_the_text_and_asks_for_its_variables(copy, stored):
    scaffold(copy, "old_view", stored("For {{company-name}} and NAME.\n\nList apps of {{ Department }}.\n"))
    assert check_library(copy) == []
    text = render(copy.load_prompt("old_view"), {"company_name": "Acme", "department": "Sales"})
    assert text.startswith('For "Acme" and NAME.\n\nList apps of "Sales".\n\nWhich apps have more than')


def test_an_order_to_act_is_found_in_it(copy, stored):
    scaffold(copy, "old_view", stored("Delete all unused apps."))
    assert [problem.code for problem in check_library(copy)] == ["asks-to-act"]


def test_the_page_for_those_who_come_from_openai_is_true(tmp_path):
    block = re.search(r"```sh\n(.*?)```", (ROOT / "prompts/FROM_OPENAI.md").read_text("utf-8"), re.DOTALL)[1]
    (tmp_path / "stored.txt").write_text("What does {{company-name}} pay for?\n", "utf-8")
    for command in block.splitlines():
        done = subprocess.run([sys.executable, "-m", *shlex.split(command)], cwd=tmp_path, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
    assert "{{ company_name }} pay for?" in (tmp_path / "our-views/prompts/our_view.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this one 0"),
        ("x" * (MAX_LETTERS + 1), "12,001"),
        ("{% for app in apps %}", "{% begins something other"),
        ("{{ {{x}} }}", "begins something other"),
        ("{# hidden #}", "{# begins something other"),
        ("{{ 1st }}", "1st cannot be an argument's name"),
        ("pay\u200bload", "a character that nobody sees"),
    ],
)
def test_what_a_template_may_not_hold_is_an_error_and_nothing_is_written(text, said, stored):
    with pytest.raises(PromptkitError, match=said):
        stored(text)
