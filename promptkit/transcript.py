"""Recorded conversations with their tool calls, from our own runs or another host's export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, assert_never


class CallState(StrEnum):
    """How far a call got, according to the record."""

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
        # An action that failed may have changed something before it failed.
        case CallState.EXECUTED | CallState.FAILED | CallState.UNKNOWN:
            return True
        case _:
            assert_never(state)


RAN = frozenset(state for state in CallState if _may_have_run(state))


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call in a record.

    `name` is the spelling in the record, `server` the name that a separate field of it gives the server, and `tool` the
    reviewed name that both stand for (None if they stand for none, or have not been looked up yet).
    `location` is a line (`line 12`) or JSON pointer (`/0/mapping/n2/message`), or a line with a pointer into its value
    (`line 12/message`); `time` is ISO 8601 or None. `said` is what a person and the model said last before it.
    `refused_by` is the rule by which a gate of ours refused it, if the record says so.
    """

    name: str
    tool: str | None
    arguments: Any
    state: CallState
    location: str
    time: str | None = None
    server: str | None = None
    said: Sequence[Text] = ()
    refused_by: str = ""


class Text(NamedTuple):
    """What somebody wrote. `role` is `user`, `assistant` or `system`: only some can have pasted a prompt.

    Of what tools returned only the stamp of a view's answer is a text, of the role `tool`.
    """

    role: str
    text: str


@dataclass(frozen=True)
class Conversation:
    """One conversation in a record, with all its branches and sub-agents.

    `gaps` are sentences saying why calls may be missing or hidden; `texts` is what people and models wrote, in order.
    `needs` holds the ids of conversations that this one started or continues, such as sub-agents with files of their
    own: unless they are read too, calls are missing. `may_decline` says that the model was asked to act and answered,
    and that the record certainly holds every call: then a conversation without calls is evidence, not a gap.
    `stated` is the verdict that a record of ours says it came to; empty where it says none.
    """

    id: str
    calls: Sequence[RecordedCall]
    gaps: Sequence[str] = ()
    texts: Sequence[Text] = ()
    needs: Sequence[str] = ()
    may_decline: bool = False
    stated: str = ""
