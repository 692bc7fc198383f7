"""Our own run records: a header, then one line for each sample. Each sample is a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.audit.reader import Record
from promptkit.audit.strict import NOT_RECORDED
from promptkit.errors import shown
from promptkit.transcript import CallState, Conversation, RecordedCall, Text

_STATES = frozenset(CallState)


def matches(value: Any) -> bool:  # noqa: ANN401
    """A header or a sample of a run record."""
    if not isinstance(value, dict):
        return False
    is_run = value.get("kind") == "run" and "server" in value
    return is_run or (value.get("kind") == "sample" and isinstance(value.get("events"), list))


def read(records: Iterable[Record]) -> Iterator[Conversation]:
    """One conversation for each sample, named by its prompt and case.

    The self-test asks for every action on purpose, so it is one only if a call of it was not refused.
    """
    has_samples = False
    for record in records:
        kind = record.value.get("kind") if isinstance(record.value, dict) else None
        if kind in ("run", "self_test"):
            continue
        has_samples = True
        if kind == "sample" and matches(record.value):
            sample = _sample(record.location, record.value)
            if not (_is_self_test(record.value) and not sample.gaps and _are_refused(sample.calls)):
                yield sample
        else:
            yield Conversation(record.location, [], [f"{record.location}: it is no line of a run record"])
    if not has_samples:
        yield Conversation("run", [], ["the run has no samples"])


def _sample(location: str, sample: Mapping[str, Any]) -> Conversation:
    calls, texts, gaps = [], [], []
    for index, event in enumerate(sample["events"]):
        match event:
            case {"type": "call", "name": str()}:
                calls.append(_call(event, f"{location}/events/{index}"))
            case {"type": "text", "role": str(role), "text": str(text)}:
                texts.append(Text(role, text))
            case {"type": "result"}:
                pass
            case _:
                gaps.append(f"{location}/events/{index}: it is no event of a run record")
    if isinstance(sample.get("gaps"), list):
        gaps += [shown(gap, 200) for gap in sample["gaps"]]
    return Conversation(_name(sample), calls, gaps, texts)


def _is_self_test(sample: Mapping[str, Any]) -> bool:
    return sample.get("self_test") is True


def _are_refused(calls: Sequence[RecordedCall]) -> bool:
    return all(call.state is CallState.REFUSED for call in calls)


def _name(sample: Mapping[str, Any]) -> str:
    parts = [sample[key] for key in ("prompt", "case", "attack") if isinstance(sample.get(key), str)]
    return ", ".join(["self-test", *parts] if _is_self_test(sample) else parts)


def _call(event: Mapping[str, Any], location: str) -> RecordedCall:
    state = event.get("state")
    known = CallState(state) if isinstance(state, str) and state in _STATES else CallState.UNKNOWN
    return RecordedCall(event["name"], None, event.get("arguments", NOT_RECORDED), known, location, event.get("time"))
