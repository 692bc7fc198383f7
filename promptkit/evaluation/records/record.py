"""The run record: JSON Lines that a run writes while it runs; it is resumed from them, and reports read them.

The first line is the header, `{"kind": "run", ...}` with the fields of `Header`. Then comes the self-test: a line
`{"kind": "sample", "self_test": true, "attack", "events"}` for each conversation with the rogue model, and one
`{"kind": "self_test", ...}` with the fields of `SelfTest`. Each finished sample is one line `{"kind": "sample", ...}`
with the fields of `SampleResult` and three more:

- `gaps`: sentences saying why the conversation may be incomplete.
- `events`: the conversation in order. A text is `{"type": "text", "role", "text"}`; a call is `{"type": "call", "id",
  "name", "arguments", "state", "decision": {"allowed", "rule", "reason"}}`, without `decision` if it was never
  decided; a result is `{"type": "result", "id", "is_error", "text"}`, where `id` is its call's.

Lines are in the order in which samples ended; `number` is a sample's place in the plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.journal import whole_lines
from promptkit.errors import PromptkitError
from promptkit.evaluation.records.result import SampleResult, SelfTest
from promptkit.policy.verdict import Verdict
from promptkit.transcript import CallState

FILE_NAME = "run.jsonl"
T = TypeVar("T")


@dataclass(frozen=True)
class Header:
    """What a run is about.

    Args:
        setup: decides which samples it has.
        planned: how many samples the whole plan has, all shards together.
        model: the models, for people.
        server: `local`, or the URL of the server.
        today: the prompts' today, ISO 8601.
        started: when it began, ISO 8601, UTC.
        promptkit: the version of this package.
        tenant: the digest of the local tenant; None on any other server.
        tools: the digest of tools.lock.json.
        instructions: the version and digest of the instructions.
        prompts: the digest of each prompt with its recipe and its case, by `name@version`.
        families: the digest of each family of attacks, by name.
        replayed: the origin of the turns that were replayed from a cassette; empty if models took them.
    """

    setup: EvalSpec
    planned: int
    model: str
    server: str
    today: str
    started: str
    promptkit: str
    tenant: str | None
    tools: str
    instructions: str
    prompts: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    replayed: str = ""


@dataclass(frozen=True)
class Recorded:
    """What a record holds, without transcripts: each finished self-test, and results in the order of the plan."""

    header: Header
    self_tests: list[SelfTest]
    results: list[SampleResult]

    @property
    def fresh(self) -> list[SampleResult]:
        """The results that say something new about a model: a replay only repeats what was said before."""
        return [result for result in self.results if not result.replayed]


@dataclass(frozen=True)
class RecordedEvent:
    """One text, call or result in a conversation; which fields are set depends on `type`."""

    type: Literal["text", "call", "result"]
    role: str = ""
    text: str = ""
    name: str = ""
    arguments: Any = None
    state: CallState = CallState.UNKNOWN
    decision: RecordedDecision | None = None
    is_error: bool = False


@dataclass(frozen=True)
class RecordedDecision:
    """The decision on a call before it left."""

    allowed: bool
    rule: str
    reason: str


@dataclass(frozen=True)
class RecordedConversation:
    """The conversation of the sample `number`, which is on line `line` of its record."""

    number: int
    line: int
    verdict: Verdict
    events: Sequence[RecordedEvent]
    gaps: Sequence[str] = ()


def read_record(folder: Path) -> Recorded:
    """Read a record.

    Args:
        folder: where `run.jsonl` is, or that file.

    Raises:
        PromptkitError: it cannot be read, or a line does not belong in a run record; names the line.
    """
    path = _file_of(folder)
    header, self_tests, results = None, [], {}
    for number, line in _lines(path):
        match line["kind"]:
            case "run" if number == 1:
                header = _as(Header, line, path, number)
            case "self_test":
                self_tests.append(_as(SelfTest, line, path, number))
            case "sample" if not line.get("self_test"):
                result = _as(SampleResult, line, path, number)
                results[result.number] = result
    if header is None:
        raise _wrong(path, 1, "it does not begin with a run's header")
    return Recorded(header, self_tests, [results[number] for number in sorted(results)])


def read_conversations(folder: Path) -> Iterator[RecordedConversation]:
    """Read the conversation of each sample in a record, one at a time, in the order in which they ended.

    Raises:
        PromptkitError: as for `read_record`.
    """
    path = _file_of(folder)
    for number, line in _lines(path):
        if line["kind"] == "sample" and not line.get("self_test"):
            yield _as(RecordedConversation, {**line, "line": number}, path, number)


def _file_of(folder: Path) -> Path:
    return folder / FILE_NAME if folder.is_dir() else folder


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, raw in enumerate(whole_lines(path), 1):
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise _wrong(path, number) from error
        if not isinstance(line, dict) or "kind" not in line:
            raise _wrong(path, number)
        yield number, line


def _as(kind: type[T], line: Mapping[str, Any], path: Path, number: int) -> T:
    try:
        return msgspec.convert(line, kind)
    except (ValueError, TypeError, msgspec.ValidationError) as error:
        raise _wrong(path, number) from error


def _wrong(path: Path, number: int, message: str = "this line does not belong in a run record") -> Exception:
    fix = "name a folder that promptkit eval wrote; a run that was killed before its header must start again"
    return PromptkitError.of("wrong-record", message, fix, path=str(path), line=number)
