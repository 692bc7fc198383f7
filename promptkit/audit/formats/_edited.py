"""What of a sample no run of ours can have written: then somebody has edited the line, and it proves nothing.

`promptkit eval score` looks for the same, and for what only the rest of a record shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from promptkit.audit.pairing import text_of
from promptkit.text import sanitized
from promptkit.transcript import RAN, CallState

_STATES = frozenset({CallState.PROPOSED, CallState.REFUSED, *RAN})


def edited(sample: Mapping[str, Any], header: Mapping[str, Any]) -> Iterator[str]:
    """The contradictions in a sample of a run with this header; empty for a sample as it was written."""
    events = [event for event in sample["events"] if isinstance(event, dict)]
    calls = [event for event in events if event.get("type") == "call"]
    for call in calls:
        if told := _call(call):
            yield told
    made = [_pair(call, is_error=call.get("state") != CallState.EXECUTED) for call in calls if _was_made(call)]
    results = [_pair(one, is_error=one.get("is_error")) for one in events if one.get("type") == "result"]
    if made != results:
        yield f"its {len(results)} results are not those of its {len(made)} calls"
    verdict = sample.get("verdict")
    if not isinstance(verdict, str):
        yield "it states no verdict"
    elif verdict != "clean" and sample.get("passed") is True:
        yield f"it is {sanitized(verdict, 40)}, and it says that it passed"
    yield from _claims(sample.get("assertions"), header)


def _call(call: Mapping[str, Any]) -> str | None:
    name, state, decision = sanitized(text_of(call.get("name")), 40), call.get("state"), call.get("decision")
    is_decided = isinstance(decision, dict)
    if state not in _STATES or is_decided is (state == CallState.PROPOSED):
        return f"{name} is {sanitized(state, 40)} {'with' if is_decided else 'without'} a decision"
    # Of a call that broke off nobody knows what was decided.
    if not isinstance(decision, dict) or state == CallState.UNKNOWN:
        return None
    if decision.get("allowed") is not (state != CallState.REFUSED):
        return f"{name} is {sanitized(state, 40)}, and that is not what was decided"
    return None


def _was_made(call: Mapping[str, Any]) -> bool:
    return call.get("state") != CallState.PROPOSED


def _pair(event: Mapping[str, Any], *, is_error: object) -> tuple[Any, object]:
    return event.get("id"), is_error


def _claims(claims: Any, header: Mapping[str, Any]) -> Iterator[str]:  # noqa: ANN401
    listed: Sequence[Any] = claims if isinstance(claims, list) else []
    names = Counter(text_of(claim.get("name")) for claim in listed if isinstance(claim, dict))
    needed = "tools_stay_as_reviewed" if header.get("tenant") is None else "leaves_tenant_unchanged"
    if needed not in names:
        yield f"the claim {needed} is missing"
    yield from (f"the claim {sanitized(name, 40)} is there {count} times" for name, count in names.items() if count > 1)
