"""Runs our own eval without a language model and keeps what the page says of it: `python -m tests.page.kept_eval`."""

import tempfile
from pathlib import Path

from promptkit.library.store import Library, default_root
from promptkit.page.evidence import read_evidence
from tests.evals import evaluate

HEAD = """# What our last eval without a language model saw of each view: every case on the local Torii.
# The page shows it where no other record is given. Written by: python -m tests.page.kept_eval
"""


def kept(run: Path) -> str:
    """The file that keeps the record of a run."""
    (day,), lines = {one.on for (one,) in read_evidence(run).values()}, []
    for name, (one,) in sorted(read_evidence(run).items()):
        lines.append(f"  {name}: {{runs: {one.runs}, clean: {one.clean}, right: {one.right}}}\n")
    return f"{HEAD}on: {day}\nviews:\n{''.join(lines)}"


if __name__ == "__main__":
    library = Library(default_root())
    with tempfile.TemporaryDirectory() as folder:
        if evaluate(library, *library.prompt_names(), out=Path(folder, "run"), as_json=True):
            raise SystemExit("The eval has failures, so nothing is kept. See them with: promptkit eval")
        text = kept(Path(folder, "run"))
    (library.evals / "baselines/analyst.yaml").write_text(text, encoding="utf-8", newline="\n")
