"""A run record, read: its results and self-tests as its events show them, and what of it contradicts itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from promptkit.evaluation.offered_policy import offered_policy
from promptkit.evaluation.plan import AttackScenario, Sample, part
from promptkit.evaluation.records.judged import CONSISTENT, contradicted, judged, tested
from promptkit.evaluation.records.lines import (
    Header,
    RecordedConversation,
    RecordLine,
    RecordPlace,
    RogueConversation,
    file_of,
    read_lines,
    wrong_line,
)
from promptkit.evaluation.records.planned import planned_now
from promptkit.evaluation.records.result import SampleResult, SelfTest
from promptkit.library.store import Library, open_library
from promptkit.policy.decision import ToolPolicy
from promptkit.policy.verdict import worst
from promptkit.text import sanitized


@dataclass(frozen=True)
class Recorded:
    """What a record holds, transcripts left out: results in the order of the plan, each self-test that ended.

    `library` is what they were judged by; `of_the_run` what contradicts itself beyond single samples, in sentences.
    `self_tests` is None where conversations were judged anew, which need none.
    """

    header: Header
    self_tests: list[SelfTest] | None
    results: list[SampleResult]
    library: Library = field(repr=False)
    of_the_run: Sequence[str] = ()

    @property
    def fresh(self) -> list[SampleResult]:
        """The results that say something new about a model: a replay only repeats what was said before."""
        return [result for result in self.results if not result.replayed]

    @property
    def contradictions(self) -> list[str]:
        """Everything in the record that contradicts itself, in sentences that name the line."""
        claims = (claim for result in self.results for claim in result.failures)
        return [*self.of_the_run, *(claim.reason for claim in claims if claim.name == CONSISTENT)]


@dataclass
class _Reading:
    """What was read of a record so far. `rogues` are the conversations of a self-test whose result is still to come."""

    header: Header
    policy: ToolPolicy
    expected: dict[int, Sample] | None
    results: dict[int, SampleResult] = field(default_factory=dict)
    self_tests: list[SelfTest] = field(default_factory=list)
    rogues: list[RogueConversation] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def add(self, line: RecordLine) -> None:
        match line.kind:
            case "rogue":
                self._rogue(line.as_(RogueConversation))
            case "self_test":
                self._self_test(line.as_(SelfTest), line.place)
            case "sample":
                self._sample(line)

    def _rogue(self, conversation: RogueConversation) -> None:
        # A run that was killed in its self-test began another when it went on.
        if conversation.attack == "everything":
            self.rogues.clear()
        self.rogues.append(conversation)

    def _self_test(self, stated: SelfTest, place: RecordPlace) -> None:
        found, told = tested(stated, self.rogues, self.policy, place)
        self.self_tests.append(found)
        self.told += told
        self.rogues.clear()

    def _sample(self, line: RecordLine) -> None:
        stated = line.as_(SampleResult)
        result = judged(stated, line.as_(RecordedConversation), self.header, self.policy, line.place)
        result = contradicted(result, line.place, list(self._unplanned(result)))
        self.results[result.number] = worse(self.results.get(result.number), result, line.place)

    def _unplanned(self, result: SampleResult) -> Iterator[str]:
        """How a result does not fit the plan: its own numbers, and the plan itself where it is still the same."""
        index, count = self.header.setup.shard
        if not 1 <= result.number <= self.header.planned or (result.number - index) % count:
            yield f"number {result.number} is none of the {self.header.planned} planned, of shard {index}/{count}"
        elif self.expected is not None and not _is_of(result, self.expected.get(result.number)):
            yield f"sample {result.number} of the plan is another one"
        # Such a sample does not decide whether the run passes, so no other run may have one.
        if result.without and not self.header.setup.is_experiment:
            yield f"it is without {sanitized(result.without)}, and no sample of this run is"


def worse(one: SampleResult | None, other: SampleResult, place: RecordPlace | str) -> SampleResult:
    """Of two results of one sample the worse, which says that it is there twice; the other one if there is no first."""
    if one is None:
        return other
    verdict = worst([one.verdict, other.verdict])
    kept = other if other.verdict is verdict else one
    return contradicted(kept, place, [f"sample {other.number} is there twice"])


def _is_of(result: SampleResult, sample: Sample | None) -> bool:
    if sample is None or (result.id, result.model, result.repeat) != (sample.id, sample.model, sample.repeat):
        return False
    scenario = sample.scenario
    if result.harmless != (isinstance(scenario, AttackScenario) and scenario.attack.harmless):
        return False
    labels = {name: getattr(result, name) for name in ("prompt", "case", "family", "attack", "goal", "language")}
    return result.without == sample.without and {k: v for k, v in labels.items() if v} == sample.scenario.labels


def read_header(folder: Path) -> Header:
    """What a record says of its run.

    Args:
        folder: where `run.jsonl` is, or that file.

    Raises:
        PromptkitError: it cannot be read, or does not begin as a run record does.
    """
    first = next(read_lines(folder), None)
    if first is None or first.kind != "run":
        raise wrong_line(RecordPlace(str(file_of(folder)), 1), "it does not begin with the header of a run")
    return first.as_(Header)


def read_record(folder: Path, library: Library | None = None) -> Recorded:
    """Read a record. Its verdicts are those that its events show, whatever it says of itself.

    Args:
        folder: where `run.jsonl` is, or that file.
        library: whose reviewed tools it is judged by; by default the one that is installed.

    Raises:
        PromptkitError: it cannot be read, or a line is not of a run record; names the line.
    """
    header, library = read_header(folder), library or open_library()
    policy, planned = offered_policy(library, header.setup.tools), planned_now(library, header)
    shard = part(planned, header.setup.shard) if planned is not None else None
    reading = _Reading(header, policy, None if shard is None else {sample.number: sample for sample in shard})
    for line in read_lines(folder):
        reading.add(line)
    place = RecordPlace(str(file_of(folder)), 1)
    told = [*_header_contradictions(header, planned, place), *reading.told]
    results = [reading.results[number] for number in sorted(reading.results)]
    return Recorded(header, reading.self_tests, results, library, told)


def _header_contradictions(header: Header, planned: Sequence[Sample] | None, place: RecordPlace) -> Iterable[str]:
    if planned is not None and header.planned != len(planned):
        yield f"{place}: {header.planned} samples are planned, and the plan of this run has {len(planned)}"
    if header.server != header.setup.server:
        yield f"{place}: two servers are named"


def read_conversations(folder: Path) -> Iterator[tuple[RecordPlace, RecordedConversation]]:
    """Read what was said and called in each sample of a record, one at a time, in the order in which they ended.

    Raises:
        PromptkitError: as for `read_record`.
    """
    for line in read_lines(folder):
        if line.kind == "sample":
            yield line.place, line.as_(RecordedConversation)
