"""What an audit found, as JSON for machines, as a table for the terminal and as Markdown. Escaped for where it goes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from promptkit.audit.audit import Audit, Call, Result
from promptkit.errors import shown
from promptkit.transcript import Verdict

_STYLES = {
    Verdict.CLEAN: "green",
    Verdict.ATTEMPTED: "yellow",
    Verdict.INCONCLUSIVE: "yellow",
    Verdict.VIOLATION: "bold red",
}
_READ_RULE = "read-tool"
_MAX_ROWS = 200
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&:@/-])")


def as_json(audit: Audit) -> dict[str, Any]:
    """The audit as design.md gives it, ready for json.dumps."""
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
        "rule": result.rule,
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
        "rule": call.rule,
    }


def notable_calls(result: Result) -> list[Call]:
    """The calls that are not plain reads, in their order."""
    return [call for call in result.calls if call.rule != _READ_RULE]


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
    where = "\n".join(shown(part, 200) for part in (result.path, result.conversation, *_stamps(result)) if part)
    why = [shown(result.reason, 300)]
    why += [f"{shown(call.name)} {call.state} at {shown(call.location, 120)}" for call in notable_calls(result)[:5]]
    return [Text(result.verdict, _STYLES[result.verdict]), Text(where), Text("\n".join(why))]


def _stamps(result: Result) -> Iterator[str]:
    for stamp in result.stamps:
        yield f"{stamp.reference}{', edited' if stamp.is_edited else ''}"


def closing_line(audit: Audit) -> str:
    """The verdict in one line, and how far it reaches."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in summary(audit).items() if count) or "nothing read"
    calls = sum(len(result.calls) for result in audit.results)
    reach = f"{len(audit.results)} conversations and {calls} calls in these files, and nothing beyond them"
    return f"{audit.verdict.upper()}  {counts}. This covers {reach}."


def as_markdown(audit: Audit) -> str:
    """The audit as a Markdown page without live links or images."""
    lines = ["# Audit of transcripts", "", markdown(closing_line(audit)), ""]
    lines += ["| verdict | file | conversation | versions | why | calls |", "|---|---|---|---|---|---|"]
    for result in audit.results:
        calls = [f"{shown(call.name)} {call.state} at {shown(call.location, 120)}" for call in notable_calls(result)]
        cells = [
            result.verdict,
            shown(result.path, 200),
            shown(result.conversation, 200),
            "; ".join(_stamps(result)),
            shown(result.reason, 300),
            "; ".join(calls[:10]) or f"{len(result.calls)} reads",
        ]
        lines.append(f"| {' | '.join(map(markdown, cells))} |")
    for result in audit.results:
        if result.texts:
            lines += ["", f"## {markdown(shown(result.conversation, 200))}", ""]
            lines += [
                f"- **{markdown(shown(text.role))}** {markdown(shown(text.text, 20_000))}" for text in result.texts
            ]
    return "\n".join(lines) + "\n"


def markdown(text: str) -> str:
    """Text as Markdown that shows it and does nothing else."""
    return _SPECIAL.sub(r"\\\1", text)
