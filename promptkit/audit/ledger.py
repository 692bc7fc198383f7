"""The calls of one conversation while it is read: a call, its approval and its result come apart and in any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from promptkit.audit.strict import NOT_RECORDED, parse_arguments
from promptkit.transcript import CallState, Conversation, RecordedCall, Text

# What is known later only ever moves a call on: a denial does not undo a result.
_FURTHER = (
    CallState.PROPOSED,
    CallState.AWAITING_APPROVAL,
    CallState.DENIED,
    CallState.REFUSED,
    CallState.UNKNOWN,
    CallState.FAILED,
    CallState.EXECUTED,
)
_OPEN = frozenset({CallState.PROPOSED, CallState.AWAITING_APPROVAL, CallState.UNKNOWN})
_ROLES = {"user": "user", "human": "user", "system": "system", "developer": "system"}
_MAX_GAPS = 100


class Ledger:
    """What one conversation called, said and hides. Everything given to it may be of any type."""

    def __init__(self) -> None:
        self._calls: list[RecordedCall] = []
        self._by_id: dict[str, list[int]] = {}
        self._gaps: dict[str, None] = {}
        self._texts: list[Text] = []

    def call(
        self,
        id: Any,  # noqa: A002, ANN401
        name: Any,  # noqa: ANN401
        arguments: Any,  # noqa: ANN401
        state: CallState,
        location: str,
        *,
        server: Any = None,  # noqa: ANN401
        time: Any = None,  # noqa: ANN401
    ) -> None:
        """Note a call; once only where a record tells of the same call of the same id again, as streams do.

        Args:
            id: what results and approvals name it by; None where the format has none.
            name: as the record spells it. What is no text is a gap.
            arguments: a value or JSON text of one; `NOT_RECORDED` where the record leaves them out.
            state: how far it got, as far as this place shows.
            location: where it stands.
            server: the label of its server, where the record has a field for it.
            time: ISO 8601 or seconds since 1970, where the record has it.
        """
        if not isinstance(name, str):
            self.gap(f"{location}: a call without a name")
            return
        label = server if isinstance(server, str) else None
        new = RecordedCall(name, None, parse_arguments(arguments), state, location, _iso(time), label)
        known = self._by_id.setdefault(id, []) if isinstance(id, str) else []
        for index in known:
            if (same := _merged(self._calls[index], new)) is not None:
                self._calls[index] = same
                return
        known.append(len(self._calls))
        self._calls.append(new)

    def settle(self, id: Any, state: CallState, location: str, name: Any = None) -> None:  # noqa: A002, ANN401
        """Note what became of the call with this id; without an id, of the first open call of this name.

        A result whose call is not in the record still shows that its tool ran.
        """
        index = self._index(id, name)
        if index is not None:
            self._calls[index] = _moved(self._calls[index], state)
        elif isinstance(name, str):
            self.call(id, name, NOT_RECORDED, state, location)
        else:
            self.gap(f"{location}: a result whose call is not in the record")

    def _index(self, id: Any, name: Any) -> int | None:  # noqa: A002, ANN401
        if isinstance(id, str):
            return self._by_id[id][-1] if id in self._by_id else None
        return next((i for i, call in enumerate(self._calls) if call.name == name and call.state in _OPEN), None)

    def go_on(self) -> None:
        """Note that the conversation goes on: what was asked for before and has no result may have run."""
        for index, call in enumerate(self._calls):
            if call.state is CallState.PROPOSED:
                self._calls[index] = replace(call, state=CallState.UNKNOWN)

    def gap(self, reason: str) -> None:
        """Note why calls may be missing or hidden."""
        if len(self._gaps) < _MAX_GAPS:
            self._gaps[reason] = None

    def text(self, role: Any, content: Any) -> None:  # noqa: ANN401
        """Note what somebody wrote: a text, or a list of parts of which those with a text count."""
        role = role if isinstance(role, str) else ""
        for text in [content] if isinstance(content, str) else _texts(content):
            self._texts.append(Text(_ROLES.get(role, "assistant"), text))

    def each(self, value: Any, location: str) -> Iterator[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401
        """The objects of a list, each with its place; what is none becomes a gap. None is an empty list."""
        if value is not None and not isinstance(value, list):
            self.gap(f"{location}: it is no list")
            return
        for index, item in enumerate(value or []):
            if isinstance(item, dict):
                yield f"{location}/{index}", item
            else:
                self.gap(f"{location}/{index}: it is no object")

    def conversation(self, id: str, needs: Sequence[str] = ()) -> Conversation:  # noqa: A002
        """All of it, in the order it was noted."""
        return Conversation(id, self._calls, list(self._gaps), self._texts, needs)


def _merged(call: RecordedCall, new: RecordedCall) -> RecordedCall | None:
    """One call for both; None if they are two."""
    if (call.name, call.server) != (new.name, new.server):
        return None
    if call.arguments in (None, {}, NOT_RECORDED):
        # A stream tells of a call before its arguments are there.
        return replace(_moved(call, new.state), arguments=new.arguments)
    return _moved(call, new.state) if new.arguments in (call.arguments, None, NOT_RECORDED) else None


def _moved(call: RecordedCall, state: CallState) -> RecordedCall:
    return replace(call, state=max(call.state, state, key=_FURTHER.index))


def _texts(parts: Any) -> Iterator[str]:  # noqa: ANN401
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]


def _iso(value: Any) -> str | None:  # noqa: ANN401
    if isinstance(value, str):
        return value
    try:
        return datetime.fromtimestamp(value, UTC).isoformat() if value and type(value) in {int, float} else None
    except (ValueError, OverflowError, OSError):
        return None
