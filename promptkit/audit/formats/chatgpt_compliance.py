"""Log files of ChatGPT's Compliance API for Enterprise: JSON Lines, one event each.

The calls of apps are events of their own, `APP_LOG`, without their arguments and without what came of them, and the
vendor says that the logs are no complete trail. So they can show a violation and never that there was none. The names
of the fields in `details` come from one third party and are not confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.audit.strict import NOT_RECORDED
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation

ABOUT = FormatAbout(
    host="ChatGPT Enterprise",
    get="Download the log files of the Compliance API as an admin of the workspace.",
    shows="That an app was called, when, and by whom; the names of the fields are not verified.",
    lacks=(
        "Arguments, outcomes and what was said, and the vendor says that not every call is in it: it never "
        "comes out clean."
    ),
)

_NO_CALLS = frozenset({"AUTH_LOG", "AUDIT_LOG", "APP_AUTH_LOG", "APP_ORGANIZATION_LOG", "CODEX_SECURITY_LOG"})
_NAMELESS = "events of no conversation"
_INCOMPLETE = "the vendor says that these logs do not hold every call"


def matches(value: Any) -> bool:  # noqa: ANN401
    """An event with its id and type."""
    if not isinstance(value, dict) or value.keys().isdisjoint({"timestamp", "timestamps"}):
        return False
    return isinstance(value.get("event_id"), str) and isinstance(value.get("event_type"), str)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each that events name, and one for the events that name none."""
    ledgers: dict[str, Ledger] = {}
    for record in records:
        event = record.value if isinstance(record.value, dict) else {}
        details = event.get("details")
        details = details if isinstance(details, dict) else {}
        name = text_of(details.get("conversation_id")) or text_of(event.get("conversation_id")) or _NAMELESS
        _event(ledgers.setdefault(name, Ledger()), record.location, event, details)
    for name, ledger in ledgers.items():
        ledger.gap(_INCOMPLETE)
        yield ledger.conversation(name)


def _event(ledger: Ledger, location: str, event: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    kind = text_of(event.get("event_type")) if matches(event) else ""
    if kind == "APP_LOG":
        arguments = details.get("arguments", NOT_RECORDED)
        app, place = details.get("app"), f"{location}/details"
        id_, time = event["event_id"], event.get("timestamp")
        ledger.call(id_, details.get("action"), arguments, CallState.UNKNOWN, place, server=app, time=time)
    elif kind not in _NO_CALLS:
        ledger.gap(f"{location}: an event of a kind that may hold calls ({sanitized(kind, 40) or 'none'})")
