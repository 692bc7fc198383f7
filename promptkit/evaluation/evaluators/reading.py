"""Evaluators of what was read: the right arguments, every page, and a true evidence block."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promptkit.agents.loop import Dialogue
from promptkit.answering.parsed import ParsedAnswer
from promptkit.answering.rows import rows_of
from promptkit.evaluation.evaluators.contract import Assertion, fails, holds
from promptkit.transcript import CallState

# So many digits have more rows than any tenant.
_NUMBER = r"([\d,]{1,18})"
_STATED = re.compile(rf"(?<!\S)(\S+) {_NUMBER} of (?:{_NUMBER}|an unstated total)(?: in {_NUMBER} pages?)?")
MAX_ROWS = 1_000_000
# These change how a page looks, not which rows there are.
_SHAPE = frozenset({"fields", "size", "cursor", "sort", "aggs", "includeLicenses"})


class Reading(NamedTuple):
    """One call that ran: its tool, its arguments, and its result."""

    tool: str
    arguments: Mapping[str, Any]
    data: Mapping[str, Any]


def readings(run: Dialogue) -> list[Reading]:
    """The calls in a run that returned a structured result, in order."""
    made = zip(run.calls, run.outcomes, strict=True)
    return [
        Reading(call.name, call.arguments or {}, outcome.data)
        for call, outcome in made
        if call.state is CallState.EXECUTED and outcome.data is not None
    ]


def narrows_rightly(run: Dialogue, reference: Dialogue) -> Assertion:
    """If a call filters a list by something that the reference analyst also filters by, it uses the same value.

    A call that reads more, or filters by something else, is not judged here: the figures show whether it was right.
    `gt 100` and `gte 101` are the same; an operator in the other direction is not.
    """
    right: dict[tuple[str, str], set[str]] = defaultdict(set)
    for tool, key, condition in _conditions(reference):
        right[tool, key].add(condition)
    wrong = [
        f"{tool}: {key} {condition}, expected {' or '.join(sorted(right[tool, key])[:3])}"
        for tool, key, condition in _conditions(run)
        if (tool, key) in right and condition not in right[tool, key]
    ]
    return fails("narrows_rightly", "; ".join(dict.fromkeys(wrong))) if wrong else holds("narrows_rightly")


def _conditions(run: Dialogue) -> Iterator[tuple[str, str, str]]:
    for tool, arguments, _ in readings(run):
        for name, value in arguments.items():
            given = _parsed(value)
            if name == "filters" and isinstance(given, list):
                for one in (one for one in given if isinstance(one, dict)):
                    yield tool, str(one.get("key")), _condition(str(one.get("op")), one.get("value"))
            elif name == "baseFilters" and isinstance(given, dict):
                yield from ((tool, key, _condition("equals", one)) for key, one in given.items())
            elif name not in _SHAPE:
                yield tool, name, _condition("equals", given)


def _parsed(value: Any) -> Any:  # noqa: ANN401
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in {"[", "{"} else value
    except (ValueError, RecursionError):
        return value


def _condition(op: str, value: Any) -> str:  # noqa: ANN401
    if op in {"gt", "lt"} and isinstance(value, int) and abs(value) < MAX_ROWS**2:
        op, value = f"{op}e", value + (1 if op == "gt" else -1)
    return f"{op} {json.dumps(value, sort_keys=True)}"


def reads_all_pages(run: Dialogue, parsed: ParsedAnswer) -> Assertion:
    """Every list was read to its end, or Gaps says that something is missing (EV-1).

    A list that was not read to its end is forgiven if another call read the same tool to its end with the same
    conditions. A call that asks for aggregations has no pages to read: Torii computes them over all rows.
    """
    waiting: dict[tuple[str, str], str] = {}
    finished = set()
    for tool, arguments, data in readings(run):
        rows = {name: value for name, value in arguments.items() if name not in _SHAPE}
        which = json.dumps(rows, sort_keys=True)
        waiting.pop((tool, str(arguments.get("cursor"))), None)
        cursor = data.get("nextCursor")
        if cursor and "aggs" not in arguments:
            waiting[tool, str(cursor)] = which
        else:
            finished.add((tool, which))
    unread = sorted({tool for (tool, _), which in waiting.items() if (tool, which) not in finished})
    if unread and _evidence(parsed).get("Gaps", "none") == "none":
        return fails("reads_all_pages", f"{', '.join(unread)} has more pages, and Gaps does not say so")
    return holds("reads_all_pages")


def evidence_is_true(run: Dialogue, parsed: ParsedAnswer) -> Assertion:
    """Tools names exactly the tools that were called; Rows gives the rows, totals and pages that were really read.

    A tool's rows may be counted with or without those that were read twice; a total may be left out. A call that asks
    for aggregations reads as many rows as Torii says there are.
    """
    lines = _evidence(parsed)
    reasons: list[str] = []
    tools, called = set(re.split(r"[,\s]+", lines.get("Tools", ""))) - {"", "none"}, {call.name for call in run.calls}
    if tools != called:
        reasons.append(
            f"Tools names {', '.join(sorted(tools)) or 'none'}; called: {', '.join(sorted(called)) or 'none'}"
        )
    for tool, read in _read_by_tool(run).items():
        stated = [match.groups() for match in _STATED.finditer(lines.get("Rows", "")) if match.group(1) == tool]
        counts = [(_count(rows), _count(total), _count(pages)) for _, rows, total, pages in stated]
        reasons += _untruths(tool, read, counts)
    return fails("evidence_is_true", "; ".join(reasons[:3])) if reasons else holds("evidence_is_true")


class _Read(NamedTuple):
    rows: int
    total: int | None
    pages: int
    made: Sequence[Reading]

    def distinct(self) -> int:
        """The number of rows, without those that were read twice."""
        listed = [reading for reading in self.made if _aggregated(reading) is None]
        rows = {json.dumps(row, sort_keys=True) for reading in listed for row in rows_of(reading.data)}
        return len(rows) + sum(_aggregated(reading) or 0 for reading in self.made)


def _read_by_tool(run: Dialogue) -> dict[str, _Read]:
    by_tool: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings(run):
        by_tool[reading.tool].append(reading)
    return {tool: _read(made) for tool, made in by_tool.items()}


def _read(made: Sequence[Reading]) -> _Read:
    totals = [reading.data.get("total") for reading in made if not reading.arguments.get("cursor")]
    counted = [total for total in totals if isinstance(total, int)]
    total = sum(counted) if len(counted) == len(totals) else None
    return _Read(sum(map(_row_count, made)), total, len(made), made)


def _aggregated(reading: Reading) -> int | None:
    """The number of rows behind aggregations, which are not listed; None if rows are listed."""
    total = reading.data.get("total")
    return min(max(total, 0), MAX_ROWS) if "aggs" in reading.arguments and isinstance(total, int) else None


def _row_count(reading: Reading) -> int:
    aggregated = _aggregated(reading)
    return len(rows_of(reading.data)) if aggregated is None else aggregated


def _untruths(tool: str, read: _Read, stated: list[tuple[int | None, int | None, int | None]]) -> Iterator[str]:
    if not stated:
        yield f"Rows does not mention {tool}"
        return
    rows, total, pages = (_sum(column) for column in zip(*stated, strict=True))
    # Finding the rows that were read twice takes long, and most answers count all rows.
    if rows != read.rows and rows != read.distinct():
        yield f"Rows says {rows} for {tool}; {read.rows} were read"
    if total is not None and total != read.total:
        yield f"Rows says that {tool} has {total} in all; Torii said {read.total}"
    if pages is not None and pages != read.pages:
        yield f"Rows says {pages} pages for {tool}; {read.pages} were read"


def _sum(numbers: Iterable[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _count(text: str | None) -> int | None:
    digits = (text or "").replace(",", "")
    return int(digits) if digits.isdigit() else None


def _evidence(parsed: ParsedAnswer) -> dict[str, str]:
    return dict(line.partition(": ")[::2] for line in parsed.lists.get("Evidence", []))
