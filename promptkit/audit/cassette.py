"""The YAML of a cassette, in which libraries named VCR record HTTP: plain data, with the limits of our own YAML.

Nothing is run or expanded: aliases, anchors and tags are refused, but for the tag of bytes. What is cut off may still
be YAML, so that a reader looks for the end of the cassette.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import Event, ScalarEvent
from ruamel.yaml.nodes import ScalarNode

from promptkit.audit.strict import MAX_PARTS
from promptkit.json_strict import UnreadableError
from promptkit.plain_yaml import Key, RefusedError, plain_data

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
        return plain_data(YAML(typ="safe").parse(text), _scalar, _Counting(), {_BINARY})
    except UnreadableError:
        raise
    except RefusedError as error:
        line = f"line {error.place[0]}: " if error.place else ""
        raise UnreadableError(f"{line}{error}") from error
    except (YAMLError, ValueError) as error:
        raise UnreadableError(f"it is not YAML: {_what(error)}") from error


class _Counting:
    """Counts the keys and values, so that no cassette fills the memory."""

    def __init__(self) -> None:
        self._parts = 0

    def __call__(self, key: Key, event: Event) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise UnreadableError(f"it has more than {MAX_PARTS} parts")


def _what(error: Exception) -> str:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    if mark is None:
        return "it holds what no YAML may hold"
    return f"it goes wrong on line {mark.line + 1}"


def _scalar(event: ScalarEvent) -> Any:  # noqa: ANN401
    text = str(event.value)
    if event.tag == _BINARY:
        return base64.b64decode("".join(text.split()), validate=True)
    if not event.implicit[0]:
        return text
    kind = str(_RESOLVER.resolve(ScalarNode, text, (True, False))).rpartition(":")[2]
    try:
        return _PLAIN.get(kind, str)(text)
    except ValueError:
        return text
