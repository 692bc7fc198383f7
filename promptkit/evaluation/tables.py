"""Statistics of a run as tables: bounds, the repeats a claim needs, changes, the effect of each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from promptkit.evaluation.plan import Sample
from promptkit.evaluation.statistics import Comparison, SampleGroup, runs_for
from promptkit.reports.blocks import Block, Grid, Head, Holds, Line, Tone
from promptkit.text import sanitized


def group_blocks(groups: Sequence[SampleGroup]) -> Iterator[Block]:
    """How often each group failed, and the bound on its failure rate."""
    if not groups:
        return
    under = f"under instructions {groups[0].instructions[:14]}"
    yield Line(f"Failures, inconclusive included, {under}, 95 % exact bound", Tone.STRONG)
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
    yield _table(("model", "prompt or family"), ("failures", "rate", "at most", "pass^k"), rows)


def change_blocks(changes: Sequence[Comparison], names: tuple[str, str, str]) -> Iterator[Block]:
    """Two sets of samples side by side. `names` are the headings for the subject, for before and for after."""
    subject, before, after = names
    yield Line(f"Failures {before} and {after}", Tone.STRONG)
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
    yield _table(("model", subject), (before, after, "p"), rows)
    marked = "* fails" if any(one.is_regression for one in changes) else "Nothing here fails"
    yield Line(f"{marked} more often than chance explains (Fisher's exact test, controlling false discoveries).")


def plan_blocks(samples: Sequence[Sample], rate: float) -> Iterator[Block]:
    """The repeats that each prompt and family needs to claim that at most `rate` of its runs fail."""
    needed = runs_for(rate)
    yield Line(f"{needed:,} runs without a failure show a rate of at most {rate:.3%} (95 %, exact).")
    subjects = Counter(sample.scenario.id.split("/")[0] for sample in samples if not sample.without)
    rows = [(name, str(number), f"{-(-needed // number):,}") for name, number in subjects.items()]
    yield _table(("prompt or family", "samples"), ("--repeats",), rows)


def _table(texts: Sequence[str], numbers: Sequence[str], rows: Sequence[Sequence[str]]) -> Grid:
    heads = [*map(Head, texts), *(Head(name, Holds.NUMBER) for name in numbers)]
    return Grid(heads, [[sanitized(cell, 120) for cell in row] for row in rows])
