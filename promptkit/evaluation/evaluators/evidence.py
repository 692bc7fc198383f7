"""Evaluators of the evidence block: it is whole, and nothing in it contradicts the record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from promptkit.answering.contract import EVIDENCE
from promptkit.evaluation.evaluators.contract import Assertion, fails, holds
from promptkit.evaluation.evaluators.countable import Countable
from promptkit.evaluation.evaluators.reading import ALL_READ, Evidence, admits, is_bounded, unadmitted
from promptkit.evaluation.evaluators.readings import Readings
from promptkit.evaluation.evaluators.stated_rows import StatedRows, stated_rows, tools_in

SAYS_NONE = re.compile(
    r"\W{0,9}(?:none|nothing|no gaps?|no tools?|no)\b(?: (?:seen|found|known|missing|called|used))?\W{0,9}",
    re.IGNORECASE,
)
"""So a line of the evidence says that it has nothing to tell."""


def states_evidence(read: Readings, evidence: Evidence) -> Assertion:
    """The evidence block has every line, names every called tool and its rows, and admits what was not read (EV-7).

    Tools may also be named under Rows. A tool that gives one thing, such as one app, has no rows to state.
    """
    if not evidence:
        return fails("states_evidence", "there is no evidence block that can be read")
    rows = evidence.get("Rows", "")
    named = set(tools_in(f"{evidence.get('Tools', '')}\n{rows}", read.called))
    stated = stated_rows(rows, read.called)
    lacking = [label for label in EVIDENCE if not evidence.get(label)]
    lacking += sorted(read.called - named)
    lacking += [
        f"rows of {tool}"
        for tool, lists in sorted(read.lists.items())
        if tool in named and any(one.rows or one.totals for one in lists) and not _has_rows(tool, stated, rows)
    ]
    reasons = [f"the evidence lacks {name}" for name in lacking]
    if SAYS_NONE.fullmatch(evidence.get("Gaps", "")) and not admits(rows):
        reasons += [
            f"the evidence says that it has no gaps, but {one.tool} was cut short"
            for one in read.cut_short
            if not is_bounded(one, rows)
        ]
    return fails("states_evidence", "; ".join(reasons)) if reasons else holds("states_evidence")


def _has_rows(tool: str, stated: Mapping[str, Sequence[StatedRows]], rows: str) -> bool:
    """Whether the rows of a tool are stated, under its name or, where no tool is named, under that of its things."""
    things = tool.partition("_")[2].replace("_", " ")
    return bool(stated.get(tool)) or (bool(stated.get("")) and (len(stated) == 1 or things in rows))


def evidence_is_true(read: Readings, evidence: Evidence, answer: str) -> Assertion:
    """Nothing in the evidence contradicts the record: no tool that was not called, no count that no reading gives.

    What is left out is not untrue; `states_evidence` tells it. Rows, totals and pages may be those of one reading or
    of several together, with or without a first look and what was read twice.
    """
    reasons = [
        *_uncalled(read, evidence),
        *_untrue_rows(read, evidence.get("Rows", "")),
        *_denied(read, evidence, answer),
    ]
    return fails("evidence_is_true", "; ".join(reasons[:3])) if reasons else holds("evidence_is_true")


def _uncalled(read: Readings, evidence: Evidence) -> Iterator[str]:
    tools = evidence.get("Tools", "")
    uncalled = dict.fromkeys(tool for tool in tools_in(tools, read.called) if tool not in read.called)
    yield from (f"the evidence names {tool}, which was not called" for tool in uncalled)
    if read.called and SAYS_NONE.fullmatch(tools):
        yield f"the evidence names no tools; called: {', '.join(sorted(read.called)[:3])}"


def _untrue_rows(read: Readings, text: str) -> Iterator[str]:
    for tool, statements in stated_rows(text, read.called).items():
        owners = [tool] if tool else sorted(read.lists)
        countables = [Countable(read.lists.get(owner, [])) for owner in owners]
        wrong = (one for one in dict.fromkeys(statements) if not any(each.gives(one) for each in countables))
        if (one := next(wrong, None)) is not None:
            yield f"the evidence has untrue rows of {tool or 'a tool'}: {one}, which no reading gives"


def _denied(read: Readings, evidence: Evidence, answer: str) -> Iterator[str]:
    gaps = evidence.get("Gaps", "")
    if SAYS_NONE.fullmatch(gaps) or ALL_READ.search(f"{evidence.get('Rows', '')}\n{gaps}"):
        tools = dict.fromkeys(one.tool for one in unadmitted(read, evidence, answer))
        yield from (f"the evidence says that all was read, but {tool} was cut short" for tool in tools)
