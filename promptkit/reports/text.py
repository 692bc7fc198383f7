"""Text from outside, for formats that need plain characters."""

from __future__ import annotations

from promptkit.text import sanitized

_MAX_CHARS = 20_000


def plain(text: str) -> str:
    """Text as one line of ASCII with hidden characters escaped, so that it means nothing to a terminal or to XML."""
    return sanitized(text, _MAX_CHARS)
