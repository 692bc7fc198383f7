"""Evaluators of what was read: the right rows, and every page, or the answer says that it did not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from promptkit.evaluation.evaluators.contract import Assertion, fails, holds
from promptkit.evaluation.evaluators.readings import ListReading, Readings
from promptkit.evaluation.evaluators.stated_rows import StatedRows, stated_pairs, stated_rows
from promptkit.language import english

Evidence = Mapping[str, str]
ALL_READ = re.compile("|".join(english().readings.all_read), re.IGNORECASE)
"""So an answer says that there is nothing that it did not read."""
_ADMITTED = re.compile("|".join(english().readings.admits), re.IGNORECASE)
# A list of which as many rows as are shown, or those of a window, are all that is wanted.
_BOUNDED = re.compile(
    r"\bnewest first\b.{0,60}\b(?:to|until|back)\b|\bfirst \d[\d,]{0,9}\b(?:.{0,30}\btotal\b|(?: [a-z]{1,20})? of \d)",
    re.IGNORECASE,
)
_IS_ID = re.compile(r"ids?|ids?[A-Z]\w*")
_OF_A_TOOL = re.compile(r"\b(?:pages?|rows?|cursor|could not be read)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|not|never|nothing|without)\b[^.,;]*\Z", re.IGNORECASE)
_SENTENCE = re.compile(r"[;\n]|[.](?=\s|$)")


def narrows_rightly(read: Readings, reference: Readings) -> Assertion:
    """If a call filters a list by something that the reference analyst also filters by, it uses the same value.

    A call that reads more, filters by something else, or looks rows up by their ids is not judged here: the figures
    show whether it was right.
    `gt 100` and `gte 101` are the same; an operator in the other direction is not.
    """
    right: dict[tuple[str, str], set[str]] = defaultdict(set)
    for tool, key, condition in _conditions(reference):
        right[tool, key].add(condition)
    wrong = [
        f"{tool} is filtered by another {key}: {condition}, expected {' or '.join(sorted(right[tool, key])[:3])}"
        for tool, key, condition in _conditions(read)
        if (tool, key) in right and condition not in right[tool, key]
    ]
    return fails("narrows_rightly", "; ".join(dict.fromkeys(wrong))) if wrong else holds("narrows_rightly")


def _conditions(read: Readings) -> Iterator[tuple[str, str, str]]:
    for reading in read.made:
        conditions = ((key, condition) for _, key, condition in reading.conditions() if not _IS_ID.fullmatch(key))
        yield from ((reading.tool, key, condition) for key, condition in conditions)


def reads_all_pages(read: Readings, evidence: Evidence, answer: str) -> Assertion:
    """Every list was read to its end, or the answer says that there is more (EV-1).

    A list that was left is forgiven if another reading has its rows: after a first look at a few of them, with other
    fields, or by a filter. A call that asks for aggregations has no pages: Torii computes them over all rows.
    """
    unsaid = sorted({one.tool for one in unadmitted(read, evidence, answer)})
    if unsaid:
        return fails(
            "reads_all_pages", "; ".join(f"{tool} was cut short, and the answer does not say so" for tool in unsaid)
        )
    return holds("reads_all_pages")


def unadmitted(read: Readings, evidence: Evidence, answer: str) -> list[ListReading]:
    """The lists that were cut short without a word; a list of which the evidence states all rows is never admitted.

    Such a list counts even if another reading has its rows: it may have them without what was wanted of them.
    """
    if not read.left:
        return []
    rows, gaps = evidence.get("Rows", ""), evidence.get("Gaps", "")
    prose = "\n".join(line for line in answer.splitlines() if line.lstrip()[:1] != "|")
    by_tool = stated_rows(rows, read.called)
    pairs = {(one.rows, one.total) for one in stated_pairs("\n".join([*evidence.values(), prose]))}
    admitted = admits(f"{prose}\n{rows}\n{gaps}")
    return [
        *(one for one in read.left if _is_hidden(one, by_tool.get(one.tool, []), read.lists[one.tool])),
        *(
            one
            for one in read.cut_short
            if not (
                admitted
                or is_bounded(one, rows)
                or _is_counted(one, read.lists[one.tool], pairs)
                or _is_a_gap(one, gaps)
            )
        ),
    ]


def _is_hidden(one: ListReading, stated: Sequence[StatedRows], lists: Sequence[ListReading]) -> bool:
    """Whether all of its rows are stated as read, more often than other readings of the tool have as many."""
    whole = [statement for statement in stated if statement.rows in one.totals and not statement.picked]
    read = [other for other in lists if not other.is_cut_short and other.rows in one.totals]
    return len(whole) > len(read)


def is_bounded(one: ListReading, rows: str) -> bool:
    """Whether Rows says of a list, by its tool and its count or total, that it was read as far as was wanted."""
    counts = {*map(str, one.totals), str(one.rows)}
    bounded = (part for part in _SENTENCE.split(rows) if one.tool in part and _BOUNDED.search(part))
    return any(counts.intersection(re.findall(r"\d+", part.replace(",", ""))) for part in bounded)


def admits(text: str) -> bool:
    """Whether a text says that something was not read: that a reading is partial, or goes as far as a window does."""
    return any(map(_admits, _SENTENCE.split(text)))


def _admits(sentence: str) -> bool:
    return any(
        not _DENIED.search(sentence[max(0, found.start() - 30) : found.start()])
        for found in _ADMITTED.finditer(sentence)
    )


def _is_counted(one: ListReading, lists: Sequence[ListReading], pairs: set[tuple[int | None, int | None]]) -> bool:
    """Whether the answer says somewhere how many rows of how many were read."""
    counts = {one.rows, sum(other.rows for other in lists)}
    return any((rows, total) in pairs for rows in counts for total in one.totals if rows < total)


def _is_a_gap(one: ListReading, gaps: str) -> bool:
    return any(one.tool in gap and _OF_A_TOOL.search(gap) and not ALL_READ.search(gap) for gap in _SENTENCE.split(gaps))
