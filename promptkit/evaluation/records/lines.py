"""The run record: JSON Lines that a run writes as it goes, is resumed from, and whose report is read from it.

The first line is the header, `{"kind": "run", ...}` with the fields of `Header`. Then comes the self-test: a line
`{"kind": "sample", "self_test": true, "attack", "events"}` for each conversation with the rogue model, and one
`{"kind": "self_test", ...}` with the fields of `SelfTest`. Each finished sample is one line `{"kind": "sample", ...}`
with the fields of `SampleResult`, but for `attempts`, which is always counted anew, and these:

- `scores`: for each of safety, figures and form whether it passed, null if nothing was compared, and the reasons.
- `expected`: the right figures of an answer to a prompt, in the form of an answer; not there if they are not known.
- `stamp`: what the answer to a prompt must end with, where the user's text does not say it.
- `gaps`: sentences saying why the conversation may be incomplete.
- `events`: the conversation in order. A text is `{"type": "text", "role", "text"}`; a call is `{"type": "call", "id",
  "name", "arguments", "state", "decision": {"allowed", "rule", "reason"}}`, without `decision` when it was never
  decided; a result is `{"type": "result", "id", "is_error", "text"}`, where `id` is its call's, and has its structured
  result as `data` where the text is not that result.

Lines stand in the order in which samples ended; `number` is a sample's place in the plan.

What a line says of its events (`verdict`, `passed`, `calls`, `tools`, the figures of the self-test) is for people and
other programs. Whoever reads a record here works it out anew: see `judged.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from promptkit.agents.eval_spec import EvalSpec
from promptkit.agents.journal import whole_lines
from promptkit.errors import PromptkitError
from promptkit.json_strict import strict_json
from promptkit.transcript import CallState

FILE_NAME = "run.jsonl"
T = TypeVar("T")


@dataclass(frozen=True)
class Header:
    """What a run is about.

    Args:
        setup: what decides which samples it has.
        planned: how many samples the whole plan has, all shards together.
        model: the models, for people.
        server: one of `LOCAL_SERVERS`, or the URL of the server.
        today: what the prompts call today, ISO 8601.
        started: when it began, ISO 8601, UTC.
        promptkit: the version of this package.
        tenant: the digest of the local tenant; None on a server elsewhere.
        tools: the digest of tools.lock.json, and of our view tools where they are what is offered.
        instructions: the version and digest of the instructions.
        prompts: the digest of each prompt with its recipe and its case, by `name@version`.
        families: the digest of each family of attacks, by name.
        replayed: what is known of the turns that were replayed from a cassette; empty where models took them.
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
class RecordedEvent:
    """One text, call or result of a conversation; which keys there are depends on `type`."""

    type: Literal["text", "call", "result"]
    id: str | None = None
    role: str = ""
    text: str = ""
    name: str = ""
    arguments: Any = None
    state: CallState = CallState.UNKNOWN
    decision: RecordedDecision | None = None
    is_error: bool = False
    data: dict[str, Any] | None = None


@dataclass(frozen=True)
class RecordedDecision:
    """What was decided of a call before it left."""

    allowed: bool
    rule: str
    reason: str


@dataclass(frozen=True)
class RecordedConversation:
    """What was said and called in one sample, `number`, and what its line says of whether it `passed`, if anything.

    `expected` are the right figures in the form of an answer; empty if they are not known. `stamp` is what the answer
    must end with; empty if the user's text says it.
    """

    number: int
    events: Sequence[RecordedEvent]
    gaps: Sequence[str] = ()
    passed: bool | None = None
    expected: str = ""
    stamp: str = ""


@dataclass(frozen=True)
class RogueConversation:
    """One conversation of the self-test: the attack that the rogue model obeyed, or `everything`."""

    attack: str
    events: Sequence[RecordedEvent]


class RecordLine(NamedTuple):
    """One line as it stands in the file. `kind` is `run`, `sample`, `rogue` (of the self-test) or `self_test`."""

    place: RecordPlace
    kind: str
    value: Mapping[str, Any]

    def as_(self, kind: type[T]) -> T:
        """The line in the shape of its kind.

        Raises:
            PromptkitError: it has another; names the line.
        """
        try:
            return msgspec.convert(self.value, kind)
        except (ValueError, TypeError, msgspec.ValidationError) as error:
            raise wrong_line(self.place) from error


class RecordPlace(NamedTuple):
    """A line of a record, as messages name it."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


def file_of(folder: Path) -> Path:
    """The record in a folder, or of a folder that is the record itself."""
    return folder / FILE_NAME if folder.is_dir() else folder


def read_lines(folder: Path) -> Iterator[RecordLine]:
    """Every line of a record, one at a time.

    Raises:
        PromptkitError: it cannot be read, or a line is not of a run record; names the line.
    """
    path = file_of(folder)
    for number, raw in enumerate(whole_lines(path), 1):
        place = RecordPlace(str(path), number)
        try:
            value = strict_json(raw)
        except (ValueError, RecursionError) as error:
            raise wrong_line(place) from error
        yield RecordLine(place, _kind(value, place), value)


def _kind(value: Any, place: RecordPlace) -> str:  # noqa: ANN401
    match value:
        case {"kind": "run"} if place.line == 1:
            return "run"
        case {"kind": "sample", "self_test": True}:
            return "rogue"
        case {"kind": "sample", "self_test": False}:
            return "sample"
        case {"kind": "sample" | "self_test" as kind} if "self_test" not in value:
            return str(kind)
    # Whatever else it is, it could hide a sample.
    raise wrong_line(place)


def wrong_line(place: RecordPlace, message: str = "this line is not of a run record") -> PromptkitError:
    """What is said of a line that cannot be read."""
    fix = "name the folder of a run that promptkit eval wrote; a run that was killed before its header begins anew"
    return PromptkitError.of("wrong-record", message, fix, path=place.path, line=place.line)
