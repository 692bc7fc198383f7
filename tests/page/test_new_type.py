"""A type of argument is one file to add: `month.py`, put into a copy of the package, goes everywhere that types go."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from mcp import Client, StdioServerParameters

from tests.browsers import opening
from tests.sources import ROOT

MONTH = Path(__file__).parent / "month.py"
ARGUMENT = "  since: {type: month, description: The month to begin with.}\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A copy of the package and its library with the new type, and a released view that has an argument of it."""
    root = tmp_path_factory.mktemp("root")
    for name in ("promptkit", "prompts", "instructions", "evals"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(MONTH, root / "promptkit/arguments")
    promptkit(root, "new", "monthly")
    change(root / "prompts/monthly.yaml", "arguments:\n", f"arguments:\n{ARGUMENT}")
    change(root / "prompts/monthly.yaml", "active users?", "active users since {{ since }}?")
    change(root / "evals/cases/monthly.yaml", "- name: defaults", "- {name: a month, arguments: {since: 2026-11}}")
    promptkit(root, "bump", "monthly", "minor", "--note", "New view.")
    return root


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def environment(root: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(root)}


def promptkit(root: Path, *words: str, code: int = 0) -> str:
    """What a command prints, on both streams."""
    command = [sys.executable, "-m", "promptkit", *words]
    ran = subprocess.run(command, cwd=root, env=environment(root), capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
    return ran.stdout + ran.stderr


def rendered(root: Path, month: str) -> str:
    return promptkit(root, "render", "monthly", "-a", f"since={month}")


def test_check_knows_it(root):
    assert promptkit(root, "check") == "No problems found.\n"


def test_check_refuses_a_default_that_does_not_fit(root, tmp_path):
    shutil.copytree(root, tmp_path / "root")
    change(tmp_path / "root/prompts/monthly.yaml", "type: month,", "type: month, default: 2026-13,")
    assert "the default is 2026-13, but it must be a month such as 2026-11" in promptkit(
        tmp_path / "root", "check", code=1
    )


def test_render_shows_it(root):
    assert "active users since 2026-10?" in rendered(root, "2026-10")


def test_render_refuses_what_does_not_fit(root):
    wrong = promptkit(root, "render", "monthly", "-a", "since=2026-13", code=2)
    assert 'since is "2026-13", but it must be a month such as 2026-11' in wrong


def test_the_prompt_server_takes_it(root):
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "promptkit", "serve"], cwd=root, env=environment(root)
    )

    async def get() -> str:
        async with Client(server) as client:
            return (await client.get_prompt("monthly", {"since": "2026-10"})).messages[0].content.text

    assert anyio.run(get) == rendered(root, "2026-10")


def test_an_export_names_its_blank(root, tmp_path):
    promptkit(root, "export", "claude-project", str(tmp_path / "out"))
    assert "active users since [since]?" in (tmp_path / "out/prompts/portfolio/monthly.md").read_text("utf-8")


@pytest.fixture(scope="module")
def page_of_months(root, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page") / "out"
    promptkit(root, "export", "page", str(folder))
    return folder / "index.html"


def test_the_form_asks_for_it(page_of_months):
    html = page_of_months.read_text("utf-8")
    assert '<input type="month" id="monthly-since" name="since" value=""' in html
    assert '"need":"a month"' in html


def test_the_page_renders_it_as_python_does(root, browser, page_of_months):
    with opening(browser, page_of_months) as open_page:
        page = open_page("#monthly")
        assert page.text_content("#text-monthly") == ""
        page.fill("#monthly-since", "2026-10")
        assert page.text_content("#text-monthly") == rendered(root, "2026-10")
