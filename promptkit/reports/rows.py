"""What a report holds: a row for each result, which every format can write, and what people read beside them."""

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
    """Where something stands: a file, its line where it has lines, and `name` for a place that no line number says."""

    path: str
    line: int | None = None
    name: str = ""


@dataclass(frozen=True)
class Alert:
    """One thing that is wrong, as code scanning shows it: apart from its row, so the message names what it is about."""

    rule: str
    message: str
    place: Place | None = None


@dataclass(frozen=True)
class Row:
    """One result: a sample of an eval, a conversation of an audit, or a check of the whole.

    Texts may come from outside: whoever writes them escapes them. `reason`, `lines` and `alerts` say what is wrong
    three times: in short, in full, and each thing alone.

    Args:
        group: what it is counted with: a model, or a file.
        subject: what was looked at: a prompt version, a family of attacks, or a file.
        name: tells it from every other row of its group.
        verdict: what it shows.
        passed: whether it is clean and everything claimed of it holds.
        reason: why it has this verdict, or does not pass, in one sentence.
        rule: the rule that decided; empty where several did.
        lines: what is wrong with it, a line each.
        alerts: what is wrong with it, each alone and with its place.
        calls: how many tools were called.
        seconds: wall time; None where nobody measured it.
        replayed: the origin of the cassette whose turns it shows; empty if there is none.
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


@dataclass(frozen=True)
class Page:
    """A template of one's own for the HTML page: it extends `report.html.j2` and has what only this report has.

    Args:
        template: its file; others that it includes lie beside it.
        script: the one script of the page; None if it has none.
        values: makes what the template is given beside the report. It is called only when the page is written, since
            reading whole conversations takes time.
    """

    template: Path
    script: Path | None
    values: Callable[[], Mapping[str, Any]]


@dataclass(frozen=True)
class Report:
    """All that an eval or an audit found.

    Args:
        tool: the command that found it, such as `promptkit eval`.
        title: in our own words; formats write it as it is.
        verdict: of the whole.
        passed: whether all of it is clean and whole, and every row passes.
        rows: the results, those of one group together.
        checks: what must hold of the whole beside its rows; if one does not, no row proves anything.
        body: what people read.
        rules: what each rule of an alert means, where a sentence says so.
        replayed: says of the rows that no model was asked for; empty when there are none.
        page: what the HTML page has beyond all this.
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
        """How many rows have each verdict."""
        counts = Counter(row.verdict for row in self.rows)
        return {verdict: counts[verdict] for verdict in Verdict}
