"""The events of one YAML document -> plain data. Nothing is run, expanded or guessed.

From events, since composing first takes four times as long, and libyaml composes by recursion without a bound of its
own: 50,000 open brackets would end the process.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import takewhile
from typing import Any

from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from promptkit.text import sanitized

MAX_DEPTH = 40
Place = tuple[int, int]
Key = tuple[str | int, ...]


class RefusedError(Exception):
    """What YAML allows and we do not, at the event where it stands; None where the whole document is meant."""

    def __init__(self, event: Event | None, code: str, message: str, fix: str) -> None:
        super().__init__(message)
        self.place = place_of(event) if event else None
        self.code = code
        self.fix = fix


def place_of(event: Event) -> Place:
    """The line and the column of an event, both from 1."""
    return event.start_mark.line + 1, event.start_mark.column + 1


def plain_data(
    events: Iterator[Event],
    scalar: Callable[[ScalarEvent], Any],
    noted: Callable[[Key, Event], None],
    tags: Collection[str] = (),
) -> Any:  # noqa: ANN401
    """The data of a document.

    Args:
        events: what the parser of ruamel.yaml makes of it.
        scalar: the value of one scalar.
        noted: takes the path to each key and value with its event, a key before its value.
        tags: those that `scalar` understands.

    Raises:
        RefusedError: it uses anchors, aliases, merge keys, other tags, duplicate keys or deep nesting, or is empty or
            not the only document.
    """
    return _Building(events, scalar, noted, tags).document()


class _Building:
    def __init__(
        self,
        events: Iterator[Event],
        scalar: Callable[[ScalarEvent], Any],
        noted: Callable[[Key, Event], None],
        tags: Collection[str],
    ) -> None:
        self._events = events
        self._scalar = scalar
        self._noted = noted
        self._tags = tags

    def document(self) -> Any:  # noqa: ANN401
        next(self._events)
        if isinstance(next(self._events), StreamEndEvent):
            raise RefusedError(None, "empty-file", "the file holds nothing", "fill it in, or delete it")
        data = self._value(next(self._events), ())
        next(self._events)
        if not isinstance(after := next(self._events), StreamEndEvent):
            raise RefusedError(after, "not-yaml", "a second document begins here", "keep one document in a file")
        return data

    def _value(self, event: Event, key: Key) -> Any:  # noqa: ANN401
        self._check(event, len(key))
        self._noted(key, event)
        if isinstance(event, MappingStartEvent):
            return self._mapping(key)
        if isinstance(event, SequenceStartEvent):
            items = takewhile(lambda item: not isinstance(item, SequenceEndEvent), self._events)
            return [self._value(item, (*key, index)) for index, item in enumerate(items)]
        if not isinstance(event, ScalarEvent):
            raise TypeError(f"{type(event).__name__} begins no node")
        return self._scalar(event)

    def _mapping(self, key: Key) -> dict[str, Any]:
        built: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for event in takewhile(lambda event: not isinstance(event, MappingEndEvent), self._events):
            self._check(event, len(key) + 1)
            if not isinstance(event, ScalarEvent) or event.tag or (event.implicit[0] and event.value == "<<"):
                raise RefusedError(event, "yaml-key", "a key must be a plain word", "write the keys out")
            name = event.value
            if name in built:
                message = f"{name} is already set on line {lines[name]}"
                raise RefusedError(event, "duplicate-key", message, "keep one of them")
            lines[name] = event.start_mark.line + 1
            self._noted((*key, name), event)
            built[name] = self._value(next(self._events), (*key, name))
        return built

    def _check(self, event: Event, depth: int) -> None:
        if depth >= MAX_DEPTH and isinstance(event, CollectionStartEvent):
            raise RefusedError(event, "too-deep", f"more than {MAX_DEPTH} levels deep", "flatten it")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            message, fix = "anchors and aliases are not allowed here", "write the value out"
            raise RefusedError(event, "yaml-alias", message, fix)
        tag = getattr(event, "tag", None)
        if tag and not (isinstance(event, ScalarEvent) and tag in self._tags):
            raise RefusedError(event, "yaml-tag", f"the tag {sanitized(tag)} is not allowed", "write a plain value")
