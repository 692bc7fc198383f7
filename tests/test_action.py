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
    path = variables.pop("BIN", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    environment = {**os.environ, **files, "PATH": path, "RUNNER_TEMP": str(folder), **variables}
    command = ["bash", "-eo", "pipefail", "-c", STEPS[name]["run"]]
    return subprocess.run(
        command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_an_eval_that_fails_fails_the_action_and_still_leaves_its_reports(tmp_path):
    inputs = {
        "PROMPTS": "connection_apps",
        "SERVER": "local",
        "MODEL": "rogue",
        "BASE_URL": "",
        "ARGUMENTS": "--repeats 2",
    }
    assert run_step("Evaluate", tmp_path, **inputs).returncode == 1
    folder = Path((tmp_path / "output").read_text("utf-8").strip().removeprefix("folder="))
    assert run_step("Summarise", tmp_path, FOLDER=str(folder)).returncode == 0
    assert "FAIL" in (tmp_path / "summary").read_text("utf-8")
    assert (folder / "junit.xml").read_text("utf-8").count("<failure ") == 6
    assert {path.suffix for path in folder.iterdir()} == {".xml", ".html", ".sarif", "", ".md"}


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_an_eval_that_never_began_leaves_no_summary(tmp_path):
    assert run_step("Evaluate", tmp_path, **DEFAULTS | {"PROMPTS": "no_such_prompt"}).returncode != 0
    assert run_step("Summarise", tmp_path, FOLDER=str(tmp_path)).returncode == 0
    assert not (tmp_path / "summary").exists()


@pytest.fixture
def stand_in(tmp_path):
    """Puts a program in place of promptkit that keeps its words; what they were in a run of the step, and the run."""
    program = tmp_path / "bin" / "promptkit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\n')
    program.chmod(0o755)

    def run(**inputs):
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        done = run_step("Evaluate", tmp_path, **DEFAULTS | inputs, BIN=path)
        words = tmp_path / "words"
        return done, words.read_text().splitlines() if words.exists() else None

    return run


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    "prompts",
    [
        "connection_apps --model=openai-compatible:m",
        "connection_apps --base-url http://127.0.0.1:9/v1",
        "connection_apps\n--base-url\nhttp://127.0.0.1:9/v1",
        "connection_apps\t--replay\tx",
        "-- --server x",
        "--",
        "-m",
        "connection_apps;id",
        "$(id)",
        "connection_apps\r",
        "*",
        "name@1.0.0",
    ],
)
def test_what_is_no_name_among_the_prompts_is_an_error_before_anything_runs(stand_in, prompts):
    done, words = stand_in(PROMPTS=prompts)
    assert (done.returncode, words) == (2, None)
    assert "The input prompts holds" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_each_input_stays_the_value_of_its_own_option(stand_in):
    _, words = stand_in(
        PROMPTS="merge\nplain_request",
        SERVER="--resume",
        MODEL="--record x",
        BASE_URL="--dask",
        ARGUMENTS="--repeats 5\n--max-cost 10\n",
    )
    assert words[1:3] == ["--server=--resume", "--model=--record x"]
    assert words[-8:] == ["--repeats", "5", "--max-cost", "10", "--base-url=--dask", "--", "merge", "plain_request"]
