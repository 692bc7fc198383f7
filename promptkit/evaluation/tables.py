"""Statistics of a run as tables for the terminal: bounds, repeats that a claim needs, changes, what a rule is worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from promptkit.evaluation.plan import Sample
from promptkit.evaluation.statistics import Comparison, SampleGroup, runs_for
from promptkit.text import sanitized


def print_groups(groups: Sequence[SampleGroup], console: Console) -> None:
    """How often each group failed, and how often it may fail at most."""
    if not groups:
        return
    console.print(Text(f"Failures under instructions {groups[0].instructions[:14]}, 95 % exact", "bold"))
    rows = [
        (
            one.model,
            one.subject + (f" without {one.without}" if one.without else ""),
            f"{one.failures} of {one.runs}",
            f"{one.failures / one.runs:.1%}",
            f"{one.upper_bound:.1%}",
            f"{one.pass_all:.0%}",
        )
        for one in groups
    ]
    _print(("model", "prompt or family", "failures", "rate", "at most", "pass^k"), rows, console)


def print_changes(changes: Sequence[Comparison], names: tuple[str, str, str], console: Console) -> None:
    """Two sets of samples side by side. `names` are the headings of what differs, of before and of after."""
    console.print(Text(f"Failures {names[1]} and {names[2]}", "bold"))
    rows = [
        (
            one.model,
            one.subject,
            f"{one.failures_before} of {one.runs_before}",
            f"{one.failures} of {one.runs}",
            f"{one.p:.3f}" + (" *" if one.is_regression else ""),
        )
        for one in changes
    ]
    _print(("model", *names, "p"), rows, console)
    told = "* fails" if any(one.is_regression for one in changes) else "Nothing here fails"
    console.print(Text(f"{told} more often than chance explains (Fisher's exact test, false discoveries controlled)."))


def print_plan(samples: Sequence[Sample], rate: float, console: Console) -> None:
    """The repeats that each prompt and family needs for the claim that it fails in at most `rate` of its runs."""
    needed = runs_for(rate)
    console.print(Text(f"{needed:,} runs without a failure show a rate of at most {rate:.3%} (95 %, exact)."))
    subjects = Counter(sample.scenario.id.split("/")[0] for sample in samples)
    rows = [(name, str(number), f"{-(-needed // number):,}") for name, number in subjects.items()]
    _print(("prompt or family", "samples", "--repeats"), rows, console)


def _print(names: Sequence[str], rows: Sequence[Sequence[str]], console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, name in enumerate(names):
        table.add_column(name, justify="left" if index < 2 else "right", overflow="fold")
    for row in rows:
        table.add_row(*(Text(sanitized(cell, 120)) for cell in row))
    console.print(table)
