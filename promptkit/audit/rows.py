"""What an audit found -> its report: a row for each conversation, and for each file that cannot be read in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from promptkit.audit.audit import Audit, Call, Result
from promptkit.audit.coverage import counted, coverage
from promptkit.audit.location import line_of, place_of
from promptkit.audit.page.build import page_of
from promptkit.policy.verdict import Verdict
from promptkit.reports.blocks import Block, Bullets, Cell, Grid, Head, Item, Line, Lines
from promptkit.reports.rows import Alert, Place, Report, Row
from promptkit.text import sanitized
from promptkit.transcript import Text

SPEAKERS = {"user": "the user", "assistant": "the assistant"}
_MAX_CALLS = 5
_HEADS = [Head(name) for name in ("verdict", "file", "conversation", "versions", "why", "calls")]
_RULES = {
    "action-tool": "A tool that changes data was called or asked for.",
    "unknown-tool": "A tool was called that nobody has reviewed.",
    "sensitive-tool": "A tool was called that returns sensitive data in bulk.",
    "arguments": "A read tool was called with arguments that nobody has reviewed.",
    "name": "Something was called whose name is not the name of a tool.",
    "undecided": "A call could not be checked.",
    "gap": "Calls may be missing or hidden.",
    "no-evidence": "No tool call was recorded.",
    "unknown-format": "The file is in no format we know.",
}


def report_of(audit: Audit) -> Report:
    """The report on an audit: its rows are counted by file, in the order of the files."""
    return Report(
        tool="promptkit audit",
        title="Audit of transcripts",
        verdict=audit.verdict,
        passed=audit.verdict is Verdict.CLEAN,
        rows=[_row(result) for result in audit.results],
        body=list(_body(audit)),
        rules=_RULES,
        page=page_of(audit),
    )


def _row(result: Result) -> Row:
    path = sanitized(result.path, 500)
    return Row(
        group=path,
        subject=path,
        name=sanitized(result.conversation, 200) or "the whole file",
        verdict=result.verdict,
        passed=result.verdict is Verdict.CLEAN,
        reason=sanitized(result.reason, 300),
        rule=result.ground,
        lines=[line for call in notable_calls(result) for line in _lines(result, call)],
        alerts=[] if result.verdict is Verdict.CLEAN else list(_alerts(result)),
        calls=len(result.calls),
    )


def _alerts(result: Result) -> Iterator[Alert]:
    """An alert for each call that is not a plain read, and one for what else decided."""
    calls = notable_calls(result)
    for call in calls:
        message = f"{describe(result, call)} in {sanitized(result.conversation, 200)}"
        yield Alert(call.ground, message, _place(result, call), "\n".join(said_lines(call)))
    if result.ground not in {call.ground for call in calls}:
        where = f" in {sanitized(result.conversation, 200)}" if result.conversation else ""
        # A gap begins with the place where it is.
        line = line_of(result.reason) if result.ground == "gap" else None
        yield Alert(result.ground, f"{sanitized(result.reason, 300)}{where}", Place(result.path, line))


def _place(result: Result, call: Call) -> Place:
    return Place(result.path, line_of(call.location), sanitized(call.location, 500))


def notable_calls(result: Result) -> list[Call]:
    """The calls that are not plain reads, in their order."""
    return [call for call in result.calls if call.is_notable]


def describe(result: Result, call: Call) -> str:
    """What was called, how far it got, its class, where it stands, when it was, and the rule that decided."""
    tool = f" ({call.tool})" if call.tool not in {None, call.name} else ""
    time = f" on {sanitized(call.time, 40)}" if call.time else ""
    place = f"at {place_of(result.path, call.location)}{time} [{call.ground}]"
    return f"{sanitized(call.name)}{tool}: {call.state}, {call.tool_class} tool, {place}"


def said_lines(call: Call) -> list[str]:
    """What a person and the model said last before the call."""
    return [f"before it, {SPEAKERS[text.role]} said: {sanitized(text.text, 300)}" for text in call.said]


def _lines(result: Result, call: Call) -> list[str]:
    return [describe(result, call), *(f"  {line}" for line in said_lines(call))]


def call_lines(result: Result) -> list[str]:
    """The first of the calls that are not plain reads, each with what was said before it, and how many more there are.

    What was said stands once above calls that follow each other.
    """
    calls = notable_calls(result)
    lines: list[str] = []
    before: Sequence[Text] = ()
    for call in calls[:_MAX_CALLS]:
        lines += [describe(result, call), *([] if call.said == before else (f"  {line}" for line in said_lines(call)))]
        before = call.said
    return lines + ([f"and {len(calls) - _MAX_CALLS} more calls"] if len(calls) > _MAX_CALLS else [])


def stamp_lines(result: Result) -> list[str]:
    """Which prompts and instructions were pasted, and whether they were edited; and which views code answered."""
    return [
        f"{stamp.reference}{', edited' if stamp.is_edited else ''}{', answered by code' if stamp.is_answer else ''}"
        for stamp in result.stamps
    ]


def closing_line(audit: Audit) -> str:
    """The verdict in one line, and how far it reaches."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in audit.summary.items() if count) or "nothing read"
    calls = counted(sum(len(result.calls) for result in audit.results), "call")
    whole = sum(not result.conversation for result in audit.results)
    unread = f" {counted(whole, 'file')} could not be read in full." if whole else ""
    talks = counted(len(audit.results) - whole, "conversation")
    return f"{audit.verdict.upper()}  {counts}.{unread} This covers {talks} with {calls}, and nothing beyond them."


def _body(audit: Audit) -> Iterator[Block]:
    yield Line(closing_line(audit))
    yield Grid(_HEADS, [_cells(result) for result in audit.results])
    yield coverage(audit)
    for result in audit.results:
        if result.texts:
            items = [Item(text.role, sanitized(text.text, 20_000)) for text in result.texts]
            yield Bullets(sanitized(result.conversation, 200), items)


def _cells(result: Result) -> Sequence[Cell]:
    return [
        result.verdict,
        sanitized(result.path, 200),
        sanitized(result.conversation, 200),
        Lines(stamp_lines(result)),
        sanitized(result.reason, 300),
        Lines(call_lines(result) or [counted(len(result.calls), "read")]),
    ]
