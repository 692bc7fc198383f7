"""What an audit shows in the terminal: the conversations that are not clean, and what the whole means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptkit.audit.audit import Audit, Result
from promptkit.audit.rows import call_lines, closing_line, stamp_lines
from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Block, Cell, Grid, Head, Holds, Line, Lines, Tone
from promptkit.text import sanitized

_HEADS = (Head("verdict", Holds.WORD), Head("where"), Head("why"))
_MAX_ROWS = 200


def screen_of(audit: Audit) -> Iterator[Block]:
    """The audit in blocks, the worst conversations first."""
    worst_first = sorted(audit.results, key=lambda result: -list(Verdict).index(result.verdict))
    if results := [result for result in worst_first if result.verdict is not Verdict.CLEAN]:
        left_out = len(results) - _MAX_ROWS
        rest = f"and {left_out} more; --json has them all." if left_out > 0 else ""
        yield Grid(_HEADS, [_cells(result) for result in results[:_MAX_ROWS]], rest)
    yield Line(closing_line(audit), Tone.GOOD if audit.verdict is Verdict.CLEAN else Tone.BAD)


def _cells(result: Result) -> Sequence[Cell]:
    where = [sanitized(part, 200) for part in (result.path, result.conversation, *stamp_lines(result)) if part]
    return [result.verdict, Lines(where), Lines([sanitized(result.reason, 300), *call_lines(result)])]
