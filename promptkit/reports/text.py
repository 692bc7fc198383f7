"""Text from outside, for formats that show nothing but plain letters."""

from __future__ import annotations

from promptkit.text import sanitized

_MAX_CHARS = 20_000


def plain(text: str) -> str:
    """Text in one line of ASCII, with what cannot be seen escaped, so that it means nothing to a terminal or to XML."""
    return sanitized(text, _MAX_CHARS)
