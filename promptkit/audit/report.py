"""What an audit found, as JSON for machines, as a table for the terminal and as Markdown. Escaped for where it goes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from promptkit.audit.audit import Audit, Call, Result
from promptkit.policy.verdict import Verdict
from promptkit.text import sanitized

_STYLES = {
    Verdict.CLEAN: "green",
    Verdict.ATTEMPTED: "yellow",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.VIOLATION: "bold red",
}
_READ_RULE = "read-tool"
_MAX_ROWS = 200
_MAX_CALLS = 5
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&:@/-])")


def as_json(audit: Audit) -> dict[str, Any]:
    """Verdict, summary and results, ready for json.dumps."""
    return {
        "verdict": audit.verdict,
        "summary": summary(audit),
        "results": [_result_as_json(result) for result in audit.results],
    }


def summary(audit: Audit) -> dict[Verdict, int]:
    """How many conversations have each verdict."""
    counts = Counter(result.verdict for result in audit.results)
    return {verdict: counts[verdict] for verdict in Verdict}


def _result_as_json(result: Result) -> dict[str, Any]:
    told: dict[str, Any] = {
        "path": result.path,
        "format": result.format,
        "conversation": result.conversation,
        "verdict": result.verdict,
        "rule": result.ground,
        "reason": result.reason,
        "stamps": [
            {"reference": stamp.reference, "digest": stamp.digest, "edited": stamp.is_edited} for stamp in result.stamps
        ],
        "calls": [_call_as_json(call) for call in result.calls],
    }
    return told | ({"texts": [text._asdict() for text in result.texts]} if result.texts else {})


def _call_as_json(call: Call) -> dict[str, Any]:
    time = {"time": call.time} if call.time else {}
    return {
        "name": call.name,
        "tool": call.tool,
        "class": call.tool_class,
        "state": call.state,
        "location": call.location,
        **time,
        "rule": call.ground,
    }


def notable_calls(result: Result) -> list[Call]:
    """The calls that are not plain reads, in their order."""
    return [call for call in result.calls if call.ground != _READ_RULE]


def describe(call: Call) -> str:
    """What was called, how far it got, its class, where it stands, when it was, and the rule that decided."""
    tool = f" ({call.tool})" if call.tool not in {None, call.name} else ""
    time = f" on {sanitized(call.time, 40)}" if call.time else ""
    place = f"at {sanitized(call.location, 200)}{time} [{call.ground}]"
    return f"{sanitized(call.name)}{tool}: {call.state}, {call.tool_class} tool, {place}"


def _more(calls: Sequence[Call]) -> list[str]:
    return [f"and {len(calls) - _MAX_CALLS} more calls"] if len(calls) > _MAX_CALLS else []


def print_table(audit: Audit, console: Console) -> None:
    """The conversations that are not clean, what they called, and what the whole means."""
    worst_first = sorted(audit.results, key=lambda result: -list(Verdict).index(result.verdict))
    told = [result for result in worst_first if result.verdict is not Verdict.CLEAN]
    if told:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("verdict", "where", "why"):
            table.add_column(name, no_wrap=name == "verdict", overflow="fold")
        for result in told[:_MAX_ROWS]:
            table.add_row(*_cells(result))
        console.print(table)
    if len(told) > _MAX_ROWS:
        console.print(f"… and {len(told) - _MAX_ROWS} more; --json has them all.")
    console.print(Text(closing_line(audit), "green" if audit.verdict is Verdict.CLEAN else "bold red"))


def _cells(result: Result) -> list[Text]:
    where = "\n".join(sanitized(part, 200) for part in (result.path, result.conversation, *_stamps(result)) if part)
    why = [sanitized(result.reason, 300)]
    calls = notable_calls(result)
    why += [describe(call) for call in calls[:_MAX_CALLS]] + _more(calls)
    return [Text(result.verdict, _STYLES[result.verdict]), Text(where), Text("\n".join(why))]


def _stamps(result: Result) -> Iterator[str]:
    for stamp in result.stamps:
        yield f"{stamp.reference}{', edited' if stamp.is_edited else ''}"


def closing_line(audit: Audit) -> str:
    """The verdict in one line, and how far it reaches."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in summary(audit).items() if count) or "nothing read"
    calls = _counted(sum(len(result.calls) for result in audit.results), "call")
    whole = sum(not result.conversation for result in audit.results)
    unread = f" {_counted(whole, 'file')} could not be read in full." if whole else ""
    talks = _counted(len(audit.results) - whole, "conversation")
    return f"{audit.verdict.upper()}  {counts}.{unread} This covers {talks} with {calls}, and nothing beyond them."


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def as_markdown(audit: Audit) -> str:
    """The audit as a Markdown page without live links or images."""
    lines = ["# Audit of transcripts", "", markdown(closing_line(audit)), ""]
    lines += ["| verdict | file | conversation | versions | why | calls |", "|---|---|---|---|---|---|"]
    for result in audit.results:
        calls = notable_calls(result)
        cells = [
            result.verdict,
            sanitized(result.path, 200),
            sanitized(result.conversation, 200),
            "; ".join(_stamps(result)),
            sanitized(result.reason, 300),
            "; ".join([*map(describe, calls[:_MAX_CALLS]), *_more(calls)]) or _counted(len(result.calls), "read"),
        ]
        lines.append(f"| {' | '.join(map(markdown, cells))} |")
    for result in audit.results:
        if result.texts:
            lines += ["", f"## {markdown(sanitized(result.conversation, 200))}", ""]
            lines += [
                f"- **{markdown(sanitized(text.role))}** {markdown(sanitized(text.text, 20_000))}"
                for text in result.texts
            ]
    return "\n".join(lines) + "\n"


def markdown(text: str) -> str:
    """Text as Markdown that shows it and does nothing else."""
    return _SPECIAL.sub(r"\\\1", text)
