"""The analyst: answers a view from read tools by its recipe, without a model.

Its script is a generator, so that the caller stays in charge of the calls: it yields a `Batch` of calls that may be
made at once, is sent the `Reply` to each in the same order, and so on; finally it returns what was `Answered`.
"""

from __future__ import annotations

import datetime
import math
import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple

from promptkit.answering.contract import Figures, Rows, write_answer
from promptkit.answering.figures import figures
from promptkit.answering.list_reader import Reply
from promptkit.answering.offer import Offer
from promptkit.answering.query import Values, bind, load_scoring, make_steps, make_totals, remarks, tables_of
from promptkit.answering.reading import RecipeReader
from promptkit.answering.table_reader import Batch
from promptkit.arguments.organizational_view import chosen_view
from promptkit.language import Says, words_of
from promptkit.library.recipe import Recipe, parameters
from promptkit.model import DEFAULT_PROFILE, Profile, Prompt, Scalar, Scoring, ToolCall
from promptkit.transcript import CallState

NO_AGE_SECONDS = 60
"""Reads that are not older than this count as made now."""


class MadeCall(NamedTuple):
    """One call that was made for an answer, what became of it, and how many rows came.

    `problem` is the text of a call that failed or was refused, empty otherwise.
    """

    call: ToolCall
    state: CallState
    rows: int = 0
    problem: str = ""


@dataclass(frozen=True)
class Answered:
    """An answer as text in the contract's form and as figures; `gaps` says what could not be read, empty if nothing.

    `remarks` are the sentences before the tables, `evidence` the lines after them by label, and `stamp` the last line.
    `calls` are the calls that were made for it, in order.
    """

    text: str
    figures: Figures
    gaps: str = ""
    remarks: Sequence[str] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)
    stamp: str = ""
    calls: Sequence[MadeCall] = ()


Script = Generator[Batch, Sequence[Reply], Answered]


@dataclass(frozen=True)
class Analyst:
    """Reads everything that a recipe asks for, computes with SQL, and writes the answer contract.

    `stamp` is the last line of the answer; `today` is the tenant's day.
    """

    prompt: Prompt
    recipe: Recipe
    values: Mapping[str, Scalar]
    today: datetime.date
    stamp: str
    profile: Profile = DEFAULT_PROFILE
    scoring: Scoring | None = None

    def script(self, offer: Offer | None = None) -> Script:
        """Yield calls that may be made at once, be sent their replies in the same order, and return the answer.

        Args:
            offer: what the server offers. With it, lists are read in the largest pages that there are, and nothing is
                asked for that the server lacks; without it, each call is as the recipe has it.
        """
        with closing(sqlite3.connect(":memory:")) as connection:
            if self.scoring:
                load_scoring(connection, self.scoring)
            view = chosen_view(self.prompt.arguments, self.values, self.profile)
            given = parameters(self.prompt.arguments, self.values, self.today, view)
            values = bind(connection, self.recipe.bind, given)
            make_totals(connection)
            reader = RecipeReader(connection, self.recipe, values, view, offer)
            yield from reader.batches()
            make_steps(connection, self.recipe.steps, values)
            return self._answered(connection, values, reader, offer)

    def _answered(
        self, connection: sqlite3.Connection, values: Values, reader: RecipeReader, offer: Offer | None
    ) -> Answered:
        answer = self.prompt.answer
        computed = figures(connection, answer, self.recipe.tables, self.recipe.totals, values)
        sentences = remarks(connection, self.recipe.remarks, values)
        lacking = offer.in_words(reader.lacks) if offer else []
        told = "; ".join([*lacking, *(covered.gap for covered in reader.coverage if covered.gap)])
        gaps = "; ".join(dict.fromkeys(told.split("; ")))  # Several reads may share a reason.
        if gaps:
            # A total or a remark over incomplete rows would be wrong, as would a table over rows of which none came.
            computed, sentences = Figures(self._readable(connection, computed.tables, values, reader), {}), []
        evidence = self._evidence(reader, gaps)
        text = write_answer(answer, computed, evidence, self.stamp, sentences, words=words_of(self.prompt))
        return Answered(text, computed, gaps, sentences, evidence, self.stamp)

    def _readable(
        self, connection: sqlite3.Connection, tables: Sequence[Rows], values: Values, reader: RecipeReader
    ) -> tuple[Rows, ...]:
        """The tables, without rows where they are computed from something of which nothing could be read."""
        hollow = set() if self.recipe.partial else reader.hollow
        for step, query in self.recipe.steps.items():
            hollow.update([step] if tables_of(connection, query, values) & hollow else [])
        return tuple(
            [] if tables_of(connection, query, values) & hollow else rows
            for query, rows in zip(self.recipe.tables, tables, strict=True)
        )

    def _evidence(self, reader: RecipeReader, gaps: str) -> dict[str, str]:
        says = words_of(self.prompt).says
        return {
            "Tools": ", ".join(dict.fromkeys(covered.tool for covered in reader.coverage)),
            "Rows": "; ".join(covered.told(says) for covered in reader.coverage),
            "As of": f"{self.today.isoformat()} ({self.profile.time_zone}){_age(reader.oldest_seconds, says)}",
            "Filters": "; ".join(f"{name} = {value}" for name, value in self.values.items()) or says.none,
            "Method": self.recipe.method,
            "Gaps": gaps or says.none,
        }


def _age(seconds: float, says: Says) -> str:
    """How old the oldest read is, unless it was made now."""
    if seconds < NO_AGE_SECONDS:
        return ""
    minutes = math.ceil(seconds / 60)
    return (says.minute_old if minutes == 1 else says.minutes_old).format(count=minutes)
