"""What can be wrong, where, and how to fix it, a library that is missing too. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Self

# A slip of one or two letters is nearer; list_users is not what somebody meant by list_vendors.
_NEAR = 0.74


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a file or an argument.

    `path` is as the user wrote it, or empty if no file is at fault; `line` and `column` count from 1, and 0 means the
    whole file. `code` is stable and listed in promptkit/PROBLEMS.md. `fix` says what to do, in the imperative.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    fix: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        lead = f"{place}: " if place else ""
        return f"{lead}[{self.code}] {self.message}\n    fix: {self.fix}"


class PromptkitError(Exception):
    """One or more problems in what the user gave us; the command exits with 1."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def of(cls, code: str, message: str, fix: str, *, path: str = "", line: int = 0, column: int = 0) -> Self:
        """An error that holds one problem, ready to raise."""
        return cls([Problem(path, line, column, code, message, fix)])

    def __reduce__(self) -> tuple[type[PromptkitError], tuple[tuple[Problem, ...]]]:
        """What another process needs to raise it again."""
        return type(self), (self.problems,)


class UsageError(PromptkitError):
    """The command was called wrongly; it exits with 2.

    What stands on the command line is wrong by itself: an option, a name, a value, or a path where nothing is, or
    something that may not be overwritten. What is wrong in a file, or with a server, is no matter of usage.
    """


@dataclass
class Collector:
    """Gathers the problems of several files, so that one file with problems does not hide those of the next.

    collector = Collector()
    for path in paths:
        with collector.collect():
            load(path)
    collector.raise_any()
    """

    problems: list[Problem] = field(default_factory=list)

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Keep the problems that the block raises, and continue after it."""
        try:
            yield
        except PromptkitError as error:
            self.problems += error.problems

    def raise_any(self) -> None:
        """Raise all problems together.

        Raises:
            PromptkitError: there are some.
        """
        if self.problems:
            raise PromptkitError(self.problems)


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """The fix for an unknown word: write the closest known one, or `otherwise` if none is close."""
    near = get_close_matches(word, list(known), 1, _NEAR)
    return f"write {near[0]}" if near else otherwise


def extra(module: str, name: str) -> ModuleType:
    """Import a module of an optional library, or one of ours that imports such a library.

    Args:
        module: its full name.
        name: the extra that installs what it needs.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        fix = f"run: pip install 'torii-promptkit[{name}]'"
        raise UsageError.of("missing-extra", f"this needs {error.name}, which is not installed", fix) from error
