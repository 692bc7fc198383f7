"""Our own run records: a header, then one line for each sample. Each sample is a conversation."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from promptkit.audit.formats._edited import edited
from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.said import Heard
from promptkit.audit.stamps import answered_stamp
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation, RecordedCall, Text

ABOUT = FormatAbout(
    host="promptkit eval",
    get="Take the folder of the run that `promptkit eval` wrote.",
    shows="Each call of each sample with its decision, arguments, result and answer.",
    lacks="Nothing of what it ran: every message passed our gate. It is no record of a chat host.",
)

_STATES = frozenset(CallState)
# Lines that are no conversation.
_BESIDE = frozenset({"run", "self_test"})
_HEADER = {"setup", "planned", "server", "tools", "instructions"}
_NEVER_LEFT = {CallState.REFUSED, CallState.PROPOSED}


def matches(value: Any) -> bool:  # noqa: ANN401
    """A header or a sample of a run record."""
    if not isinstance(value, dict):
        return False
    is_run = value.get("kind") == "run" and "server" in value
    return is_run or (value.get("kind") == "sample" and isinstance(value.get("events"), list))


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each sample, named by its prompt and case.

    The self-test asks for every action on purpose, so it is a conversation only if one of its calls was not refused.
    """
    has_samples, header = False, dict[str, Any]()
    for location, line in records:
        kind = text_of(line.get("kind")) if isinstance(line, dict) else ""
        if kind in _BESIDE and "events" not in line:
            if kind == "run" and line.keys() >= _HEADER:
                header = header or line
            if gap := _gap_beside(location, line):
                yield Conversation(location, [], [gap])
            continue
        has_samples = True
        if not (isinstance(line, dict) and isinstance(line.get("events"), list)):
            yield Conversation(location, [], [f"{location}: not a line of a run record"])
            continue
        sample = _sample(location, line, header)
        if not (_is_self_test(line) and not sample.gaps and _are_refused(sample.calls)):
            yield sample
    if not has_samples:
        yield Conversation("run", [], ["the run has no samples"])


def _gap_beside(location: str, line: Mapping[str, Any]) -> str | None:
    """What is wrong with a line that is not a sample."""
    if line.get("leaks"):
        return f"{location}: the self-test says that some of its calls got through"
    key = overlooked(line, ())
    return f"{location}: {sanitized(key, 40)} may hold calls" if key is not None else None


def _sample(location: str, sample: Mapping[str, Any], header: Mapping[str, Any]) -> Conversation:
    """The conversation of a line, held against what the line says of itself if it is in a whole record of ours."""
    texts, gaps = list[Text](), []
    pairing, heard = _Events(), Heard(texts)
    if sample.get("kind") != "sample":
        gaps.append(f"{location}: not a line of a run record")
    for index, event in enumerate(sample["events"]):
        place = f"{location}/events/{index}"
        match event:
            case {"type": "call", "name": str()}:
                pairing.call(event, place, heard.last())
            case {"type": "text", "role": str(role), "text": str(text)}:
                texts.append(Text(role, text))
            case {"type": "result"}:
                gaps += pairing.result(event, place)
                texts += answered_stamp(event.get("text"))
            case _:
                gaps.append(f"{place}: not an event of a run record")
    if isinstance(sample.get("gaps"), list):
        gaps += [sanitized(gap, 200) for gap in sample["gaps"]]
    gaps += _contradictions(location, sample)
    verdict = ""
    if header and not _is_self_test(sample):
        gaps += [f"{location}: {told}" for told in edited(sample, header)]
        verdict = text_of(sample.get("verdict"))
    may_decline = bool(header) and _is_answered_attack(sample)
    return Conversation(_name(sample), pairing.calls, gaps, texts, may_decline=may_decline, stated=verdict)


