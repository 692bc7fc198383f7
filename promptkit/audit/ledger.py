"""What one conversation called, said and hides, noted while it is read. Values from outside may be of any type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from promptkit.audit.overlooked import overlooked
from promptkit.audit.pairing import Pairing, iso_time, text_of
from promptkit.audit.reader import Value
from promptkit.audit.strict import parse_arguments
from promptkit.text import sanitized
from promptkit.transcript import CallState, Conversation, RecordedCall, Text

_ROLES = {"user": "user", "human": "user", "system": "system", "developer": "system"}
_MAX_GAPS = 100


class Ledger:
    """Builds one Conversation; calls and their results are paired (promptkit/audit/pairing.py).

    While `is_waiting`, the model has not yet answered a call or its result: a record that ends there is cut off. What a
    person says asks for an answer too, but whether one came shows nothing about the calls before.
    """

    def __init__(self) -> None:
        self.gaps: list[str] = []
        self.texts: list[Text] = []
        self.pairing = Pairing(self.texts)
        self.is_waiting = False
        self._listings: set[str] = set()
        self._called: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()

    def call(
        self,
        call_id: object,
        name: object,
        arguments: object,
        state: CallState,
        location: str,
        *,
        server: object = None,
        time: object = None,
        entry: object = None,
    ) -> None:
        """Note a call.

        Args:
            call_id: what results and approvals name it by; without one, order and name pair them.
            name: as the record spells it. Anything but text is a gap.
            arguments: a value or JSON text of one; `NOT_RECORDED` where the record leaves them out.
            state: what holds if no result comes.
            location: where it stands.
            server: the label of its server, where the record has a field for it.
            time: ISO 8601 or seconds since 1970, where the record has it.
            entry: what tells it from other calls under the same id, as `Pairing.call` says.
        """
        if not isinstance(name, str):
            self.gap(f"{location}: a call without a name")
            return
        label = text_of(server) or None
        call = RecordedCall(name, None, parse_arguments(arguments), state, location, iso_time(time), label)
        self.pairing.call(call_id if call_id is not None else _next(self._called, name), call, entry)

    def listing(self, call_id: object) -> None:
        """Note that what this id names only lists tools, so that its result is not that of a call."""
        if isinstance(call_id, str):
            self._listings.add(call_id)

    def settle(self, call_id: object, state: CallState, location: str, name: object = None) -> None:
        """Note what became of a call, named by its id, or by its name without one."""
        if isinstance(call_id, str) and call_id in self._listings:
            return
        if call_id is None and isinstance(name, str):
            call_id = _next(self._answered, name)
        self.pairing.result(call_id, state, location, name)

    def gap(self, reason: str) -> None:
        """Note why calls may be missing or hidden."""
        if len(self.gaps) < _MAX_GAPS:
            self.gaps.append(reason)

    def beside(self, value: Mapping[str, Any], read: Collection[str], location: str) -> None:
        """Note that calls may be missing if an object holds what looks like one beside the members that were read."""
        if (key := overlooked(value, read)) is not None:
            self.gap(f"{location}: {sanitized(key, 40)} may hold calls")

    def text(self, role: object, content: object) -> None:
        """Note what somebody wrote: a text, or a list of parts of which those with a text count."""
        role = _ROLES.get(text_of(role), "assistant")
        self.texts += [Text(role, text) for text in ([content] if isinstance(content, str) else _texts(content))]

    def each(self, value: object, location: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The objects of a list, each with its place; anything else becomes a gap. None counts as an empty list."""
        if value is not None and not isinstance(value, list):
            self.gap(f"{location}: not a list")
            return
        for index, item in enumerate(value or []):
            if isinstance(item, dict):
                yield f"{location}/{index}", item
            else:
                self.gap(f"{location}/{index}: not an object")

    def tree(self, value: object, location: str, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """As `each`, and after each object those in its list under `key`, however deep."""
        waiting = [self.each(value, location)]
        while waiting:
            if found := next(waiting[-1], None):
                yield found
                waiting.append(self.each(found[1].get(key), f"{found[0]}/{key}"))
            else:
                waiting.pop()

    def conversation(self, name: str, needs: Sequence[str] = ()) -> Conversation:
        """All of it, in the order it was noted."""
        ends = ["it ends before the model has answered"] if self.is_waiting else []
        return Conversation(name, self.pairing.calls(), self.gaps + ends + self.pairing.gaps(), self.texts, needs)


def read_whole_or_loose(
    records: Iterable[Value],
    whole: Callable[[str, Any], Conversation | None],
    message: Callable[[Ledger, Any, str], None],
    name: str,
) -> Iterator[Conversation]:
    """The conversations of a file that holds whole ones, or single messages which are one together.

    Args:
        records: those of the file.
        whole: reads a record, given its place, as a conversation; None if it is a message.
        message: notes a message with its place.
        name: what to call the conversation of the messages.
    """
    loose: Ledger | None = None
    for location, value in records:
        if found := whole(location, value):
            yield found
        else:
            loose = loose or Ledger()
            message(loose, value, location)
    if loose:
        yield loose.conversation(name)


def _next(counter: Counter[str], name: str) -> str:
    """An id for the next call, or result, of this name that has none of its own; no record holds a NUL in an id."""
    counter[name] += 1
    return f"\0{counter[name]}\0{name}"


def _texts(parts: object) -> Iterator[str]:
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            yield part
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            yield part["text"]
