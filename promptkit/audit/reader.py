"""What every reader of a transcript format offers: a module of promptkit/audit/formats, found by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from promptkit.transcript import Conversation


class Value(NamedTuple):
    """One JSON value of a file: a line of JSON Lines, an element of a top-level array, or the whole document.

    `location` is `line 12` or a JSON pointer such as `/3`, empty for the whole document.
    """

    location: str
    value: Any


class Passed(NamedTuple):
    """Lines of talk that were passed over, as their type reads them, and the number of the first."""

    first: int
    lines: Sequence[Any]


class FormatAbout(NamedTuple):
    """What people must know of a format before they rely on it; what nobody has seen says that it is not verified.

    Args:
        host: whose files they are.
        get: how to get one.
        shows: what it can show.
        lacks: what it cannot show, so that a clean result says nothing about it.
    """

    host: str
    get: str
    shows: str
    lacks: str


class Shortcuts(NamedTuple):
    """What need not be read in full, because no call can be in it; unused where people ask for the texts.

    `prose` is a msgspec type that only a line of mere talk fits (promptkit/audit/prose.py). Its `conversation` is the
    id of the conversation; its `message.may_tell_more` says whether it is a text of a person or of the system that has
    an `@` and so may hold a stamp. Such lines are passed over, save the first of each conversation and those that may
    tell more. With `tells_passed`, the reader gets what the type read of them: one record for those in a row, whose
    value is a `Passed`.

    `talk` reads an element of an array, given its place and its JSON text; None if it is more than talk. The result
    takes the place of the value of the record.
    """

    prose: Any = None
    tells_passed: bool = False
    talk: Callable[[str, bytes | memoryview], Conversation | None] | None = None


class Reader(Protocol):
    """A module with these two functions and `ABOUT`; its name, with `-` for `_`, is the name of the format.

    A reader reports names and servers as the record spells them, `tool` None and carriers as they are: the audit
    resolves them (promptkit/audit/spelling.py). Arguments that are JSON text go through `strict.parse_arguments`;
    arguments that the record leaves out are `strict.NOT_RECORDED`, which is not the same as none given.

    What is read is a call, or of a kind that is known to hold none, or a gap: nothing is passed over because it is not
    known. A result without its call is the call it names, or a gap. What a format has beside the members that its
    reader knows goes through `overlooked` (promptkit/audit/overlooked.py).

    Most readers note what they find in a `Ledger`. A format that only proposes calls calls `pairing.go_on()` before
    each message, and one whose files may be cut off keeps `is_waiting` (openai_chat.py does both). A test wants the
    places of each format where a call can stand, in tests/audit/places.

    A format whose files become large may also have `SHORTCUTS`.
    """

    ABOUT: FormatAbout

    def matches(self, value: Any) -> bool:  # noqa: ANN401
        """Whether a record of this shape belongs to the format. Exact on structure, never on text."""
        ...

    def read(self, records: Iterable[Value]) -> Iterator[Conversation]:
        """The conversations of one file. A record it cannot read becomes a gap, never an error and never nothing.

        Records come once and lazily, and may be many: keep what the calls need, let the rest go, and yield a
        conversation as soon as it is whole. Records that could not be read are not among them; the audit adds those
        gaps.
        """
        ...
