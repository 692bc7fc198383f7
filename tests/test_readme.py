"""The READMEs are true: their commands run, their files are valid, their links lead somewhere."""

import re
import shlex
import subprocess
import sys

import pytest
from typer.main import get_command

from promptkit.cli import app
from promptkit.errors import UsageError
from promptkit.library.profile import load_profile
from promptkit.library.store import Library
from tests.sources import ORDER, ROOT, subcommands

RECIPES = sorted(ROOT.glob("promptkit/**/README.md"))
PAGES = sorted({*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *RECIPES})
README = (ROOT / "README.md").read_text("utf-8")
SHELL = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
# Installing is what .ci/run does with these lines; a server runs until it is stopped; the eval has tests of its own.
NOT_HERE = ("pip ", "promptkit torii", "promptkit eval")
COMMANDS = [line for block in SHELL for line in block.splitlines() if not line.startswith(NOT_HERE)]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readme_runs(command, tmp_path):
    words = shlex.split(command)
    assert words[0] == "promptkit"
    if "--profile" in words:
        write_profile(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout or done.stderr


def test_the_first_command_stands_on_the_first_screen():
    assert README.splitlines().index("```sh") < 25


def test_the_two_commands_of_the_readme_are_what_ci_runs():
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    for command in ("pip install -e . && promptkit eval", "pip install -e '.[test]' && pytest"):
        assert command in README
        assert command in script


def write_profile(folder):
    (folder / "dashboard.yaml").write_text(re.search(r"```yaml\n(.*?)```", README, re.DOTALL).group(1), "utf-8")


def test_the_profile_of_the_readme_is_valid(tmp_path):
    write_profile(tmp_path)
    assert load_profile(tmp_path / "dashboard.yaml", Library(ROOT)).time_zone == "Europe/Berlin"


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.parent.name)
def test_contributors_find_a_recipe_that_fits_on_a_screen(recipe):
    path = recipe.relative_to(ROOT).as_posix()
    assert f"]({path})" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert len(recipe.read_text("utf-8").splitlines()) < 40


def test_the_rooms_of_the_architecture_are_those_of_the_house_in_their_order():
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("| room |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `?([\w ]+)/?`? \|", table, re.MULTILINE) == ORDER


def named_commands(page) -> list[str]:
    """Lines of shell blocks, and commands in the text that have an option or argument."""
    text = page.read_text("utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    return [line for line in lines + re.findall(r"`(promptkit \w+ [^`]+)`", text) if line.startswith("promptkit ")]


@pytest.mark.parametrize("command", sorted({command for page in PAGES for command in named_commands(page)}))
def test_a_command_that_a_page_names_is_one_that_we_have(command):
    words = shlex.split(command.removesuffix(" --help"), comments=True)[1:]
    found = get_command(app)
    while words and words[0] in subcommands(found):
        found = subcommands(found)[words.pop(0)]
    assert getattr(found, "invoke_without_command", True), words
    try:
        found.make_context("", words, resilient_parsing=command.endswith(" --help"))
    except UsageError as error:  # The files of examples are nowhere.
        assert {problem.code for problem in error.problems} == {"no-such-file"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_file_that_a_page_names_exists(page):
    named = re.findall(r"`((?:prompts|instructions|evals|promptkit|tests)/[\w./]+\.\w+)`", page.read_text("utf-8"))
    assert [name for name in named if not re.search("NAME|FAMILY", name) and not (ROOT / name).exists()] == []
