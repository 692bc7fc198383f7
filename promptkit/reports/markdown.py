"""Markdown for the summary of a job. Text from outside is shown, but its links, images and HTML do not work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import assert_never

from promptkit.reports.blocks import Block, Bullets, Cell, Grid, Head, Holds, Item, Line, Lines
from promptkit.reports.rows import Report
from promptkit.reports.text import plain

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&:@/-])")


def write(report: Report) -> str:
    """The title and body of the report as Markdown, with a blank line between blocks."""
    return "\n\n".join([f"# {report.title}", *("\n".join(_lines(block)) for block in report.body)]) + "\n"


def escaped(text: str) -> str:
    """Markdown that shows the text and does nothing else."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Line():
            yield escaped(block.text)
        case Grid():
            yield from _table(block)
        case Bullets():
            yield from _bullets(block)
        case _:
            assert_never(block)


def _table(grid: Grid) -> Iterator[str]:
    yield _row(head.name for head in grid.heads)
    yield f"|{'|'.join(map(_alignment, grid.heads))}|"
    yield from (_row(escaped(_text(cell)) for cell in row) for row in grid.rows)
    if grid.rest:
        yield from ("", escaped(grid.rest))


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _alignment(head: Head) -> str:
    return "--:" if head.holds is Holds.NUMBER else "---"


def _text(cell: Cell) -> str:
    return "; ".join([*cell.lines, *cell.small]) if isinstance(cell, Lines) else cell


def _bullets(bullets: Bullets) -> Iterator[str]:
    if bullets.heading:
        yield from (f"## {escaped(bullets.heading)}", "")
    for item in bullets.items:
        yield _item(item)
        yield from (f"  - {escaped(detail)}" for detail in item.details)
    if bullets.rest:
        yield f"- {escaped(bullets.rest)}"


def _item(item: Item) -> str:
    return f"- **{escaped(item.name)}**" + (f" {escaped(item.text)}" if item.text else "")
