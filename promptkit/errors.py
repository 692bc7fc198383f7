"""What can be wrong, where, and how to fix it. Imports nothing of ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in a file or an argument.

    `path` is as the user wrote it, or empty where no file is at fault; `line` and `column` count from 1, 0 is the whole
    file. `code` is stable and listed in promptkit/PROBLEMS.md. `fix` says what to do, in the imperative.
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
    """One or more problems in what the user gave us; the command ends with exit code 1."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    @classmethod
    def of(cls, code: str, message: str, fix: str, *, path: str = "", line: int = 0, column: int = 0) -> Self:
        """An error that holds one problem, ready to raise."""
        return cls([Problem(path, line, column, code, message, fix)])

    def __reduce__(self) -> tuple[type[PromptkitError], tuple[tuple[Problem, ...]]]:
        """What another process needs to raise it anew."""
        return type(self), (self.problems,)


class UsageError(PromptkitError):
    """The command was called in a way it cannot follow; it ends with exit code 2."""


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """The fix for a word that is not known: to write the one most like it, or `otherwise` where none is like it."""
    near = get_close_matches(word, list(known), 1)
    return f"write {near[0]}" if near else otherwise
