"""The file that makes a container: it takes what the wheel needs, and its server is nobody in particular."""

import re
import tomllib

from tests.sources import ROOT

TEXT = (ROOT / "Containerfile").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def instructions(name):
    """What follows an instruction of that name, in the order of the file, with its continued lines."""
    return re.findall(rf"^{name} (.*(?:\\\n.*)*)", TEXT, re.MULTILINE)


def test_a_container_is_made_from_all_that_the_wheel_takes_and_from_nothing_else():
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    project = PROJECT["project"]
    taken = {*wheel["packages"], *wheel["force-include"], project["readme"], *project["license-files"]}
    copied = {source for words in instructions("COPY") if "--from" not in words for source in words.split()[:-1]}
    assert copied == taken | {"pyproject.toml"}


def test_what_is_installed_is_an_extra_of_ours():
    (names,) = re.findall(r"'\.\[(.*)\]'", TEXT)
    assert set(names.split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_the_server_of_a_container_has_no_privileges():
    (user,) = instructions("USER")
    assert int(user) > 0


def test_a_container_holds_no_secret_and_takes_none_while_it_is_made():
    assert instructions("ARG") == []
    assert re.findall(r"(?i)token|secret|password|_key", TEXT) == []
