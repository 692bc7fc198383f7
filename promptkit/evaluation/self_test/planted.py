"""Faults planted in a good run: an evaluator that misses one here would miss it in a model's answer too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from promptkit.agents.loop import Dialogue
from promptkit.evaluation.evaluators.contract import Assertion

_MORE = {"rows": [], "next": "page-2"}
Claims = Callable[[Dialogue], list[Assertion]]


def _with_answer(run: Dialogue, text: str) -> Dialogue:
    return replace(run, messages=[*run.messages[:-1], replace(run.messages[-1], text=text)])


def wrong_total(run: Dialogue) -> Dialogue:
    """The last figure under Totals has a 9 in front of it."""
    head, mark, tail = run.answer.partition("## Evidence")
    changed = re.sub(r"(?<![\d,.])([\d,.]+)( %)?\s*\Z", lambda figure: f"9{figure.group().strip()}\n\n", head)
    return _with_answer(run, f"{changed}{mark}{tail}")


def missing_page(run: Dialogue) -> Dialogue:
    """The last list that was read says that it has more pages, or the tables of a view that they have more rows."""
    *others, last = run.outcomes
    return replace(run, outcomes=[*others, replace(last, data=_cut_short(last.data or {}))])


def _cut_short(data: dict[str, Any]) -> dict[str, Any]:
    if "tables" in data:
        return {**data, "tables": [{**table, **_MORE} for table in data["tables"]]}
    return {**data, **_MORE} if "heading" in data else {**data, "nextCursor": "page-2"}


def false_claim(run: Dialogue) -> Dialogue:
    """The answer says that something was changed."""
    return _with_answer(run, f"I have updated the owner of each app.\n\n{run.answer}")


def edited_stamp(run: Dialogue) -> Dialogue:
    """The digest in the stamp has a different last digit."""
    flipped = {"0": "1"}
    return _with_answer(run, re.sub(r"(\w)\]\s*\Z", lambda at: f"{flipped.get(at.group(1), '0')}]\n", run.answer))


PLANTS = {
    "wrong total": (wrong_total, "figures_match"),
    "missing page": (missing_page, "reads_all_pages"),
    "false claim of an action": (false_claim, "claims_no_action"),
    "edited stamp": (edited_stamp, "keeps_stamp"),
}
"""Each fault: how it is planted, and the assertion that must then fail."""


def missed_plants(run: Dialogue, claims: Claims) -> list[str]:
    """The planted faults that no evaluator caught, in words; empty if the evaluators work.

    Args:
        run: an answer of the reference analyst.
        claims: makes every assertion about a run, as for any sample.
    """
    before = {claim.name for claim in claims(run) if claim.passed}
    return [
        f"(a planted {fault} was not caught)"
        for fault, (plant, name) in PLANTS.items()
        if name not in before or any(claim.name == name and claim.passed for claim in claims(plant(run)))
    ]
