"""The YAML of a cassette, in which libraries named VCR record HTTP: plain data, with the limits of our own YAML.

Nothing is run or expanded: aliases, anchors and tags are refused, but for the tag of bytes. What is cut off may still
be YAML, so that a reader looks for the end of the cassette.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import takewhile
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)
from ruamel.yaml.nodes import ScalarNode

from promptkit.audit.strict import MAX_PARTS
from promptkit.files import MAX_DEPTH
from promptkit.json_strict import UnreadableError

_BEGIN = re.compile(rb"^(?:http_)?interactions:", re.MULTILINE)
_BINARY = "tag:yaml.org,2002:binary"
_RESOLVER = YAML(typ="safe").resolver
_PLAIN: Mapping[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: text.lower() == "true",
    "int": int,
    "float": float,
}


def is_cassette(head: bytes) -> bool:
    """Whether a file that begins with this is a cassette in YAML."""
    return not head.lstrip().startswith((b"{", b"[")) and _BEGIN.search(head) is not None


def parse_cassette(text: bytes) -> Any:  # noqa: ANN401
    """The data of one YAML document; what is marked as binary is bytes.

    Raises:
        UnreadableError: it is not YAML, or uses what is refused.
    """
    try:
        return _Building(YAML(typ="safe").parse(text)).document()
    except UnreadableError:
        raise
    except (YAMLError, ValueError) as error:
        raise UnreadableError(f"it is not YAML ({type(error).__name__})") from error


class _Building:
    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._parts = 0

    def document(self) -> Any:  # noqa: ANN401
        next(self._events)
        if isinstance(next(self._events), StreamEndEvent):
            raise UnreadableError("it holds nothing")
        data = self._value(next(self._events), 0)
        next(self._events)
        if not isinstance(next(self._events), StreamEndEvent):
            raise UnreadableError("a second document begins in it")
        return data

    def _value(self, event: Event, depth: int) -> Any:  # noqa: ANN401
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise UnreadableError(f"it has more than {MAX_PARTS} parts")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableError("it uses anchors or aliases, which are not followed")
        if isinstance(event, ScalarEvent):
            return _scalar(event)
        if depth >= MAX_DEPTH:
            raise UnreadableError("it is nested too deep")
        if not isinstance(event, CollectionStartEvent) or event.tag:
            raise UnreadableError("it uses tags, which are not read")
        if isinstance(event, MappingStartEvent):
            return self._mapping(depth + 1)
        items = takewhile(lambda item: not isinstance(item, SequenceEndEvent), self._events)
        return [self._value(item, depth + 1) for item in items]

    def _mapping(self, depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for event in takewhile(lambda event: not isinstance(event, MappingEndEvent), self._events):
            if not isinstance(event, ScalarEvent) or event.tag or event.anchor or event.value == "<<":
                raise UnreadableError("a key in it is no plain word")
            if event.value in built:
                raise UnreadableError("a mapping in it has the same key twice")
            built[event.value] = self._value(next(self._events), depth)
        return built


def _scalar(event: ScalarEvent) -> Any:  # noqa: ANN401
    text = str(event.value)
    if event.tag == _BINARY:
        return base64.b64decode("".join(text.split()), validate=True)
    if event.tag:
        raise UnreadableError("it uses tags, which are not read")
    if not event.implicit[0]:
        return text
    kind = str(_RESOLVER.resolve(ScalarNode, text, (True, False))).rpartition(":")[2]
    try:
        return _PLAIN.get(kind, str)(text)
    except ValueError:
        return text
