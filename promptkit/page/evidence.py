"""The record of an eval -> what the page says about each prompt version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from promptkit.errors import problem

MAX_LINE_BYTES = 64 * 1024 * 1024


class _Line(BaseModel):
    """The few keys that count here; a record holds many more."""

    kind: str
    model: str = ""
    server: str = ""
    prompt: str = ""
    verdict: str = ""
    self_test: bool = False


@dataclass(frozen=True)
class Evidence:
    """What the last eval saw of one prompt version: `clean` of `runs` runs only read."""

    model: str
    server: str
    runs: int
    clean: int

    @property
    def is_analyst(self) -> bool:
        """Whether no language model took part, so that repeats say nothing more."""
        return self.model == "reference"

    @property
    def upper_bound(self) -> float | None:
        """The exact 95 % upper bound of the share of runs that are not clean; None unless all were clean.

        Source: Clopper and Pearson 1934, two-sided, which for 0 of n is 1 - 0.025 ** (1 / n).
        """
        return 1 - 0.025 ** (1 / self.runs) if self.runs and self.clean == self.runs else None


def read_evidence(path: Path) -> Mapping[str, Evidence]:
    """Evidence by `name@version`.

    Args:
        path: a run record, or the folder that holds `run.jsonl`.

    Raises:
        PromptkitError: it cannot be read, or a line is not of a run record; names the line.
    """
    header = _Line(kind="run")
    verdicts: dict[str, list[str]] = defaultdict(list)
    for line in _lines(path / "run.jsonl" if path.is_dir() else path):
        if line.kind == "run":
            header = line
        elif line.kind == "sample" and line.prompt and not line.self_test:
            verdicts[line.prompt].append(line.verdict)
    return {
        prompt: Evidence(header.model, header.server, len(found), found.count("clean"))
        for prompt, found in sorted(verdicts.items())
    }


def _lines(path: Path) -> Iterator[_Line]:
    try:
        with path.open("rb") as file:
            number = 0
            while raw := file.readline(MAX_LINE_BYTES):
                number += 1
                yield _Line.model_validate_json(raw)
    except OSError as error:
        fix = "name the folder of a run, such as runs/20261102T090000Z"
        raise problem("unreadable", f"cannot read it: {error.strerror}", fix, path=str(path)) from error
    except ValidationError as error:
        fix = "name a run record that promptkit eval wrote"
        raise problem("wrong-record", "this line is not of a run record", fix, path=str(path), line=number) from error
