"""Progress bars on stderr, where it is a terminal; nothing where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

OnProgress = Callable[[int, int], None]


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Bars with a description and how many of how many; they disappear at the end."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield progress


@contextmanager
def calls_bar(progress: Progress, name: str) -> Iterator[OnProgress]:
    """A bar for the calls of one view; call the function with how many were made, and how many are known."""
    bar = progress.add_task(name, total=None)
    yield lambda made, known: progress.update(bar, completed=made, total=known)
    progress.remove_task(bar)
