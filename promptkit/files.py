"""YAML and Markdown files -> plain data and models. Remembers the line and column of every key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
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
from ruamel.yaml.nodes import ScalarNode

from promptkit.errors import Problem, PromptkitError, nearest
from promptkit.text import sanitized

MAX_BYTES = 512 * 1024
MAX_DEPTH = 40
MAX_INTEGER = 2**63 - 1
_RESOLVER = YAML(typ="safe").resolver
Place = tuple[int, int]
Key = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass
class Document:
    """One YAML file as plain data. `places` maps the path to a key or item to its line and column, both from 1."""

    path: str
    data: Any
    places: dict[Key, Place] = field(default_factory=dict)
    text: str = ""

    def place(self, key: Key) -> Place:
        """Where `key` is written, or the nearest thing around it that is."""
        while key and key not in self.places:
            key = key[:-1]
        return self.places.get(key, (1, 1))

    def place_within(self, key: Key, value: str, offset: int) -> Place:
        """Where a character of the text `value` at `key` stands; the place of `key` where the file spells it otherwise.

        A text is found beside its key, or as a block whose first line is the one below.
        """
        line, column = self.place(key)
        lines = self.text.split("\n")
        number = value.count("\n", 0, offset)
        wanted = value.split("\n")[number]
        is_beside = "\n" not in value and wanted in lines[line - 1][column - 1 :]
        at, begin = (line, column - 1) if is_beside else (line + number + 1, 0)
        found = lines[at - 1].find(wanted, begin) if at <= len(lines) else -1
        within = offset - (value.rfind("\n", 0, offset) + 1)
        return (line, column) if found < 0 else (at, found + within + 1)

    def problem_at(self, key: Key, code: str, message: str, fix: str) -> Problem:
        """A problem at `key`."""
        return Problem(self.path, *self.place(key), code, message, fix)


def read_text(path: Path) -> str:
    """The text of a small UTF-8 file, line ends as LF.

    Raises:
        PromptkitError: it is missing, larger than 512 KiB, or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise PromptkitError.of(
                "too-large", f"the file is larger than {MAX_BYTES // 1024} KiB", "split it", path=str(path)
            )
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise PromptkitError.of(
            "unreadable", f"cannot read it: {error.strerror}", "check the path", path=str(path)
        ) from error
    except UnicodeDecodeError as error:
        raise PromptkitError.of(
            "not-utf8", f"byte {error.start} is not UTF-8", "save it as UTF-8", path=str(path)
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then renamed over it.

    Raises:
        PromptkitError: it cannot be written; what was there is still there.
    """
    beside = path.with_name(f".{path.name}.tmp")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise PromptkitError.of(
            "unwritable", f"cannot write it: {error.strerror}", "check the folder", path=str(path)
        ) from error


def load_yaml(path: Path, name: str | None = None) -> Document:
    """Read one YAML file without running, expanding or guessing anything.

    Args:
        path: the file; YAML 1.2, so `no` and `on` are strings.
        name: how errors name it; the path itself by default.

    Raises:
        PromptkitError: not YAML, or it uses anchors, aliases, merge keys, tags, duplicate keys or deep nesting.
    """
    text = read_text(path)
    document = Document(name or str(path), None, text=text)
    try:
        document.data = _build_root(YAML(typ="safe").parse(text), document)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
        message = " ".join(str(error.problem or "unreadable").split())
        raise PromptkitError.of(
            "not-yaml", message, "correct the YAML at this place", path=document.path, **place
        ) from error
    except (YAMLError, ValueError, OverflowError) as error:
        raise PromptkitError.of(
            "not-yaml", " ".join(str(error).split())[:200], "correct it", path=document.path
        ) from error
    return document


# From events, since composing first takes four times as long, and libyaml composes by recursion without a bound of its
# own: 50,000 open brackets would end the process.
def _build_root(events: Iterator[Event], document: Document) -> Any:  # noqa: ANN401
    next(events)
    if isinstance(next(events), StreamEndEvent):
        raise PromptkitError.of("empty-file", "the file holds nothing", "fill it in, or delete it", path=document.path)
    data = _build(events, next(events), (), document)
    next(events)
    if not isinstance(after := next(events), StreamEndEvent):
        message = "a second document begins here"
        raise _refused(document, _place(after), "not-yaml", message, "keep one document in a file")
    return data


def _build(events: Iterator[Event], event: Event, key: Key, document: Document) -> Any:  # noqa: ANN401
    place = _place(event)
    if refusal := _refusal(event, len(key)):
        raise _refused(document, place, *refusal)
    document.places.setdefault(key, place)
    if isinstance(event, MappingStartEvent):
        return _build_mapping(events, key, document)
    if isinstance(event, SequenceStartEvent):
        items = takewhile(lambda item: not isinstance(item, SequenceEndEvent), events)
        return [_build(events, item, (*key, index), document) for index, item in enumerate(items)]
    return _build_scalar(event, document, place)


def _place(event: Event) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refusal(event: Event, depth: int) -> tuple[str, str, str] | None:
    if depth >= MAX_DEPTH and isinstance(event, CollectionStartEvent):
        return "too-deep", f"more than {MAX_DEPTH} levels deep", "flatten it"
    if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
        return "yaml-alias", "anchors and aliases are not allowed here", "write the value out"
    if tag := getattr(event, "tag", None):
        return "yaml-tag", f"the tag {sanitized(tag)} is not allowed", "write a plain value"
    return None


def _build_mapping(events: Iterator[Event], key: Key, document: Document) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for event in takewhile(lambda event: not isinstance(event, MappingEndEvent), events):
        place = _place(event)
        if refusal := _refusal(event, len(key) + 1):
            raise _refused(document, place, *refusal)
        if not isinstance(event, ScalarEvent) or (event.implicit[0] and event.value == "<<"):
            raise _refused(document, place, "yaml-key", "a key must be a plain word", "write the keys out")
        name = event.value
        if name in built:
            first = document.places[(*key, name)][0]
            raise _refused(
                document, place, "duplicate-key", f"{name} is already set on line {first}", "keep one of them"
            )
        document.places[(*key, name)] = place
        built[name] = _build(events, next(events), (*key, name), document)
    return built


def _build_scalar(event: Event, document: Document, place: Place) -> Any:  # noqa: ANN401
    if not isinstance(event, ScalarEvent):
        raise TypeError(f"{type(event).__name__} begins no node")
    text = str(event.value)
    if not event.implicit[0]:
        return text
    kind = _kind(text)
    if kind in {"merge", "value"}:
        raise _refused(
            document, place, "yaml-tag", f"{text} alone has a meaning of its own in YAML", "put it in quotes"
        )
    try:
        value = text if kind == "str" else _value(kind, text)
        if not isinstance(value, int) or abs(value) <= MAX_INTEGER:
            return value
    except ValueError:
        pass
    message = f"{sanitized(text)} is no {kind} that can be read"
    raise _refused(document, place, "not-yaml", message, "correct it, or put it in quotes")


@lru_cache(4096)
def _kind(text: str) -> str:
    """What a plain scalar is in YAML 1.2: str, int, float, bool, null, timestamp, merge or value."""
    return str(_RESOLVER.resolve(ScalarNode, text, (True, False))).rpartition(":")[2]


@lru_cache(4096)
def _value(kind: str, text: str) -> Any:  # noqa: ANN401
    return YAML(typ="safe").constructor.construct_object(ScalarNode(f"tag:yaml.org,2002:{kind}", text))


def _refused(document: Document, place: Place, code: str, message: str, fix: str) -> PromptkitError:
    return PromptkitError.of(code, message, fix, path=document.path, line=place[0], column=place[1])


def validate(document: Document, model: type[M]) -> M:
    """Turn a document into a model.

    Raises:
        PromptkitError: every key that is unknown, missing or of the wrong kind, each at its place.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise PromptkitError(_validation_problems(document, model, error)) from error


def validate_each(document: Document, model: type[M]) -> dict[str, M]:
    """Turn a document that maps names to things into models by name.

    Raises:
        PromptkitError: the problems of all of them together.
    """
    found: dict[str, M] = {}
    problems: list[Problem] = []
    for name, data in document.data.items():
        places = {key[1:]: place for key, place in document.places.items() if key[:1] == (name,)}
        try:
            found[name] = validate(Document(document.path, data, places), model)
        except PromptkitError as error:
            problems += error.problems
    if problems:
        raise PromptkitError(problems)
    return found


def _validation_problems(document: Document, model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_context=False):
        key = tuple(part for part in detail["loc"] if part != "[key]")
        name, value = sanitized(key[-1]) if key else "the file", sanitized(detail["input"])
        match detail["type"]:
            case "extra_forbidden":
                # Only at the top is it known which keys there are.
                names = sorted({field.alias or key for key, field in model.model_fields.items()})
                fix = nearest(name, names if len(key) == 1 else [], "remove it, or correct its spelling")
                yield document.problem_at(key, "unknown-key", f"{name} is not a key here", fix)
            case "missing":
                yield document.problem_at(key, "missing-key", f"{name} is missing", f"add {name}:")
            case _:
                yield document.problem_at(
                    key, "wrong-value", f"{name} is {value}: {detail['msg']}", "correct the value"
                )
