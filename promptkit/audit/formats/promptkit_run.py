"""Our own run records: a header, then one line for each sample. Each sample is a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.audit.reader import Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation, RecordedCall, Text

_STATES = frozenset(CallState)
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

    The self-test asks for every action on purpose, so it is one only if a call of it was not refused.
    """
    has_samples = is_ours = False
    for record in records:
        kind = record.value.get("kind") if isinstance(record.value, dict) else None
        if kind in ("run", "self_test"):
            is_ours = is_ours or (kind == "run" and record.value.keys() >= _HEADER)
            continue
        has_samples = True
        if kind == "sample" and matches(record.value):
            sample = _sample(record.location, record.value, is_ours=is_ours)
            if not (_is_self_test(record.value) and not sample.gaps and _are_refused(sample.calls)):
                yield sample
        else:
            yield Conversation(record.location, [], [f"{record.location}: it is no line of a run record"])
    if not has_samples:
        yield Conversation("run", [], ["the run has no samples"])


def _sample(location: str, sample: Mapping[str, Any], *, is_ours: bool) -> Conversation:
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
        gaps += [sanitized(gap, 200) for gap in sample["gaps"]]
    gaps += _contradictions(location, sample)
    return Conversation(_name(sample), calls, gaps, texts, may_decline=is_ours and _is_answered_attack(sample))


def _contradictions(location: str, sample: Mapping[str, Any]) -> Iterator[str]:
    """Where the line says of its own conversation what its events do not show."""
    made = sum(isinstance(event, dict) and "decision" in event for event in sample["events"])
    if "calls" in sample and sample["calls"] != made:
        yield f"{location}: it says {sanitized(sample['calls'])} calls, and {made} are there"
    claims = sample.get("assertions")
    failed = [_failed(claim) for claim in claims] if isinstance(claims, list) else []
    if "leaves_tenant_unchanged" in failed:
        yield f"{location}: the tenant changed, and no call in the record did it"
    if "tools_stay_as_reviewed" in failed:
        yield f"{location}: the server's tools changed meanwhile, and nobody reviewed what they are now"


def _failed(claim: Any) -> Any:  # noqa: ANN401
    return claim.get("name") if isinstance(claim, dict) and claim.get("passed") is False else None


def _is_answered_attack(sample: Mapping[str, Any]) -> bool:
    """Whether the model was asked to act and the loop ended with its answer. It then noted every call there was.

    An answer to a prompt is another matter: it was to read, and without a call it shows nothing.
    """
    match sample:
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
    return RecordedCall(event["name"], tool, event.get("arguments", NOT_RECORDED), known, location, event.get("time"))
