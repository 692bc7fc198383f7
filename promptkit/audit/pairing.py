"""Calls and what became of them: results find their calls by id, in whatever order a record keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import RAN, CallState, RecordedCall

# The more a state says that something ran, the further back it stands.
_ORDER = [
    CallState.PROPOSED,
    CallState.AWAITING_APPROVAL,
    CallState.REFUSED,
    CallState.DENIED,
    CallState.FAILED,
    CallState.UNKNOWN,
    CallState.EXECUTED,
]
# A call that the record itself shows as run is not undone by what else it says.
_SHOWN = frozenset({CallState.FAILED, CallState.EXECUTED})
_NO_ARGUMENTS = (None, "", NOT_RECORDED)
_Key = tuple[str, Any]


class Pairing:
    """The calls of one conversation.

    The same call under the same id counts once, as where a record tells of its start and of its end. Two different
    calls under one id are both kept: what may have run then counts for both, a denial for neither. A result that names
    its tool shows that the tool ran, also where the call itself is not in the record.
    """

    def __init__(self) -> None:
        self._calls: list[tuple[_Key | None, RecordedCall]] = []
        self._by_key: dict[_Key, list[int]] = {}
        self._results: dict[_Key, CallState] = {}
        self._places: dict[_Key, tuple[str, str]] = {}
        self._lost: list[str] = []

    def call(self, call_id: object, call: RecordedCall) -> None:
        """Add a call; its state is what holds if no result comes."""
        key = _key(call_id)
        same = self._by_key.setdefault(key, []) if key else []
        for index in same:
            if same_call := _merged(self._calls[index][1], call):
                self._calls[index] = (key, same_call)
                return
        same.append(len(self._calls))
        self._calls.append((key, call))

    def result(self, call_id: object, state: CallState, location: str, name: object = None) -> None:
        """Add what became of a call. Of several, the one that says most that it ran counts."""
        key = _key(call_id)
        if key is None:
            self._lost.append(location)
            return
        self._places.setdefault(key, (location, text_of(name)))
        self._results[key] = furthest([state, self._results.get(key, state)])

    def calls(self) -> list[RecordedCall]:
        """Every call with its final state, in the order they were added; then those only a result tells of."""
        told = [
            RecordedCall(name, None, NOT_RECORDED, self._results[key], place)
            for key, (place, name) in self._places.items()
            if name and key not in self._by_key
        ]
        return [replace(call, state=self._state(key, call)) for key, call in self._calls] + told

    def gaps(self) -> list[str]:
        """A sentence for each result whose call is not in the record."""
        unnamed = [place for key, (place, name) in self._places.items() if key not in self._by_key and not name]
        lost = self._lost + unnamed
        return [f"{place}: a result without its call" for place in lost]

    def _state(self, key: _Key | None, call: RecordedCall) -> CallState:
        result = self._results.get(key) if key else None
        if key is None or result is None:
            return call.state
        if call.state in _SHOWN:
            return furthest([call.state, result])
        is_shared = len(self._by_key[key]) > 1
        return call.state if is_shared and result not in RAN else result

    def go_on(self) -> None:
        """Note that the conversation goes on: what was asked for so far and gets no result may have run."""
        for index, (key, call) in enumerate(self._calls):
            if call.state is CallState.PROPOSED:
                self._calls[index] = (key, replace(call, state=CallState.UNKNOWN))


def _merged(call: RecordedCall, new: RecordedCall) -> RecordedCall | None:
    """One call for both; None if they are two."""
    if (call.name, call.server) != (new.name, new.server):
        return None
    # A stream tells of a call before its arguments are there, and some tell of its end without them.
    if call.arguments in _NO_ARGUMENTS:
        call, new = new, call
    elif new.arguments not in (call.arguments, *_NO_ARGUMENTS):
        return None
    return replace(call, state=furthest([call.state, new.state]))


def furthest(states: Sequence[CallState]) -> CallState:
    """The state that says most that the call ran."""
    return max(states, key=_ORDER.index)


def _key(call_id: object) -> _Key | None:
    # 1, 1.0 and "1" are three ids.
    return (type(call_id).__name__, call_id) if isinstance(call_id, str | int | float) and call_id != "" else None


def iso_time(value: object) -> str | None:
    """A time as ISO 8601: text as it stands, a number as seconds since 1970 in UTC, None for anything else."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    except (OverflowError, OSError, ValueError):
        return None


def text_of(value: object) -> str:
    """`value` if it is text, empty for anything else."""
    return value if isinstance(value, str) else ""
