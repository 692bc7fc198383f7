"""Recorded conversations with their tool calls, from our own runs or another host's export, and the verdict on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, assert_never


class CallState(StrEnum):
    """How far a call got, as far as the record shows."""

    PROPOSED = "proposed"
    AWAITING_APPROVAL = "awaiting_approval"
    DENIED = "denied"
    REFUSED = "refused"
    EXECUTED = "executed"
    FAILED = "failed"
    UNKNOWN = "unknown"


def _may_have_run(state: CallState) -> bool:
    match state:
        case CallState.PROPOSED | CallState.AWAITING_APPROVAL | CallState.DENIED | CallState.REFUSED:
            return False
        # An action that ended in an error may have changed something before it did.
        case CallState.EXECUTED | CallState.FAILED | CallState.UNKNOWN:
            return True
        case _:
            assert_never(state)


RAN = frozenset(state for state in CallState if _may_have_run(state))


@dataclass(frozen=True)
class RecordedCall:
    """One call in a record.

    `name` is the spelling in the record, `server` what the record says of its server in a field of its own, `tool` the
    reviewed name that both stand for (None when they stand for none, or nobody has looked yet).
    `location` is a line (`line 12`) or JSON pointer (`/0/mapping/n2/message`); `time` is ISO 8601 or None.
    """

    name: str
    tool: str | None
    arguments: Any
    state: CallState
    location: str
    time: str | None = None
    server: str | None = None


class Text(NamedTuple):
    """What somebody wrote. `role` is `user`, `assistant` or `system`, and decides who can have pasted a prompt."""

    role: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """One conversation of a record, all branches and sub-agents of it.

    `gaps` are sentences saying why calls may be missing or hidden; `texts` what people and models wrote, in order;
    `needs` the ids of conversations that this one started or goes on from, such as sub-agents kept in files of their
    own: calls are missing unless they are at hand too. `may_decline` says that the model was asked to act and answered,
    and that the record proves to hold every call: then having none is no lack of evidence.
    """

    id: str
    calls: Sequence[RecordedCall]
    gaps: Sequence[str] = ()
    texts: Sequence[Text] = ()
    needs: Sequence[str] = ()
    may_decline: bool = False
