"""Every command works on a company's own library, wherever it is named: by an option or by the environment."""

import json
import os
import subprocess
import sys

import pytest
from typer.main import get_command

from promptkit.cli import app
from promptkit.library.scaffold import scaffold
from promptkit.library.store import OWN_LIBRARY, Library
from promptkit.library.versions import Part, release
from tests.sources import subcommands

# They read no prompt, no rule and no case.
WITHOUT = {"connect", "disconnect", "torii", "tools suggest"}
HOSTS = """\
acme-chat:
  title: Our own assistant
  variant: full
  limit: 20000
  paste: Give it to the team that runs it.
"""


@pytest.fixture(scope="module")
def own(library, tmp_path_factory):
    """A company's library with a released view in a group of its own, and a host of its own."""
    made = Library(tmp_path_factory.mktemp("acme"), base=library)
    path = scaffold(made, "acme_apps")[0]
    path.write_text(path.read_text("utf-8").replace("group: portfolio", "group: acme"), "utf-8")
    release(made, "acme_apps", Part.MINOR, "First.")
    (made.root / "groups.yaml").write_text("acme: {label: Our own views}\n", "utf-8")
    made.instructions.mkdir()
    (made.instructions / "hosts.yaml").write_text(HOSTS, "utf-8")
    return made


def run(*words, cwd, **environment):
    command = [sys.executable, "-m", "promptkit", *words]
    return subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, env=os.environ | environment)


def every_command(command, *words):
    below = subcommands(command)
    if not below or getattr(command, "invoke_without_command", False):
        yield " ".join(words), command
    for name, one in below.items():
        yield from every_command(one, *words, name)


COMMANDS = dict(every_command(get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_uses_the_library_has_the_option_and_the_variable(name):
    named = [one for one in COMMANDS[name].params if "--library" in one.opts]
    assert [one.envvar for one in named] == ([] if name in WITHOUT else [OWN_LIBRARY])


def test_the_page_shows_its_views_in_a_group_of_its_own(own, tmp_path):
    assert run("export", "page", "page", "--library", str(own.root), cwd=tmp_path).returncode == 0
    page = (tmp_path / "page" / "index.html").read_text("utf-8")
    assert page.index("<span>Our own views</span>") > page.index("<span>Check the connection</span>")
    assert 'id="view-acme_apps"' in page


@pytest.mark.parametrize("by", ["option", "one word", "environment"])
def test_a_host_of_its_own_is_one_to_export_for(own, tmp_path, by):
    words = {"option": ["--library", str(own.root)], "one word": [f"--library={own.root}"], "environment": []}[by]
    environment = {OWN_LIBRARY: str(own.root)} if by == "environment" else {}
    done = run("export", "acme-chat", "folder", *words, cwd=tmp_path, **environment)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "folder" / "prompts" / "acme" / "acme_apps.md").exists()


def test_a_folder_named_relative_to_here_is_found_and_its_run_merged_and_scored(own, tmp_path):
    (tmp_path / "here").symlink_to(own.root)
    done = run("eval", "acme_apps", "--library", "here", "--out", "run", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["passed"]
    for again in ("merge", "score"):
        assert run("eval", again, "run", "--library", "here", cwd=tmp_path).returncode == 0


def test_what_is_run_again_is_given_the_library_too(own, library):
    assert (library.as_option, own.as_option) == ("", f" --library {own.root}")


@pytest.mark.parametrize(
    ("typed", "environment", "completed"),
    [("show --library {} acme", {}, ["acme_apps"]), ("show acme", {OWN_LIBRARY: "nowhere"}, [])],
)
def test_the_shell_completes_its_names(own, tmp_path, typed, environment, completed):
    words = f"promptkit {typed.format(own.root)}"
    asked = {"_PROMPTKIT_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    program = [sys.executable, "-c", "from promptkit.cli import app; app(prog_name='promptkit')"]
    done = subprocess.run(
        program, capture_output=True, encoding="utf-8", cwd=tmp_path, env=os.environ | asked | environment
    )
    assert (done.stdout.split(), done.stderr) == (completed, "")
