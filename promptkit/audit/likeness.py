"""Which format a file looks most like that fits none: a hint for people, by which nothing is read.

The words that a format knows are those in quotes in the source of its reader. The fewer formats know a word, the more
it tells.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any, cast

from promptkit.audit.reader import Reader

_IN_QUOTES = re.compile(r'"([\w.$:/-]{2,60})"')
_LONGEST = 60
# As much as two words tell that no other format knows: less is chance, and so is a lead of less than a tenth of one.
_LEAST = 2
_LEAD = 0.1


def most_like(values: Iterable[Any], formats: Mapping[str, Reader]) -> str | None:
    """The name of the format that knows most of the words in some values; None where none stands out.

    Args:
        values: the records of a file, or the first of them.
        formats: the readers by the names of their formats.
    """
    known = {name: _words(cast("ModuleType", reader)) for name, reader in formats.items()}
    counts = Counter(word for words in known.values() for word in words)
    held = {word for value in values for word in _held(value)}
    told = {name: sum(1 / counts[word] for word in words & held) for name, words in known.items()}
    best, second = sorted(told, key=told.__getitem__, reverse=True)[:2]
    return best if told[best] >= max(_LEAST, told[second] + _LEAD) else None


@cache
def _words(module: ModuleType) -> frozenset[str]:
    try:
        return frozenset(_IN_QUOTES.findall(inspect.getsource(module)))
    except OSError:
        # Installed without its source.
        return frozenset()


def _held(value: object) -> Iterator[str]:
    """The members and the short texts in a value, however deep."""
    waiting = [value]
    while waiting:
        inner = waiting.pop()
        if isinstance(inner, dict):
            yield from inner
            waiting += inner.values()
        elif isinstance(inner, list):
            waiting += inner
        elif isinstance(inner, str) and len(inner) <= _LONGEST:
            yield inner
