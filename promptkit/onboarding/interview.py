"""One interview with a person at a terminal: every question once, an answer for each, and a way back to the last one.

Only lines are read and written, so it works in any terminal, over a pipe, and with a screen reader.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from promptkit.errors import PromptkitError
from promptkit.onboarding.draft import Draft, DraftAnswer
from promptkit.onboarding.typed import yes_or_no
from promptkit.text import legible

BACK = "back"
_REST = "all"
_HELP = f"Enter takes the answer in brackets, {BACK} returns to the last question, Ctrl+C stops and keeps your answers."
_LINES_BESIDE = 4
_MAX_CELL = 40
T = TypeVar("T")


class BackRequest(Exception):  # noqa: N818  (somebody wants it, so it is no error)
    """The person wants to go back to the question before."""


@dataclass(frozen=True)
class ShownTable:
    """What a person looks at before they answer: rows under headers, all of them, and a note below."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    @property
    def digest(self) -> str:
        """What stands for it: the same only if everything that is shown is the same."""
        return hashlib.sha256(repr((self.headers, self.rows, self.note)).encode()).hexdigest()[:16]


class Interview:
    """Asks, and asks again until an answer is right.

    An answer that is in the draft is not asked for: so an interview begins where an earlier one stopped, and goes back
    by leaving out the last answer and beginning anew. One that was given for something else than is shown now is only
    offered.

    Args:
        draft: the answers until now; each new one is kept there at once.
        asks: False takes the usual answer to every question.
    """

    def __init__(self, draft: Draft, *, asks: bool) -> None:
        self._draft = draft
        self._asks = asks
        self._console = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())
        self._position = 0
        self._withdrawn: dict[str, str] = {}
        self._said: set[str] = set()

    def say(self, text: str) -> None:
        """Tell the person something."""
        self._console.print(Text(text))

    def say_once(self, text: str) -> None:
        """Tell the person something that stays true when they go back."""
        if text not in self._said:
            self._said.add(text)
            self.say(text)

    def show(self, listing: ShownTable) -> None:
        """Show all rows; on a terminal that is too small for them, page by page."""
        size = len(listing.rows) or 1
        if self._asks and sys.stdin.isatty() and sys.stderr.isatty():
            size = max(self._console.height - _LINES_BESIDE, _LINES_BESIDE)
        start = 0
        while start == 0 or start < len(listing.rows):
            self._console.print(_table(listing, start, start + size))
            start += size
            more = len(listing.rows) - start
            if more > 0 and self._read(f"{more:,} more: Enter for the next, {_REST} for the rest", "") == _REST:
                size = more
        if listing.note:
            self.say(listing.note)

    def begin(self) -> None:
        """Begin with the first question; those that have an answer are passed over."""
        self._position = 0

    def go_back(self) -> None:
        """Take the last answer back, and offer it as the usual one when its question is asked again."""
        last = self._draft.answers.pop(self._position - 1)
        self._withdrawn[last.question] = last.answer
        self._draft.save()

    def resume(self) -> None:
        """If there are answers of an earlier interview, ask whether to go on from them."""
        count = len(self._draft.answers)
        if not count or not self._asks:
            return
        for kept in self._draft.answers:
            self.say(f"  {kept.question} {legible(kept.answer, 200) or '-'}")
        if not self._answer("You gave these answers last time. Go on from them?", "y", yes_or_no):
            self._draft.delete()

    def ask(
        self,
        question: str,
        usual: str,
        parse: Callable[[str], T],
        *,
        listing: ShownTable | None = None,
        is_kept: bool = True,
    ) -> T:
        """The answer to a question, as a value.

        Args:
            question: what the person reads, and what tells it from other questions.
            usual: what Enter stands for; empty if that is no answer, or none at all.
            parse: turns the answer into a value, or raises a `PromptkitError` that says what would be right.
            listing: what is shown first.
            is_kept: whether the answer is good for the next interview as well; going back finds it either way.

        Raises:
            BackRequest: the person wants to go back.
            EOFError: there is nobody to answer.
        """
        if not self._asks:
            return parse(usual)
        seen = listing.digest if listing else ""
        if (kept := self._kept(question, seen)) is not None:
            try:
                value = parse(kept)
                self._position += 1
                return value
            except PromptkitError:
                del self._draft.answers[self._position]
        self.say_once(_HELP)
        if listing:
            self.show(listing)
        value = self._answer(question, self._withdrawn.get(question, usual), parse, seen, passing=not is_kept)
        self._withdrawn.pop(question, None)  # The next question of the same words is another one.
        return value

    def _kept(self, question: str, seen: str) -> str | None:
        """The next answer to this question; those before it are to questions that nobody asks any more."""
        rest = self._draft.answers[self._position :]
        index = next((at for at, kept in enumerate(rest) if (kept.question, kept.seen) == (question, seen)), None)
        if index is None:
            return None
        self._withdrawn |= {kept.question: kept.answer for kept in rest[:index]}
        del self._draft.answers[self._position : self._position + index]
        return rest[index].answer

    def _answer(
        self, question: str, usual: str, parse: Callable[[str], T], seen: str | None = None, *, passing: bool = False
    ) -> T:
        while True:
            typed = self._read(question, usual)
            try:
                value = parse(typed)
            except PromptkitError as error:
                self.say("\n".join(f"  {problem.message}: {problem.fix}." for problem in error.problems))
                continue
            if seen is not None:
                self._draft.answers.insert(self._position, DraftAnswer(question, seen, typed, passing))
                self._draft.save()
                self._position += 1
            return value

    def _read(self, question: str, usual: str) -> str:
        shown = f" [{legible(usual, 200)}]" if usual else ""
        while True:
            self._console.print(Text(f"{question}{shown} "), end="", soft_wrap=True)
            typed = self._line() or usual
            if typed != BACK:
                return typed
            if self._position:
                raise BackRequest
            self.say("This is the first question.")

    def _line(self) -> str:
        try:
            line = input().strip()
        except (EOFError, KeyboardInterrupt):
            self.say("")  # What is said next must not stand on the line of the question.
            raise
        if not sys.stdin.isatty():
            self.say(legible(line, 200))  # A terminal shows what is typed.
        return line


def _table(listing: ShownTable, start: int, end: int) -> Table:
    """Some of the rows; where they are not all, in columns that are as wide on every page."""
    is_page = end - start < len(listing.rows)
    table = Table(box=None, header_style="bold")
    for index, header in enumerate(listing.headers):
        widest = max([cell_len(header), *(cell_len(row[index]) for row in listing.rows)])
        table.add_column(Text(header), overflow="fold", min_width=min(widest, _MAX_CELL) if is_page else None)
    for row in listing.rows[start:end]:
        table.add_row(*map(Text, row))
    return table