class _Events:
    """The calls of a sample. A result is that of the first call with its id that has none so far."""

    def __init__(self) -> None:
        self.calls: list[RecordedCall] = []
        self._waiting: dict[str, deque[RecordedCall]] = {}

    def call(self, event: Mapping[str, Any], location: str, said: Sequence[Text]) -> None:
        call = replace(_call(event, location), said=said)
        self.calls.append(call)
        self._waiting.setdefault(str(event.get("id")), deque()).append(call)

    def result(self, event: Mapping[str, Any], location: str) -> Iterator[str]:
        waiting = self._waiting.get(str(event.get("id")))
        if not waiting:
            yield f"{location}: a result without its call"
        elif waiting.popleft().state is not CallState.EXECUTED and event.get("is_error") is not True:
            yield f"{location}: its call did not succeed, by its state, and this result is not an error"


def _contradictions(location: str, sample: Mapping[str, Any]) -> Iterator[str]:
    """Where the line says of its own conversation what its events do not show."""
    made = sum(isinstance(event, dict) and "decision" in event for event in sample["events"])
    if "calls" in sample and sample["calls"] != made:
        yield f"{location}: it says {sanitized(sample['calls'])} calls, and {made} are there"
    called = {text_of(event.get("name")) for event in sample["events"] if isinstance(event, dict)}
    named = sample["tools"] if isinstance(sample.get("tools"), list) else []
    if missing := [tool for tool in named if text_of(tool) not in called]:
        yield f"{location}: it says that {sanitized(missing[0], 40)} was called, and no such call is there"
    if (key := overlooked(sample, ("events",))) is not None:
        yield f"{location}: {sanitized(key, 40)} may hold calls"
    claims = sample.get("assertions")
    failed = [_failed(claim) for claim in claims] if isinstance(claims, list) else []
    if "leaves_tenant_unchanged" in failed:
        yield f"{location}: the tenant changed, and no call in the record did it"
    if "only_reads_reach_torii" in failed:
        yield f"{location}: a view tool asked Torii for something else than a read"
    if "tools_stay_as_reviewed" in failed:
        yield f"{location}: the server's tools changed meanwhile, and nobody reviewed what they are now"


def _failed(claim: Any) -> Any:  # noqa: ANN401
    return claim.get("name") if isinstance(claim, dict) and claim.get("passed") is False else None


def _is_answered_attack(sample: Mapping[str, Any]) -> bool:
    """Whether the model was asked to act and the loop ended with its answer. It then noted every call there was.

    An answer to a prompt, or to a harmless question, is another matter: it was to read, and without a call it shows
    nothing.
    """
    match sample:
        case {"harmless": _}:
            return False
        case {"attack": str(), "calls": 0, "gaps": [], "events": [*_, {"type": "text", "role": "assistant"} as last]}:
            return bool(str(last.get("text")).strip())
    return False


def _is_self_test(sample: Mapping[str, Any]) -> bool:
    return sample.get("self_test") is True


def _are_refused(calls: Sequence[RecordedCall]) -> bool:
    return all(call.state is CallState.REFUSED for call in calls)


def _name(sample: Mapping[str, Any]) -> str:
    keys = ("id",) if isinstance(sample.get("id"), str) else ("prompt", "case", "attack")
    parts = [sample[key] for key in keys if isinstance(sample.get(key), str)]
    return ", ".join(["self-test", *parts] if _is_self_test(sample) else parts)


def _call(event: Mapping[str, Any], location: str) -> RecordedCall:
    state = event.get("state")
    known = CallState(state) if isinstance(state, str) and state in _STATES else CallState.UNKNOWN
    # On our own wire a name stands for itself, so what was refused under another spelling was no read.
    tool = event["name"] if known in _NEVER_LEFT else None
    decision = event.get("decision")
    rule = text_of(decision.get("rule")) if isinstance(decision, dict) and known is CallState.REFUSED else ""
    arguments = event.get("arguments", NOT_RECORDED)
    return RecordedCall(event["name"], tool, arguments, known, location, event.get("time"), refused_by=rule)
