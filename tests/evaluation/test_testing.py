"""The door for people who write tests of their own."""

import re
import subprocess
import sys

import pytest

from promptkit.errors import PromptkitError
from promptkit.evaluation.testing import run_prompt
from promptkit.policy.verdict import Verdict
from tests.sources import ROOT


def test_the_test_of_the_readme_passes_in_an_empty_folder(tmp_path):
    (block,) = re.findall(r"```python\n(.*?)```", (ROOT / "evals" / "README.md").read_text("utf-8"), re.DOTALL)
    (tmp_path / "test_prompts.py").write_text(block, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=120)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_a_model_that_disobeys_does_not_pass():
    results = run_prompt("connection_apps", "rogue")
    assert {result.verdict for result in results} == {Verdict.ATTEMPTED}
    assert not any(result.passed for result in results)


def test_a_name_that_is_not_known_is_a_clear_error():
    with pytest.raises(PromptkitError, match="unknown-prompt"):
        run_prompt("conection_apps")
