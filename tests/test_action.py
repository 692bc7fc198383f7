"""The GitHub action: its options are those of the command line, and its steps run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML

from promptkit.cli import app
from tests.sources import ROOT

ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))
DEFAULTS = {name.upper().replace("-", "_"): given["default"] for name, given in ACTION["inputs"].items()}
STEPS = {step.get("name"): step for step in ACTION["runs"]["steps"]}


def test_its_options_are_those_of_the_command_line():
    command = typer.main.get_command(app).commands["eval"]
    known = {option for parameter in command.params for option in parameter.opts}
    used = set(re.findall(r"(--[a-z-]+)", STEPS["Evaluate"]["run"] + ACTION["inputs"]["arguments"]["description"]))
    assert used - known == set()


def test_each_input_is_used_and_none_is_part_of_a_script():
    text = (ROOT / "action.yml").read_text("utf-8")
    assert set(re.findall(r"inputs\.([a-z-]+)", text)) == set(ACTION["inputs"])
    assert [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")] == []


def run_step(name, folder, **variables):
    files = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **files, "PATH": path, "RUNNER_TEMP": str(folder), **variables}
    command = ["bash", "-eo", "pipefail", "-c", STEPS[name]["run"]]
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True).returncode


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_an_eval_that_fails_fails_the_action_and_still_leaves_its_reports(tmp_path):
    inputs = {
        "PROMPTS": "connection_apps",
        "SERVER": "local",
        "MODEL": "rogue",
        "BASE_URL": "",
        "ARGUMENTS": "--repeats 2",
    }
    assert run_step("Evaluate", tmp_path, **inputs) == 1
    folder = Path((tmp_path / "output").read_text("utf-8").strip().removeprefix("folder="))
    assert run_step("Summarise", tmp_path, FOLDER=str(folder)) == 0
    assert "FAIL" in (tmp_path / "summary").read_text("utf-8")
    assert (folder / "junit.xml").read_text("utf-8").count("<failure ") == 6
    assert {path.suffix for path in folder.iterdir()} == {".xml", ".html", ".sarif", "", ".md"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_an_eval_that_never_began_leaves_no_summary(tmp_path):
    assert run_step("Evaluate", tmp_path, **DEFAULTS | {"PROMPTS": "no_such_prompt"}) != 0
    assert run_step("Summarise", tmp_path, FOLDER=str(tmp_path)) == 0
    assert not (tmp_path / "summary").exists()
