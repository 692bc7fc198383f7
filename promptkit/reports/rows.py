"""What a report holds: a row for each result, which every format can write, and blocks for people to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Block


@dataclass(frozen=True)
class Place:
    """Where something is: a file, its line if it has lines, and `name` for a place that has no line number."""

    path: str
    line: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Alert:
    """One thing that is wrong. Code scanning shows it without its row, so the message names what it is about.

    `around` is what stands around the place, in a few words.
    """

    rule: str
    message: str
    place: Place | None = None
    around: str = ""


@dataclass(frozen=True)
class Row:
    """One result: a sample of an eval, a conversation of an audit, or a check of the whole.

    Texts may come from outside, so each format escapes them. `reason`, `lines` and `alerts` all say what is wrong: in
    short, in full, and one by one.

    Args:
        group: the group it is counted in: a model, or a file.
        subject: what was examined: a prompt version, a family of attacks, or a file.
        name: identifies the row within its group.
        verdict: its verdict.
        passed: whether it is clean and every assertion about it holds.
        reason: why it has this verdict, or does not pass, in one sentence.
        rule: the rule that decided; empty if several did.
        lines: everything that is wrong, one thing per line.
        alerts: everything that is wrong, each thing with its place.
        calls: the number of tool calls.
        seconds: wall time; None if it was not measured.
        replayed: the origin of the cassette whose turns were replayed; empty if there was none.
        scores: what each score of it came to, in a word; empty where it has none.
        slips: what is wrong and does not keep it from passing, each thing with its place.
        is_experiment: whether it is no test: it neither fails nor counts, whatever its verdict.
    """

    group: str
    subject: str
    name: str
    verdict: Verdict
    passed: bool
    reason: str = ""
    rule: str = ""
    lines: Sequence[str] = ()
    alerts: Sequence[Alert] = ()
    calls: int = 0
    seconds: float | None = None
    replayed: str = ""
    scores: Mapping[str, str] = field(default_factory=dict)
    slips: Sequence[Alert] = ()
    is_experiment: bool = False


@dataclass(frozen=True)
class Page:
    """A special template for the HTML page: it extends `report.html.j2` with what only this report has.

    Args:
        template: its file; templates that it includes are in the same folder.
        script: the page's only script; None if it has none.
        values: returns the template's values besides the report. It is called only when the page is written, because
            reading whole conversations takes time.
    """

    template: Path
    script: Path | None
    values: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Report:
    """Everything that an eval or an audit found.

    Args:
        tool: the command that found it, such as `promptkit eval`.
        title: our own words; formats write it unchanged.
        verdict: the verdict on everything.
        passed: whether everything is clean and complete, and every row passes.
        rows: the results, those of one group together.
        checks: what must hold for the whole besides its rows; if one fails, no row proves anything.
        body: the text for people.
        rules: a sentence on what each rule in an alert means, if there is one.
        replayed: a sentence about rows for which no model was asked; empty if there are none.
        page: what the HTML page has in addition.
    """

    tool: str
    title: str
    verdict: Verdict
    passed: bool
    rows: Sequence[Row]
    body: Sequence[Block]
    checks: Sequence[Row] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    replayed: str = ""
    page: Page | None = None

    @property
    def summary(self) -> dict[Verdict, int]:
        """How many rows have each verdict, experiments left out."""
        counts = Counter(row.verdict for row in self.rows if not row.is_experiment)
        return {verdict: counts[verdict] for verdict in Verdict}
