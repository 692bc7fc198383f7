"""An author follows prompts/README.md in an empty folder, from nothing to a released view on the page."""

import os
import re
import subprocess
import sys

import pytest

from tests.sources import ROOT

SITTING = (ROOT / "prompts/README.md").read_text("utf-8").partition("in one sitting\n")[2].partition("\n### ")[0]
PROMPTKIT = f"promptkit() {{ '{sys.executable}' -P -m promptkit \"$@\"; }}\n"
COMMITTER = {f"GIT_{who}_{what}": "someone" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def steps():
    """What a shell runs: the blocks of the page as they follow each other, and its changes applied."""
    for kind, text in re.findall(r"```(sh|diff)\n(.*?)```", SITTING, re.DOTALL):
        if kind == "diff":
            yield f"git apply <<'CHANGES'\n{text}CHANGES\n"
        else:
            # What it installs is this checkout.
            yield "".join(line for line in text.splitlines(keepends=True) if not line.startswith("pip "))


@pytest.mark.skipif(sys.platform == "win32", reason="the page is for a POSIX shell")
def test_every_step_of_the_sitting_works(tmp_path):
    script = PROMPTKIT + "".join(steps())
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=tmp_path, env=os.environ | COMMITTER, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("No problems found.") == 2
    assert "PASS  1 of 1 clean and correct." in done.stdout
    assert "acme_apps@1.0.0\n" in done.stdout
    page = (tmp_path / "acme-views" / "page" / "index.html").read_text("utf-8")
    assert "Which apps do many of us use, and for what?" in page
    assert "Which apps many of us use, with their category." in page
