"""Calls and what became of them: results find their calls by id, in whatever order a record keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from promptkit.audit.said import Heard
from promptkit.audit.strict import NOT_RECORDED
from promptkit.transcript import RAN, CallState, RecordedCall, Text

# Ordered by how strongly a state shows that the call ran.
_ORDER = [
    CallState.PROPOSED,
    CallState.AWAITING_APPROVAL,
    CallState.REFUSED,
    CallState.DENIED,
    CallState.FAILED,
    CallState.UNKNOWN,
    CallState.EXECUTED,
]
# A call that the record itself says has run is not undone by what else it says.
_SAID_TO_HAVE_RUN = frozenset({CallState.FAILED, CallState.EXECUTED})
_NO_ARGUMENTS = (None, "", NOT_RECORDED)
# A record tells of one call a few times in a row; more calls under one id are compared with the last of them only, so
# that a file in which every call has the same id takes no longer.
_MAX_COMPARED = 16
_LABEL = re.compile(r"[./:]|__")


class Pairing:
    """The calls of one conversation.

    The same call under the same id counts once, as where a record tells of its start and of its end, unless the record
    has an entry for each call and these are two. Two calls under one id are both kept: a result is that of the only one
    that has an entry and waits for it. Otherwise what may have run counts for both, a denial for neither. A result that
    names a tool shows that the tool ran, also where no call of that name has its id.

    Args:
        texts: grows with what people and the model say, so that each call has what was said before it.
    """

    def __init__(self, texts: Sequence[Text] = ()) -> None:
        self._heard = Heard(texts)
        self._calls: list[tuple[str | None, RecordedCall]] = []
        self._by_key: dict[str, list[int]] = {}
        # The entry of each call, None where the record may tell of it again; and those without a result, by their key.
        self._entries: list[object] = []
        self._waiting: dict[str, list[int]] = {}
        self._own: dict[int, CallState] = {}
        # The calls that are proposals, as far as the record goes.
        self._proposed: list[int] = []
        # What became of the calls by their key, and the first result under each name that results gave.
        self._states: dict[str, CallState] = {}
        self._results: dict[str, dict[str, RecordedCall]] = {}
        self._lost: list[str] = []

    def call(self, call_id: object, call: RecordedCall, entry: object = None) -> None:
        """Add a call; its state is what holds if no result comes.

        Args:
            call_id: what results and approvals name it by.
            call: the call.
            entry: what tells this entry of the record from others under the same id, such as its place or an id of its
                own; None where the record may tell of one call in several entries.
        """
        call = replace(call, said=self._heard.last())
        key = _key(call_id)
        same = self._by_key.setdefault(key, []) if key else []
        for index in same[-_MAX_COMPARED:]:
            is_other = None not in (entry, self._entries[index]) and entry != self._entries[index]
            if not is_other and (same_call := _merged(self._calls[index][1], call)):
                self._calls[index] = (key, same_call)
                return
        if call.state is CallState.PROPOSED:
            self._proposed.append(len(self._calls))
        same.append(len(self._calls))
        if key:
            self._waiting.setdefault(key, []).append(len(self._calls))
        self._calls.append((key, call))
        self._entries.append(entry)

    def has_call(self, call_id: object) -> bool:
        """Whether a call with this id was added."""
        return _key(call_id) in self._by_key

    def result(self, call_id: object, state: CallState, location: str, name: object = None) -> None:
        """Add what became of a call. Of several, the one that says most that it ran counts."""
        key = _key(call_id)
        if key is None:
            self._lost.append(location)
            return
        named = text_of(name)
        results = self._results.setdefault(key, {})
        first = results.get(named)
        if first is None:
            results[named] = RecordedCall(named, None, NOT_RECORDED, state, location, said=self._heard.last())
        else:
            results[named] = replace(first, state=furthest([state, first.state]))
        waiting = self._waiting.pop(key, [])
        if len(waiting) == 1 and self._entries[waiting[0]] is not None:
            self._own[waiting[0]] = state
        else:
            self._states[key] = furthest([state, self._states.get(key, state)])

    def calls(self) -> list[RecordedCall]:
        """Every call with its final state, in the order they were added; then those only a result tells of."""
        only_results = [result for key in self._results for result in self._without_call(key)]
        calls = [replace(call, state=self._state(index, key, call)) for index, (key, call) in enumerate(self._calls)]
        return calls + only_results

    def gaps(self) -> list[str]:
        """A sentence for each result whose call is not in the record."""
        unnamed = [
            results[""].location
            for key, results in self._results.items()
            if key not in self._by_key and results.keys() == {""}
        ]
        return [f"{place}: a result without its call" for place in self._lost + unnamed]

    def go_on(self) -> None:
        """Note that the conversation goes on: what was asked for so far and gets no result may have run.

        A reader whose format only proposes calls (`CallState.PROPOSED`) calls this before it notes any message that
        comes after them, since the client has then decided on them. Without it, a call that ran and whose result was
        left out would count as a mere attempt.
        """
        for index in self._proposed:
            key, call = self._calls[index]
            if call.state is CallState.PROPOSED:
                self._calls[index] = (key, replace(call, state=CallState.UNKNOWN))
        self._proposed.clear()

    def _without_call(self, key: str) -> Iterator[RecordedCall]:
        """The results under a key that name a tool which no call under it has."""
        if named := [result for name, result in self._results[key].items() if name]:
            tools = {_tool(self._calls[index][1].name) for index in self._by_key.get(key, [])}
            yield from (result for result in named if _tool(result.name) not in tools)

    def _state(self, index: int, key: str | None, call: RecordedCall) -> CallState:
        shared, own = self._states.get(key) if key else None, self._own.get(index)
        is_shared = key is not None and len(self._by_key[key]) > 1
        if is_shared and shared not in RAN:
            shared = None
        told = [state for state in (shared, own) if state is not None]
        if call.state in _SAID_TO_HAVE_RUN or not told:
            told.append(call.state)
        return furthest(told)


def _tool(name: str) -> str:
    """The end of a spelling, which results and their calls share whatever label stands before it."""
    return _LABEL.split(name)[-1]


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


def _key(call_id: object) -> str | None:
    # 1, 1.0 and "1" are three ids. A text, since numbers can be chosen so that they all fall into one slot of a dict.
    if isinstance(call_id, str | int | float) and call_id != "":
        return f"{type(call_id).__name__} {call_id}"
    return None


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
