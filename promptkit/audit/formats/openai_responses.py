"""OpenAI's Responses API: responses, requests with their input, streams of events, and lists or lines of items.

Each response is a conversation; one that goes on from another needs it to be at hand.
Source: the types of openai-python 3.57, `responses.Response` and `ResponseStreamEvent`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from promptkit.audit.formats._openai_items import is_item, note_turn, read_item, read_items
from promptkit.audit.ledger import Ledger
from promptkit.audit.pairing import text_of
from promptkit.audit.reader import Value
from promptkit.text import sanitized
from promptkit.transcript import RAN, Conversation

# So many responses wait for the one that goes on from them.
_MAX_HELD = 1000
_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
# Events that stand for no item, beside the ends.
_BARE = frozenset({
    "response.created", "response.queued", "response.in_progress", "response.audio.delta", "response.audio.done",
    "response.audio.transcript.delta", "response.audio.transcript.done",
})  # fmt: skip
# Pieces of texts. Gateways give their items other ids.
_OF_TEXT = (
    "response.output_text.", "response.content_part.", "response.refusal.", "response.reasoning_text.",
    "response.reasoning_summary_part.", "response.reasoning_summary_text.",
)  # fmt: skip
_READ = frozenset({"input", "output", "instructions"})


def matches(value: Any) -> bool:  # noqa: ANN401
    """A response, a request with items, an event of a stream, a list of items, or an item."""
    if not isinstance(value, dict):
        return False
    if value.get("object") == "response" or is_item(value):
        return True
    if _is_event(value):
        return "response" in value or "item" in value or "sequence_number" in value
    lists = [value.get("output"), value.get("input"), value.get("data")]
    return any(is_item(item) for items in lists if isinstance(items, list) for item in items)


def read(records: Iterable[Value]) -> Iterator[Conversation]:
    """One conversation for each response, named by its id; loose items of a file are one together."""
    reading = _ResponseReading()
    for record in records:
        yield from reading.record(record.location, record.value)
    yield from reading.end()


class _ResponseReading:
    def __init__(self) -> None:
        self._held: dict[str, Ledger] = {}
        self._stream: Ledger | None = None
        self._seen: set[str] = set()
        self._loose: Ledger | None = None
        self._needs: dict[str, tuple[str, ...]] = {}

    def record(self, location: str, value: Any) -> Iterator[Conversation]:  # noqa: ANN401
        if not isinstance(value, dict):
            yield Conversation(location, [], [f"{location}: not from the Responses API"])
        elif _is_event(value):
            yield from self._event(location, value)
        elif value.get("object") == "list":
            yield _listed(location, value)
        elif "type" not in value and ("output" in value or "input" in value):
            yield from self._response(location, value, Ledger())
        else:
            self._loose = self._loose or Ledger()
            read_item(self._loose, value, location, entry=location)
            note_turn(self._loose, value)

    def _response(self, location: str, response: Mapping[str, Any], ledger: Ledger) -> Iterator[Conversation]:
        id_, before = (text_of(response.get(key)) for key in ("id", "previous_response_id"))
        time = response.get("created_at")
        earlier = self._held.pop(before, None)
        read_items(earlier or ledger, response.get("input"), f"{location}/input", time, repeats=bool(earlier))
        if earlier:
            earlier.is_waiting = False
            earlier.pairing.go_on()
            yield earlier.conversation(before, self._needs.pop(before))
        read_items(ledger, response.get("output"), f"{location}/output", time)
        if isinstance(response.get("instructions"), list):
            read_items(ledger, response["instructions"], f"{location}/instructions", time)
        ledger.beside(response, _READ, location)
        _note_ends(ledger, response, location)
        needs = (before,) if before else ()
        found = ledger.conversation(id_ or location or "response", needs)
        # The next response may tell what became of these.
        if id_ and id_ not in self._held and any(call.state not in RAN for call in found.calls):
            self._held[id_] = ledger
            self._needs[id_] = needs
            if len(self._held) > _MAX_HELD:
                yield self._let_go(next(iter(self._held)))
        else:
            yield found

    def _let_go(self, id_: str) -> Conversation:
        return self._held.pop(id_).conversation(id_, self._needs.pop(id_))

    def _event(self, location: str, event: Mapping[str, Any]) -> Iterator[Conversation]:
        kind = text_of(event.get("type"))
        if kind == "response.created":
            yield from self._cut_off()
        if self._stream is None:
            self._stream = Ledger()
            self._seen = set()
            if kind != "response.created":
                self._stream.gap(f"{location}: the beginning of the stream is missing")
        response = event["response"] if isinstance(event.get("response"), dict) else {}
        if isinstance(event.get("item"), dict):
            self._seen.add(text_of(event["item"].get("id")))
            read_item(self._stream, event["item"], f"{location}/item")
        elif not kind.startswith(_OF_TEXT) and (reason := self._why_unread(kind, event)):
            self._stream.gap(f"{location}: {reason}")
        if response and kind in _ENDS:
            ledger, self._stream = self._stream, None
            yield from self._response(f"{location}/response", response, ledger)
        else:
            read_items(self._stream, response.get("output"), f"{location}/response/output", repeats=True)

    def _why_unread(self, kind: str, event: Mapping[str, Any]) -> str:
        """Why an event without an item may hide one; empty where it does not."""
        if "item_id" in event:
            return "" if text_of(event["item_id"]) in self._seen else "the item that it is about is missing"
        return "" if kind in _ENDS | _BARE else f"an event of a kind we do not know ({sanitized(kind, 40)})"

    def _cut_off(self) -> Iterator[Conversation]:
        if self._stream:
            self._stream.gap("the end of the stream is missing")
            yield self._stream.conversation("stream")
        self._stream = None

    def end(self) -> Iterator[Conversation]:
        yield from self._cut_off()
        yield from [self._let_go(id_) for id_ in list(self._held)]
        if self._loose:
            yield self._loose.conversation("items")


def _listed(location: str, value: Mapping[str, Any]) -> Conversation:
    ledger = Ledger()
    for place, item in ledger.each(value.get("data"), f"{location}/data"):
        read_item(ledger, item, place, entry=place)
        note_turn(ledger, item)
    if value.get("has_more") is not False:
        ledger.gap(f"{location}: the list has more pages")
    return ledger.conversation(location or "items")


def _note_ends(ledger: Ledger, response: Mapping[str, Any], location: str) -> None:
    if response.get("status", "completed") != "completed" or response.get("error") is not None:
        ledger.gap(f"{location}: the response is not complete: {sanitized(response.get('status'), 40)}")
    if response.get("conversation") is not None:
        ledger.gap(f"{location}: other turns of its conversation are kept elsewhere")
    # The status of a response tells whether it is whole.
    ledger.is_waiting = "output" not in response


def _is_event(value: Mapping[str, Any]) -> bool:
    return isinstance(kind := value.get("type"), str) and kind.startswith("response.")
