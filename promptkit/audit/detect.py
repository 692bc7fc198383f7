"""Which format a file has, by what is in it. A format is a module of promptkit/audit/formats."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import chain, islice
from typing import Any, NamedTuple, cast

from promptkit.audit import formats
from promptkit.audit.likeness import most_like
from promptkit.audit.reader import Reader, Value
from promptkit.errors import UsageError
from promptkit.text import sanitized

# Files of JSON Lines may begin with lines that several formats have.
_LOOKED_AT = 200
_LIKENED = 20


class Detected(NamedTuple):
    """The format of a file, None with what was seen instead, and its records from the first one on.

    `is_something_else` says that every record was looked at and none of them fits any format; these are `others`.
    """

    format: str | None
    seen: str
    records: Iterable[Value]
    is_something_else: bool = False
    others: Sequence[Any] = ()


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by the name of its format, sorted."""
    names = sorted(module.name for module in pkgutil.iter_modules(formats.__path__) if not module.name.startswith("_"))
    found = {name.replace("_", "-"): import_module(f"{formats.__name__}.{name}") for name in names}
    return cast("Mapping[str, Reader]", found)


def summaries() -> list[tuple[str, str]]:
    """The name of each format and what it is, as the first words of its module say: up to a colon or full stop."""
    lines = {name: (inspect.getdoc(reader) or "").partition("\n")[0] for name, reader in readers().items()}
    return [(name, re.split(r"[:.](?:\s|$)", line)[0]) for name, line in lines.items()]


def abouts() -> list[tuple[str, str]]:
    """The name of each format, and all that people must know of it, in sentences."""
    return [
        (name, f"{summary}. Host: {about.host}. To get it: {about.get} It shows: {about.shows} Not: {about.lacks}")
        for name, summary in summaries()
        for about in [readers()[name].ABOUT]
    ]


def check_format(name: str) -> str:
    """`name`, if it is the name of a format.

    Raises:
        UsageError: it is not.
    """
    if name not in readers():
        raise UsageError.of(
            "unknown-format", f"there is no format {sanitized(name)}", f"use one of {', '.join(readers())}"
        )
    return name


def detect(records: Iterator[Value]) -> Detected:
    """Find the format by the first record that fits exactly one."""
    looked_at: list[Value] = []
    for record in islice(records, _LOOKED_AT):
        looked_at.append(record)
        fitting = [name for name, reader in readers().items() if reader.matches(record.value)]
        if len(fitting) == 1:
            return Detected(fitting[0], "", chain(looked_at, records))
        if fitting:
            return Detected(None, f"it fits several formats ({', '.join(fitting)}); name one with --format", [])
    seen = _described(looked_at[0].value) if looked_at else "nothing that can be read"
    others = [record.value for record in looked_at]
    like = most_like(others[:_LIKENED], readers())
    hint = f", and looks most like {like}" if like else ""
    fix = "name its format with --format, or leave it out"
    told = f"it fits no format we know{hint}; seen: {seen}; {fix}"
    return Detected(None, told, [], next(records, None) is None, others)


def _described(value: Any) -> str:  # noqa: ANN401
    match value:
        case dict():
            keys = ", ".join(sanitized(key, 30) for key in islice(value, 8))
            return f"objects with the keys {keys}" if keys else "empty objects"
        case list():
            return f"arrays of {_described(value[0])}" if value and not isinstance(value[0], list) else "arrays"
    return f"plain values ({type(value).__name__})"
