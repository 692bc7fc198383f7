"""Messages of LangChain, and states of LangGraph with their messages: as a list, one a line, or in `messages`.

Of a call that a person rejected LangChain keeps an error, as of one that failed.
Source: as promptkit/audit/formats/_langchain_message.py says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from promptkit.audit.formats._langchain_message import is_message, read_message
from promptkit.audit.ledger import Ledger, read_whole_or_loose
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import FormatAbout, Value
from promptkit.transcript import Conversation

ABOUT = FormatAbout(
    host="LangChain and LangGraph",
    get="Write the messages, or the state of the graph, as JSON: with `messages_to_dict`, `dumps` or `model_dump`.",
    shows="Each call with its result, also those that the provider ran.",
    lacks=(
        "Whether a person rejected a call: it counts as one that failed. What ran and left no message. Not "
        "verified with files of users."
    ),
)


def matches(value: Any) -> bool:  # noqa: ANN401
    """A message, or an object with messages."""
    if not isinstance(value, dict) or "run_type" in value:
        return False
    messages = value.get("messages")
    return is_message(value) or (isinstance(messages, list) and any(map(is_message, messages)))


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each state; loose messages of a file are one together."""
    return read_whole_or_loose(records, _state, _message, "messages")


def _state(location: str, value: Any) -> Conversation | None:  # noqa: ANN401
    if not isinstance(value, dict) or "messages" not in value or is_message(value):
        return None
    ledger = Ledger()
    for place, message in ledger.each(value["messages"], f"{location}/messages"):
        _message(ledger, message, place)
    ledger.beside(value, {"messages"}, location)
    return ledger.conversation(text_of(value.get("thread_id")) or location or "messages")


def _message(ledger: Ledger, message: Any, location: str) -> None:  # noqa: ANN401
    if is_message(message):
        read_message(ledger, message, location)
    else:
        ledger.gap(f"{location}: not a message of LangChain")
