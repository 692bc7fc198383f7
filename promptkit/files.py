"""Files of text: written whole, and read as plain data and models that remember the line and column of every key."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import Event, ScalarEvent
from ruamel.yaml.nodes import ScalarNode

from promptkit.errors import Problem, PromptkitError, UsageError
from promptkit.plain_yaml import Key, Place, RefusedError, place_of, plain_data
from promptkit.text import sanitized
from promptkit.wrong_values import what_it_is, wrong_values

MAX_BYTES = 512 * 1024
MAX_INTEGER = 2**63 - 1
_RESOLVER = YAML(typ="safe").resolver
T = TypeVar("T")
# What a plain value was meant to be, by YAML's word for it.
_MEANT = {"int": "whole number", "float": "number", "timestamp": "date"}


@dataclass
class Document:
    """One YAML file as plain data. `places` maps the path to a key or item to its line and column, both from 1."""

    path: str
    data: Any
    places: dict[Key, Place] = field(default_factory=dict)
    text: str = ""

    def note(self, key: Key, event: Event) -> None:
        """Note where a key or an item is written; of a key that has a value, the key counts."""
        self.places.setdefault(key, place_of(event))

    def place(self, key: Key) -> Place:
        """Where `key` is written, or the nearest thing around it that is."""
        while key and key not in self.places:
            key = key[:-1]
        return self.places.get(key, (1, 1))

    def below(self, key: Key) -> Document:
        """What stands at `key`, as a document of its own with the same places in the file."""
        data = self.data
        for part in key:
            data = data[part]
        places = {place[len(key) :]: at for place, at in self.places.items() if place[: len(key)] == key}
        return Document(self.path, data, places, self.text)

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


def write_text(path: Path, text: str, *, is_private: bool = False) -> None:
    """Write a text as UTF-8, as `write_bytes` does."""
    write_bytes(path, text.encode(), is_private=is_private)


def write_bytes(path: Path, content: bytes, *, is_private: bool = False) -> None:
    """Write a file whole or not at all: beside it first, under a name that nobody can guess, then renamed over it.

    A file that is there keeps its permissions. A link in its place is refused: it may lead to anything.

    Args:
        path: the file, in a folder that is there.
        content: all that it will hold.
        is_private: only its owner may read it, whatever was there before.

    Raises:
        PromptkitError: it cannot be written; what was there is still there.
    """
    beside = path.parent / f".{os.urandom(8).hex()}.tmp"
    try:
        kept = _permissions(path)
        _write_new(beside, content, 0o600 if is_private else kept)
        beside.replace(path)
    except OSError as error:
        fix = "name the file itself, in a folder that can be written to"
        raise PromptkitError.of("unwritable", f"cannot write it: {reason(error)}", fix, path=str(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def _permissions(path: Path) -> int | None:
    """Those of the file that is there, without special bits; None if there is none."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no file of its own")
    return mode & 0o777


def _write_new(path: Path, content: bytes, mode: int | None) -> None:
    with open(path, "xb", opener=no_link(0o666 if mode is None else 0o600)) as file:
        file.write(content)
        file.flush()
        if mode is not None and sys.platform != "win32":
            os.fchmod(file.fileno(), mode)
        os.fsync(file.fileno())


def no_link(mode: int = 0o666) -> Callable[[str, int], int]:
    """An opener, for `open`, of a file that is written bit by bit: it follows no link in place of the file.

    `mode` are the permissions of a file that it makes, without those that the umask takes away.
    """
    return lambda path, flags: os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), mode)


def reason(error: OSError) -> str:
    """Why the system did not open or write a file, in words."""
    if error.errno == errno.ELOOP:
        return "it is a link, and no link is followed"
    return error.strerror or type(error).__name__


def named_folder(folder: Path) -> None:
    """Make a folder that somebody named, unless it is there.

    Raises:
        UsageError: it is a file.
        PromptkitError: it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError.of("not-a-folder", f"{folder} is not a folder", "name a folder")
    make_folder(folder)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, and those around it, unless it is there.

    Raises:
        PromptkitError: it cannot be made.
    """
    try:
        folder.mkdir(mode, parents=True, exist_ok=True)
    except OSError as error:
        raise PromptkitError.of(
            "unwritable", f"cannot make {folder}: {reason(error)}", "name another folder"
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
        document.data = plain_data(YAML(typ="safe").parse(text), _scalar, document.note)
    except RefusedError as error:
        place = {"line": error.place[0], "column": error.place[1]} if error.place else {}
        raise PromptkitError.of(error.code, str(error), error.fix, path=document.path, **place) from error
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


def _scalar(event: ScalarEvent) -> Any:  # noqa: ANN401
    text = str(event.value)
    if not event.implicit[0]:
        return text
    kind = _kind(text)
    if kind in {"merge", "value"}:
        message = f"{text} alone has a meaning of its own in YAML"
        raise RefusedError(event, "yaml-tag", message, "put it in quotes")
    with suppress(ValueError):
        value = text if kind == "str" else _value(kind, text)
        if not isinstance(value, int) or abs(value) <= MAX_INTEGER:
            return value
    message = f"{sanitized(text)} is not a valid {_MEANT.get(kind, 'value')}"
    raise RefusedError(event, "not-yaml", message, "correct it, or put it in quotes")


@lru_cache(4096)
def _kind(text: str) -> str:
    """What a plain scalar is in YAML 1.2: str, int, float, bool, null, timestamp, merge or value."""
    return str(_RESOLVER.resolve(ScalarNode, text, (True, False))).rpartition(":")[2]


@lru_cache(4096)
def _value(kind: str, text: str) -> Any:  # noqa: ANN401
    return YAML(typ="safe").constructor.construct_object(ScalarNode(f"tag:yaml.org,2002:{kind}", text))


def validate(document: Document, model: type[T]) -> T:
    """Turn a document into a model.

    Raises:
        PromptkitError: every key that is unknown, missing or of the wrong kind, each at its place.
    """
    return _validated(document, document.data, model, ())


def validate_each(document: Document, kind: type[T]) -> dict[str, T]:
    """Turn a document that maps names to things of one kind into those things by name.

    Args:
        document: the file.
        kind: a model, or a plain kind such as `str` or `list[str]`.

    Raises:
        PromptkitError: the file is not such a mapping, or the problems of all things together.
    """
    if not isinstance(document.data, dict):
        message = f"the file is {what_it_is(document.data)}: it must be a mapping of names"
        fix = "write each name with a colon, and after it what belongs to the name"
        raise PromptkitError([document.problem_at((), "wrong-value", message, fix)])
    found: dict[str, T] = {}
    problems: list[Problem] = []
    for name, data in document.data.items():
        try:
            found[name] = _validated(document, data, kind, (name,))
        except PromptkitError as error:
            problems += error.problems
    if problems:
        raise PromptkitError(problems)
    return found


# A model keeps the schema that it builds; an adapter of it would build another each time.
def _reader(kind: type[T]) -> Callable[[object], T]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.model_validate
    return _adapter(kind).validate_python


_adapter: Callable[[Any], TypeAdapter[Any]] = cache(TypeAdapter)


def _validated(document: Document, data: object, kind: type[T], at: Key) -> T:
    """The data that stands at a key of a document, as a thing of some kind."""
    try:
        return _reader(kind)(data)
    except ValidationError as error:
        keys = sorted({field.alias or key for key, field in getattr(kind, "model_fields", {}).items()})
        name = sanitized(at[-1]) if at else "the file"
        wrong = wrong_values(error, data, name, keys)
        raise PromptkitError(document.problem_at(at + key, *said) for key, *said in wrong) from error
