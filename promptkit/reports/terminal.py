"""Blocks in a terminal: tables that fit its width, colours for verdicts, and no control characters from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Block, Bullets, Cell, Grid, Head, Holds, Line, Lines, Tone
from promptkit.reports.text import plain


def print_blocks(blocks: Iterable[Block], console: Console) -> None:
    """Print blocks one below the other, with no space between them except for blank lines."""
    for block in blocks:
        for part in _parts(block):
            console.print(part)


def _parts(block: Block) -> Iterator[RenderableType]:
    match block:
        case Line():
            yield Text(plain(block.text), _tone_style(block.tone))
        case Grid():
            yield _table(block)
            yield from _rest(block.rest)
        case Bullets():
            yield from _bullets(block)
        case _:
            assert_never(block)


def _rest(rest: str) -> Iterator[Text]:
    if rest:
        yield Text(f"… {plain(rest)}")


def _bullets(bullets: Bullets) -> Iterator[RenderableType]:
    if bullets.heading:
        yield Text(plain(bullets.heading), "bold")
    for item in bullets.items:
        yield Text(plain(f"{item.name} {item.text}".rstrip()), _tone_style(bullets.tone))
        yield from (_indented(detail) for detail in item.details)
    yield from _rest(bullets.rest)


def _indented(text: str, style: str = "") -> Padding:
    return Padding(Text(plain(text), style), (0, 0, 0, 2), expand=False)


def _table(grid: Grid) -> Table:
    is_wide = any(head.holds is Holds.MAIN for head in grid.heads)
    table = Table(box=None, pad_edge=False, header_style="bold", expand=is_wide)
    for head in grid.heads:
        _add_column(table, head)
    for row in grid.rows:
        table.add_row(*map(_cell, row))
    return table


def _add_column(table: Table, head: Head) -> None:
    match head.holds:
        case Holds.TEXT:
            table.add_column(head.name, overflow="fold")
        case Holds.MAIN:
            table.add_column(head.name, overflow="fold", ratio=1)
        case Holds.WORD:
            table.add_column(head.name, no_wrap=True)
        case Holds.NUMBER:
            table.add_column(head.name, no_wrap=True, justify="right")
        case _:
            assert_never(head.holds)


def _cell(cell: Cell) -> RenderableType:
    match cell:
        case Verdict():
            return Text(cell, _verdict_style(cell))
        case str():
            return Text(plain(cell))
        case Lines():
            text = Text("\n".join(map(plain, cell.lines)))
            return Group(text, *(_indented(line, "dim") for line in cell.small)) if cell.small else text
        case _:
            assert_never(cell)


def _verdict_style(verdict: Verdict) -> str:
    match verdict:
        case Verdict.CLEAN:
            return "green"
        case Verdict.ATTEMPTED | Verdict.INCONCLUSIVE:
            return "yellow"
        case Verdict.VIOLATION:
            return "bold red"
        case _:
            assert_never(verdict)


def _tone_style(tone: Tone) -> str:
    match tone:
        case Tone.PLAIN:
            return ""
        case Tone.STRONG:
            return "bold"
        case Tone.GOOD:
            return "green"
        case Tone.WARNING:
            return "yellow"
        case Tone.BAD:
            return "bold red"
        case _:
            assert_never(tone)
