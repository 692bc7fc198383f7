"""Runs that LangSmith traced, a list or one a line: the tools that ran, and the messages of what ran around them.

An export shows what was traced; runs that others name and that it leaves out are gaps. Each run of a model repeats the
messages before it.
Source: `schemas.Run` of langsmith 0.15; messages as promptkit/audit/formats/_langchain_message.py says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats._langchain_message import is_message, read_message
from promptkit.audit.ledger import Ledger
from promptkit.audit.overlooked import looks_like_call
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="LangSmith",
    get="List the runs of the project over the API, every page, and write them as JSON.",
    shows="The tools that ran, with arguments and results, and the messages around them.",
    lacks=(
        "What was not traced. Runs that others name and that are not in the export are gaps. Not verified with "
        "files of users."
    ),
)

_MARKS = frozenset({"trace_id", "dotted_order", "session_id", "child_runs"})
_HELD = ("inputs", "outputs")
# What a run was made with, and pieces of what it put out.
_READ = frozenset({*_HELD, "child_runs", "extra", "serialized", "events"})

# Deep places are cut off, or those of many values deep inside a run would fill the memory.
_MAX_PLACE = 200


def matches(value: Any) -> bool:  # noqa: ANN401
    """A run."""
    is_run = isinstance(value, dict) and isinstance(value.get("run_type"), str) and "inputs" in value
    return is_run and not _MARKS.isdisjoint(value)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each trace, with all of its runs."""
    traces: dict[str, _TracedRuns] = {}
    for location, value in records:
        if matches(value):
            name = text_of(value.get("trace_id")) or text_of(value.get("id")) or location
            traces.setdefault(name, _TracedRuns()).runs(location, value)
        else:
            yield Conversation(location, [], [f"{location}: not a run of LangSmith"])
    yield from (trace.conversation(name) for name, trace in traces.items())


class _TracedRuns:
    def __init__(self) -> None:
        self._ledger = Ledger()
        self._seen: set[str] = set()
        self._named: dict[str, None] = {}

    def runs(self, location: str, run: Mapping[str, Any]) -> None:
        """Note a run and those inside it."""
        self._run(location, run)
        for place, inner in self._ledger.tree(run.get("child_runs"), f"{location}/child_runs", "child_runs"):
            self._run(place, inner)

    def _run(self, location: str, run: Mapping[str, Any]) -> None:
        self._seen.add(text_of(run.get("id")))
        children = run.get("child_run_ids")
        others = [run.get("parent_run_id"), *(children if isinstance(children, list) else [])]
        self._named |= dict.fromkeys(str(other) for other in others if other is not None)
        for key in _HELD:
            self._messages(f"{location}/{key}", run.get(key))
        if run.get("run_type") == "tool":
            self._tool(location, run)
        if run.get("end_time") is None:
            self._ledger.gap(f"{location}: the run has not ended")
        self._ledger.beside(run, _READ, location)

    def _tool(self, location: str, run: Mapping[str, Any]) -> None:
        if run.get("error") is not None:
            state = CallState.FAILED
        else:
            state = CallState.UNKNOWN if run.get("outputs") is None else CallState.EXECUTED
        arguments, time = _arguments(run.get("inputs")), run.get("start_time")
        self._ledger.call(_call_id(run) or location, run.get("name"), arguments, state, location, time=time)

    def _messages(self, location: str, value: object) -> None:
        waiting = [(location, value)]
        while waiting:
            place, inner = waiting.pop()
            if is_message(inner):
                read_message(self._ledger, inner, place, repeats=True)  # type: ignore[arg-type]
                continue
            if isinstance(inner, dict) and looks_like_call(inner):
                self._ledger.gap(f"{place}: it may hold a call, and is no message of LangChain")
            waiting += [
                (f"{place}/{sanitized(key, 40)}" if len(place) < _MAX_PLACE else place, item)
                for key, item in reversed(_items(inner))
                if isinstance(item, dict | list)
            ]

    def conversation(self, name: str) -> Conversation:
        for other in self._named:
            if other not in self._seen:
                self._ledger.gap(f"the run {sanitized(other, 40)} is not in the export")
        # Its runs are in any order, and whoever made the trace runs the calls.
        self._ledger.pairing.go_on()
        self._ledger.is_waiting = False
        return self._ledger.conversation(name)


def _items(value: object) -> list[tuple[object, object]]:
    return list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())


def _arguments(inputs: object) -> object:
    """What a tool was given; as a text it may be Python's way of writing it, which is not read."""
    if isinstance(inputs, dict) and inputs.keys() == {"input"} and isinstance(inputs["input"], str):
        given = parse_arguments(inputs["input"])
        return NOT_RECORDED if isinstance(given, str) else given
    return NOT_RECORDED if inputs is None else inputs


def _call_id(run: Mapping[str, Any]) -> str:
    """The id of the call that a tool answered, by the message that it put out."""
    outputs = run.get("outputs")
    output = outputs.get("output") if isinstance(outputs, dict) else None
    inner = [output.get(key) for key in ("kwargs", "data")] if isinstance(output, dict) else []
    found = [one.get("tool_call_id") for one in [output, *inner] if isinstance(one, dict)]
    return next((id_ for id_ in found if isinstance(id_, str)), "")
