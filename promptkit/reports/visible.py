"""Text from models and tenants -> HTML that shows all of it: nothing runs, and nothing is hidden."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby

from markupsafe import Markup, escape

from promptkit.text import hidden_characters

_MAX_RUN = 12
_UNUSUAL = re.compile(r"[^\x20-\x7e\n\t]+")
# Unicode counts these as letters and marks, but they are invisible: joiners, fillers, variation selectors.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_MARK = Markup('<b class="hidden-char" title="{}">{}</b>')


def visible(text: object) -> Markup:
    """Text as HTML, with each character that a reader could not see written as its number, such as U+202E."""
    return Markup(_UNUSUAL.sub(lambda match: _mark(match[0]), str(escape(str(text)))))  # noqa: S704


def _mark(run: str) -> Markup:
    return Markup().join(
        _numbers("".join(chars)) if is_hidden else Markup("".join(chars))  # noqa: S704
        for is_hidden, chars in groupby(run, key=_is_hidden)
    )


def _is_hidden(char: str) -> bool:
    return bool(hidden_characters(char)) or _BLANK.match(char) is not None


def _numbers(run: str) -> Markup:
    marks = Markup().join(map(_number, run[:_MAX_RUN]))
    return marks + _MARK.format("hidden characters", f"and {len(run) - _MAX_RUN:,} more") if run[_MAX_RUN:] else marks


@cache
def _number(char: str) -> Markup:
    return _MARK.format(unicodedata.name(char, "control character"), f"U+{ord(char):04X}")
