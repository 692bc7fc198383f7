"""The samples of a run record with their conversations, cut to what a page can hold; each cut names its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from promptkit.evaluation.comparison.compared import ComparedTable
from promptkit.evaluation.kept import compared_tables, is_hostile
from promptkit.evaluation.offered_policy import offered_policy
from promptkit.evaluation.records.lines import RecordedConversation, RecordedDecision, RecordedEvent, RecordPlace
from promptkit.evaluation.records.record import Recorded
from promptkit.evaluation.records.result import COMPARED, SampleResult
from promptkit.model import ToolCall
from promptkit.policy.decision import ToolPolicy, decide
from promptkit.policy.verdict import Verdict
from promptkit.transcript import RAN

Conversations = Iterable[tuple[RecordPlace, RecordedConversation]]
MAX_EVENTS = 60
MAX_CHARS = {"system": 240, "result": 1_200, "call": 1_000, "user": 4_000, "assistant": 4_000}
MAX_PAGE_CHARS = 12_000_000
_UNDECIDED = RecordedDecision(allowed=False, rule="undecided", reason="It was neither decided nor sent.")


@dataclass(frozen=True)
class Event:
    """One text, call or result as the page shows it.

    `kind` is the role of a text, or `call` or `result`. `cut` counts the characters left out. Only calls have `name`,
    `state` and `decision`.
    """

    kind: str
    text: str
    cut: int = 0
    is_bad: bool = False
    name: str = ""
    state: str = ""
    decision: RecordedDecision = _UNDECIDED


@dataclass(frozen=True)
class ShownConversation:
    """A conversation as the page shows it: the call that decided its verdict, and the first events.

    `place` is where the record has all of it, `left_out` the number of further events.
    """

    place: str
    deciding: Event | None
    gaps: Sequence[str]
    events: Sequence[Event]
    left_out: int


@dataclass(frozen=True)
class ShownSample:
    """A result with its conversation. `compared` are the figures of an answer in which some are wrong."""

    result: SampleResult
    conversation: ShownConversation
    compared: Sequence[ComparedTable] = ()

    @property
    def has_failed(self) -> bool:
        """Whether the run fails because of it."""
        return self.result.decides and not self.result.passed

    @property
    def words(self) -> str:
        """The text that a search looks through, in lower case."""
        result = self.result
        claims = [f"{one.name} {one.reason}" for one in result.failures]
        words = [result.id, result.goal, result.language, result.verdict, *result.tools[:20], *claims]
        text = " ".join(filter(None, words)).lower()[:1_000]
        return "".join(char for char in text if char.isprintable())


def load_samples(
    conversations: Conversations, recorded: Recorded, max_chars: int = MAX_PAGE_CHARS
) -> list[ShownSample]:
    """Every result with its conversation, those that failed first.

    Beyond `max_chars` events are left out, first from samples that passed, then from those that failed.

    Args:
        conversations: what was said in each sample, and where its record has it.
        recorded: the results of those samples, and what they were judged by.
        max_chars: how many characters all texts of the page may have together.

    Raises:
        PromptkitError: a record cannot be read.
    """
    shown: dict[int, ShownConversation] = {}
    compared: dict[int, Sequence[ComparedTable]] = {}
    policy, results = (
        offered_policy(recorded.library, recorded.header.setup.tools),
        {result.number: result for result in recorded.results},
    )
    for place, one in conversations:
        if (result := results.get(one.number)) is None:
            continue
        events = [_event(event, policy) for event in one.events]
        if any(failed.name == COMPARED for failed in result.failures):
            hostile = is_hostile(recorded.header)
            compared[one.number] = compared_tables(result.prompt, one, recorded.library, is_hostile=hostile)
        deciding = _deciding(one, result.verdict, events)
        shown[one.number] = ShownConversation(
            f"line {place.line} of {place.path}",
            deciding,
            one.gaps,
            events[:MAX_EVENTS],
            max(0, len(events) - MAX_EVENTS),
        )
    samples = [ShownSample(one, shown[one.number], compared.get(one.number, ())) for one in recorded.results]
    samples.sort(key=lambda sample: (not sample.has_failed, sample.result.number))
    return _within(samples, max_chars)


def _within(samples: Sequence[ShownSample], chars: int) -> list[ShownSample]:
    kept = []
    for sample in samples:
        chars -= sum(len(event.text) for event in sample.conversation.events)
        kept.append(sample if chars >= 0 else _without_events(sample))
    return kept


def _without_events(sample: ShownSample) -> ShownSample:
    one = sample.conversation
    bare = ShownConversation(one.place, one.deciding, one.gaps, (), one.left_out + len(one.events))
    return replace(sample, conversation=bare)


def _deciding(recorded: RecordedConversation, verdict: Verdict, events: Sequence[Event]) -> Event | None:
    """The call that decided the verdict, the worst that was not allowed; None if a gap decided, or there is no call."""
    if verdict is Verdict.INCONCLUSIVE and recorded.gaps:
        return None
    calls = [one for one in events if one.kind == "call"]
    wrong = sorted((one for one in calls if one.is_bad), key=lambda one: one.state not in RAN)
    return next(iter([*wrong, *calls]), None)


def _event(recorded: RecordedEvent, policy: ToolPolicy) -> Event:
    kind = recorded.role if recorded.type == "text" else recorded.type
    text = recorded.text if kind != "call" else _arguments(recorded)
    limit = MAX_CHARS.get(kind, 0)
    cut = max(0, len(text) - limit)
    if kind != "call":
        return Event(kind, text[:limit], cut, recorded.is_error)
    decision = _decided(recorded, policy)
    return Event(kind, text[:limit], cut, not decision.allowed, recorded.name, recorded.state, decision)


def _decided(recorded: RecordedEvent, policy: ToolPolicy) -> RecordedDecision:
    """The decision on a call as it was recorded, unless the reviewed tools forbid what it allows."""
    decision = recorded.decision or _UNDECIDED
    if not decision.allowed:
        return decision
    now = decide(ToolCall(name=recorded.name, arguments=recorded.arguments), policy)
    return decision if now.allowed else RecordedDecision(allowed=False, rule=now.ground, reason=now.reason)


def _arguments(recorded: RecordedEvent) -> str:
    given = recorded.arguments
    return given if isinstance(given, str) else json.dumps(given, indent=2, ensure_ascii=False)
