"""The run record: JSON Lines that a run writes as it goes, is resumed from, and whose report is read from it.

The first line is the header, `{"kind": "run", ...}` with the fields of `Header`. Then comes the self-test: a line
`{"kind": "sample", "self_test": true, "attack", "events"}` for each conversation with the rogue model, and one
`{"kind": "self_test", ...}` with the fields of `SelfTest`. Each finished sample is one line `{"kind": "sample", ...}`
with the fields of `SampleResult` and three more:

- `gaps`: sentences saying why the conversation may be incomplete.
- `events`: the conversation in order. A text is `{"type": "text", "role", "text"}`; a call is `{"type": "call", "id",
  "name", "arguments", "state", "decision": {"allowed", "rule", "reason"}}`, without `decision` when it was never
  decided; a result is `{"type": "result", "id", "is_error", "text"}`, where `id` is its call's.

Lines stand in the order in which samples ended; `number` is a sample's place in the plan.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import msgspec
from filelock import FileLock, Timeout

from promptkit.errors import problem
from promptkit.evaluation.plan import Setup
from promptkit.evaluation.result import SampleResult, SelfTest
from promptkit.transcript import CallState, Verdict

FILE_NAME = "run.jsonl"
T = TypeVar("T")


@dataclass(frozen=True)
class Header:
    """What a run is about.

    Args:
        setup: what decides which samples it has.
        planned: how many samples the whole plan has, all shards together.
        model: the models, for people.
        server: `local`, or the URL of the server.
        today: what the prompts call today, ISO 8601.
        started: when it began, ISO 8601, UTC.
        promptkit: the version of this package.
        tenant: the digest of the local tenant; None on a server elsewhere.
        tools: the digest of tools.lock.json.
        instructions: the version and digest of the instructions.
        prompts: the digest of each prompt and its case, by `name@version`.
        families: the digest of each family of attacks, by name.
        replayed: what is known of the turns that were replayed from a cassette; empty where models took them.
    """

    setup: Setup
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
    """What a record holds, transcripts left out: results in the order of the plan, each self-test that ended."""

    header: Header
    self_tests: list[SelfTest]
    results: list[SampleResult]

    @property
    def fresh(self) -> list[SampleResult]:
        """The results that say something new about a model: a replay shows what was said before."""
        return [result for result in self.results if not result.replayed]


@dataclass(frozen=True)
class RecordedEvent:
    """One text, call or result of a conversation; which keys there are depends on `type`."""

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
    """What was decided of a call before it left."""

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


class RunRecord:
    """Writes a record; each line is on disk before the next begins.

    Args:
        path: the file.
        mode: `x` for one that does not exist yet, `a` to go on with one.

    Raises:
        PromptkitError: it exists already, or cannot be written.
    """

    def __init__(self, path: Path, mode: str) -> None:
        self.path = path
        make_folder(path.parent)
        try:
            # Unbuffered, so that what a full disk did not take is not written again on closing.
            self._file = path.open(f"{mode}b", buffering=0)
        except FileExistsError as error:
            fix = "name another folder, or go on with this run: --resume"
            raise problem("run-exists", f"{path} is already there", fix) from error
        except OSError as error:
            raise _unwritable(path, error) from error

    @classmethod
    def new(cls, folder: Path, header: Mapping[str, Any], name: str = FILE_NAME) -> RunRecord:
        """Begin a record in a folder that does not hold one yet; the folder is made if missing."""
        record = cls(folder / name, "x")
        record.add({"kind": "run", **header})
        return record

    @classmethod
    def resumed(cls, folder: Path, name: str = FILE_NAME) -> RunRecord:
        """Go on with a record. A last line that was not written whole is dropped; its sample runs again."""
        path = folder / name
        size = sum(len(line) for line in whole_lines(path))
        try:
            os.truncate(path, size)
        except OSError as error:
            raise _unwritable(path, error) from error
        return cls(path, "a")

    def add(self, *lines: Mapping[str, Any]) -> None:
        """Keep what has ended: samples, unless a line says that it is something else."""
        text = "".join(json.dumps({"kind": "sample", **line}, default=str) + "\n" for line in lines)
        left = memoryview(text.encode())
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def close(self) -> None:
        """Let go of the file; whatever was added is on disk already."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def make_folder(folder: Path) -> None:
    """Make a folder for records, unless it is there.

    Raises:
        PromptkitError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep every other run out of a folder, which is made if missing. A process that dies gives it up.

    Raises:
        PromptkitError: another run writes there now, or nobody can.
    """
    make_folder(folder)
    try:
        with FileLock(folder / ".lock", timeout=0):
            yield
    except Timeout as error:
        fix = "wait until it ends, or name another folder with --out"
        raise problem("run-in-use", f"another run writes to {folder} now", fix) from error


def read_record(folder: Path) -> Recorded:
    """Read a record.

    Args:
        folder: where `run.jsonl` is, or that file.

    Raises:
        PromptkitError: it cannot be read, or a line is not of a run record; names the line.
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
        raise _wrong(path, 1, "it does not begin with the header of a run")
    return Recorded(header, self_tests, [results[number] for number in sorted(results)])


def read_conversations(folder: Path) -> Iterator[RecordedConversation]:
    """Read what was said and called in each sample of a record, one at a time, in the order in which they ended.

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


def whole_lines(path: Path) -> Iterator[bytes]:
    """Every line that ends: a run that was killed may have left half of one."""
    try:
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))
    except OSError as error:
        fix = "name the folder of a run, such as runs/20261102T090000Z"
        raise problem("unreadable", f"cannot read it: {error.strerror}", fix, path=str(path)) from error


def _wrong(path: Path, number: int, message: str = "this line is not of a run record") -> Exception:
    fix = "name the folder of a run that promptkit eval wrote; a run that was killed before its header begins anew"
    return problem("wrong-record", message, fix, path=str(path), line=number)


def _unwritable(path: Path, error: OSError) -> Exception:
    fix = "free space, then go on with --resume; or name another folder"
    return problem("unwritable", f"cannot write {path}: {error.strerror}", fix)
