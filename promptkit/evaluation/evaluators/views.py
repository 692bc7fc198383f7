"""Evaluators of an answer that our view tools computed: the right view was asked, read to its end, and its evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from promptkit.agents.loop import Dialogue
from promptkit.answering.contract import EVIDENCE
from promptkit.answering.keyed import keyed
from promptkit.answering.view_answer import rows_wanted
from promptkit.answering.view_tools import ANSWER_VIEW, NEXT_ROWS, READING, VIEW_TOOLS
from promptkit.evaluation.evaluators.contract import Assertion, fails, holds
from promptkit.evaluation.evaluators.evidence import SAYS_NONE
from promptkit.evaluation.evaluators.reading import Evidence, admits
from promptkit.evaluation.evaluators.readings import Reading, readings
from promptkit.evaluation.evaluators.stated_rows import StatedRows, stated_rows
from promptkit.language import words_of
from promptkit.model import Prompt
from promptkit.text import sanitized

_MORE = re.compile(r"\band [\d,]{1,15} more\b", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NONE = "none"


@dataclass(frozen=True)
class GivenView:
    """What answer_view gave last for what was asked, and the calls of next_rows after it.

    Args:
        prompt: the view.
        answer: None if it gave no such answer.
        pages: what next_rows gave.
        others: the stamps of answers to something else.
    """

    prompt: Prompt
    answer: Mapping[str, Any] | None
    pages: Sequence[Reading]
    others: Sequence[str]

    @classmethod
    def of(cls, run: Dialogue, prompt: Prompt, stamp: str) -> GivenView:
        """The answer with a stamp in a conversation."""
        made = readings(run)
        answers = [one.data for one in made if one.tool == ANSWER_VIEW and one.data.get("status") != READING]
        right = [one for one in answers if one.get("stamp") == stamp]
        others = [str(one.get("stamp")) for one in answers if one.get("stamp") != stamp]
        return cls(prompt, right[-1] if right else None, [one for one in made if one.tool == NEXT_ROWS], others)

    @property
    def evidence(self) -> Mapping[str, str]:
        """Its evidence by label."""
        words = words_of(self.prompt)
        return {label: keyed(str(text), words) for label, text in (self.answer or {}).get("evidence", {}).items()}

    def unread(self) -> Iterator[str]:
        """The headings of the tables that have more rows, of those asked for, than were read."""
        following = {page.arguments.get("cursor"): page.data for page in self.pages}
        answer = self.answer or {}
        for table in answer.get("tables", ()):
            page, rows = table, len(table["rows"])
            while page.get("next") in following:
                page = following.pop(page["next"])
                rows += len(page["rows"])
            wanted = rows_wanted(self.prompt, table["heading"], answer["arguments"])
            if page.get("next") and (wanted is None or rows < wanted):
                yield str(table["heading"])


def asks_the_view(given: GivenView, stamp: str) -> Assertion:
    """answer_view was asked for the view, filled in as the question says; its stamp shows that."""
    if given.answer is not None:
        return holds("asks_the_view")
    found = ", ".join(map(sanitized, given.others)) or "no answer"
    return fails("asks_the_view", f"answer_view gave {found}, expected {stamp}")


def reads_all_rows(given: GivenView, answer: str) -> Assertion:
    """Every table was read to its end, or as far as the question wants it, or the answer says that there is more.

    It has the name of the evaluator of pages, whose place it takes.
    """
    unread = list(given.unread())
    if not unread or _MORE.search(answer) or admits(answer):
        return holds("reads_all_pages")
    return fails("reads_all_pages", f"{sanitized(unread[0])} has more rows, and the answer does not say so")


def repeats_evidence(given: GivenView, evidence: Evidence) -> Assertion:
    """The evidence block has every line, and admits the gaps that the view's own evidence admits (EV-7)."""
    if not evidence:
        return fails("states_evidence", "there is no evidence block that can be read")
    reasons = [f"the evidence lacks {label}" for label in EVIDENCE if not evidence.get(label)]
    if SAYS_NONE.fullmatch(evidence.get("Gaps", "")) and given.evidence.get("Gaps", _NONE) != _NONE:
        reasons.append("the evidence says that it has no gaps, and the view's own names some")
    return fails("states_evidence", "; ".join(reasons)) if reasons else holds("states_evidence")


def evidence_is_the_views(given: GivenView, evidence: Evidence) -> Assertion:
    """No tool, count or date in the evidence is another than in the evidence that the view came with."""
    if given.answer is None:
        return fails("evidence_is_true", "no answer of the view is there to compare the evidence with")
    reasons = [*_other_rows(given, evidence.get("Rows", "")), *_other_dates(given, evidence.get("As of", ""))]
    return fails("evidence_is_true", "; ".join(reasons[:3])) if reasons else holds("evidence_is_true")


def _other_rows(given: GivenView, text: str) -> Iterator[str]:
    own = given.evidence
    tools = frozenset(re.findall(r"\w+", own.get("Tools", ""))) | VIEW_TOOLS.keys()
    known = stated_rows(own.get("Rows", ""), tools)
    for tool, statements in stated_rows(text, tools).items():
        if tool and tool not in tools:
            yield f"the evidence names {tool}, and the view's own does not"
            continue
        is_about_all = not tool or tool in VIEW_TOOLS
        figures = _figures([one for name, all_ in known.items() if is_about_all or name == tool for one in all_])
        allowed = figures | (_shown(given) if is_about_all else set())
        if wrong := _figures(statements) - allowed:
            yield f"the evidence has {min(wrong)} of {tool or 'a tool'}, and the view's own does not"


def _figures(statements: Sequence[StatedRows]) -> set[int]:
    return {figure for one in statements for figure in (one.rows, one.total, one.pages) if figure is not None}


def _shown(given: GivenView) -> set[int]:
    """The counts that an answer may give of the view's own tables."""
    counts = set()
    for table in (given.answer or {}).get("tables", ()):
        counts |= {len(table["rows"]), table.get("total_rows", 0)}
    return counts | {sum(len(table["rows"]) for table in (given.answer or {}).get("tables", ())), len(given.pages) + 1}


def _other_dates(given: GivenView, text: str) -> Iterator[str]:
    known = set(_DATE.findall(given.evidence.get("As of", "")))
    yield from (
        f"the evidence is as of {date}, and the view's own is not" for date in _DATE.findall(text) if date not in known
    )
